from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from celcam.errors import MediaError
from celcam.media.clips import ClipReader
from celcam.media.reference_frames import MOST, count_kept_frames

X265 = "log-level=none:pools=none:frame-threads=1:bframes=0"


def write_clip(path: Path, *, pixels: str = "yuv420p", references: int = 4, codec: str = "libx264") -> Path:
    """Four frames of 256x256 whose encoder may refer to so many."""
    params = f"ref={references}:bframes=0" if codec == "libx264" else f"{X265}:ref={references}"
    options = {"preset": "ultrafast", f"{codec.removeprefix('lib')}-params": params}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 256, 256, pixels
        for number in range(4):
            grey = np.full((256, 256, 3), 50 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24").reformat(format=pixels)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def header_of(path: Path) -> tuple[str, bytes | None]:
    with av.open(str(path)) as container:
        codec = container.streams.video[0].codec_context
        return codec.name, codec.extradata


@pytest.mark.parametrize("suffix", [".mp4", ".ts"])
@pytest.mark.parametrize("pixels", ["yuv420p", "yuv420p10le", "yuv444p"])
@pytest.mark.parametrize("references", [1, 5, 16])
def test_h264_states_its_frames(suffix: str, pixels: str, references: int, tmp_path: Path) -> None:
    path = write_clip(tmp_path / f"clip{suffix}", pixels=pixels, references=references)
    assert count_kept_frames(*header_of(path)) == references


@pytest.mark.parametrize("suffix", [".mp4", ".ts"])
@pytest.mark.parametrize("pixels", ["yuv420p", "yuv420p10le"])
def test_hevc_states_its_frames(suffix: str, pixels: str, tmp_path: Path) -> None:
    path = write_clip(tmp_path / f"clip{suffix}", pixels=pixels, references=4, codec="libx265")
    assert count_kept_frames(*header_of(path)) == 5  # with the frame in work


def test_the_worst_is_assumed_of_what_is_cut_off_or_unknown(tmp_path: Path) -> None:
    codec, header = header_of(write_clip(tmp_path / "clip.mp4"))
    assert header is not None
    assert all(1 <= count_kept_frames(codec, header[:size]) <= MOST for size in range(len(header)))
    assert count_kept_frames(codec, header[:9]) == MOST
    assert count_kept_frames("h264", None) == count_kept_frames("unheard_of", header) == MOST
    assert count_kept_frames("mjpeg", None) == 0


def test_a_clip_whose_decoder_keeps_too_much_is_refused(tmp_path: Path) -> None:
    paths = [
        write_clip(tmp_path / f"{count}.mp4", pixels="yuv420p10le", references=count, codec="libx264")
        for count in (4, 16)
    ]
    with ClipReader(paths[0], max_megapixels=1.0) as clip:
        assert len(list(clip)) == 4
    message = r"its decoder needs 4 MB, for 20 frames of 0\.197 MB; a clip may need 2; .* --max-megapixels"
    with pytest.raises(MediaError, match=message):
        ClipReader(paths[1], max_megapixels=1.0)


def test_large_pictures_are_reduced_on_request(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4")
    with ClipReader(path, most_short_side=128) as clip:
        assert clip.size_wh == (128, 128)
        pictures = list(clip)
    assert [picture.rgb_u8.shape for picture in pictures] == [(128, 128, 3)] * 4
    assert [round(float(picture.rgb_u8.mean())) for picture in pictures] == pytest.approx([0, 50, 100, 150], abs=3)
    with ClipReader(path, most_short_side=256) as clip:
        assert clip.size_wh == (256, 256)
