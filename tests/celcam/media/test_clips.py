from __future__ import annotations

import gc
from pathlib import Path

import av
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import ClipBrokenOffError, MediaError, NoPicturesError
from celcam.media.clips import ClipReader
from tests.celcam.media.flashes import EVENTS_S, write_flashes

CASES = Path(__file__).with_name("cases")
BUNDLED_CLIP = Path(__file__).parents[3] / "edge_app" / "samples" / "street_walk.mp4"


def read(path: Path) -> tuple[list[Uint8Array], list[float]]:
    """The pictures of a clip and their times."""
    with ClipReader(path) as clip:
        pictures = list(clip)
        assert clip.size_wh == (pictures[0].rgb_u8.shape[1], pictures[0].rgb_u8.shape[0])
    return [picture.rgb_u8 for picture in pictures], [picture.time_s for picture in pictures]


def flashes(path: Path) -> list[float]:
    """The times at which a clip gets bright, after its first picture."""
    pictures, times_s = read(path)
    bright = [bool(picture.mean() > 128) for picture in pictures]
    return [times_s[n] - times_s[0] for n in range(1, len(bright)) if bright[n] and not bright[n - 1]]


def test_an_ordinary_clip_is_read_to_the_bit() -> None:
    with av.open(str(BUNDLED_CLIP)) as container:
        expected = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    pictures, times_s = read(BUNDLED_CLIP)
    assert len(pictures) == 100
    assert all(np.array_equal(one, other) for one, other in zip(pictures, expected, strict=True))
    assert np.allclose(times_s, np.arange(100) / 10, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "frames", "times_s"),
    [
        ("pi.h264", 120, (0, 1 / 30, 119 / 30)),
        ("raw.hevc", 100, (0, 0.04, 3.96)),
        ("fps1.mp4", 8, (0, 1, 7)),
        ("last_held.mp4", 8, (0, 0.04, 0.28)),
        ("hourly.mkv", 6, (0, 1800, 9000)),
        ("cover_before_track.mp4", 50, (0, 0.04, 1.96)),
    ],
)
def test_every_frame_has_its_time(name: str, frames: int, times_s: tuple[float, float, float]) -> None:
    pictures, found_s = read(CASES / name)
    assert len(pictures) == frames
    assert np.allclose([found_s[0], found_s[1], found_s[-1]], times_s, atol=1e-3)


def test_the_pictures_of_an_avi_with_b_frames_have_their_times(tmp_path: Path) -> None:
    path = write_flashes(tmp_path / "b.avi", video_options={"bf": "3", "b-adapt": "0"})
    _, times_s = read(path)
    assert np.allclose(times_s, np.arange(75) / 25, atol=1e-3)
    assert flashes(path) == pytest.approx(EVENTS_S, abs=1e-3)


def test_joined_recordings_are_one_clip(tmp_path: Path) -> None:
    part = write_flashes(tmp_path / "part.ts", sound="mp2").read_bytes()
    (tmp_path / "joined.ts").write_bytes(part + part)
    _, times_s = read(tmp_path / "joined.ts")
    assert len(times_s) == 150
    assert np.diff(times_s) == pytest.approx(0.04, abs=0.1)
    assert flashes(tmp_path / "joined.ts") == pytest.approx([1, 2, 4, 5], abs=0.1)


@pytest.mark.parametrize(("name", "size_wh"), [("dvd_pal_wide.mkv", (512, 288)), ("hdv_1440.mp4", (640, 360))])
def test_a_circle_stays_a_circle(name: str, size_wh: tuple[int, int]) -> None:
    pictures, _ = read(CASES / name)
    red = (pictures[3][..., 0] > 130) & (pictures[3][..., 2] < 130)
    rows, columns = np.nonzero(red)
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(1.0, abs=0.02)
    assert (pictures[3].shape[1], pictures[3].shape[0]) == size_wh


@pytest.mark.parametrize(("name", "row", "column"), [("mirror.mp4", 5, -6), ("mirror_rot90.mp4", 5, 5)])
def test_pictures_are_turned_and_mirrored(name: str, row: int, column: int) -> None:
    pictures, _ = read(CASES / name)  # both are stored with a blue mark at the top left, 320x180
    assert pictures[0][row, column, 2] > 200
    assert pictures[0].shape == ((180, 320, 3) if name == "mirror.mp4" else (320, 180, 3))


def test_the_white_of_ordinary_pictures_is_bright_in_hdr() -> None:
    pictures, _ = read(CASES / "pq.mp4")
    assert 200 <= pictures[0][80, 300].min() <= pictures[0][80, 300].max() <= 255
    assert pictures[0][5, 5].max() <= 2


def test_interlaced_pictures_are_deinterlaced() -> None:
    pictures, _ = read(CASES / "interlaced.mpg")
    grey = pictures[4].mean(axis=2)
    assert np.abs(2 * grey[1:-1] - grey[:-2] - grey[2:]).mean() < 1
    assert len(pictures) == 12


@pytest.mark.parametrize(("size_wh", "is_hd"), [((64, 48), False), ((1280, 720), True)])
def test_untagged_colours_are_read_as_players_do(size_wh: tuple[int, int], is_hd: bool, tmp_path: Path) -> None:
    with av.open(str(tmp_path / "red.mkv"), "w") as target:
        stream = target.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = *size_wh, "yuv420p"
        frame = av.VideoFrame(*size_wh, "yuv420p")
        for plane, value in zip(frame.planes, (63, 102, 240), strict=True):  # red in BT.709
            plane.update(bytes([value]) * plane.buffer_size)
        target.mux(stream.encode(frame))
        target.mux(stream.encode())
    pictures, _ = read(tmp_path / "red.mkv")
    assert (abs(int(pictures[0][20, 20, 0]) - 255) <= 2) is is_hd
    assert np.abs(pictures[0][20, 20].astype(int) - (255, 0, 0)).max() <= (2 if is_hd else 60)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("song.mp3", "has no picture track, only a cover"),
        ("unknown_video.mp4", "FFmpeg has no decoder for its picture"),
    ],
)
def test_a_file_without_usable_pictures_is_one_line(name: str, message: str) -> None:
    with pytest.raises(NoPicturesError, match=f"{name}: {message}"):
        ClipReader(CASES / name)


def test_a_title_in_any_encoding_is_no_obstacle(tmp_path: Path) -> None:
    path = write_flashes(tmp_path / "clip.avi", video="mjpeg")
    with av.open(str(path)) as source, av.open(str(tmp_path / "titled.avi"), "w") as target:
        target.metadata["title"] = "XXXX"
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    data = (tmp_path / "titled.avi").read_bytes()
    assert b"XXXX" in data
    (tmp_path / "titled.avi").write_bytes(data.replace(b"XXXX", "Café".encode("latin-1")))
    assert len(read(tmp_path / "titled.avi")[0]) == 75


def test_a_name_with_a_colon_is_no_address(tmp_path: Path) -> None:
    path = write_flashes(tmp_path / "clip.mp4")
    assert len(read(path.rename(tmp_path / "http:12:30.mp4"))[0]) == 75


def test_frames_that_are_too_large_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"512x384 is 0\.197 megapixels; a clip may have 0\.075; .*--max-megapixels"):
        ClipReader(BUNDLED_CLIP, max_megapixels=0.6)


def test_a_clip_that_breaks_off_gives_its_frames_and_then_an_error(tmp_path: Path) -> None:
    whole = write_flashes(tmp_path / "whole.mkv", video="ffv1").read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) // 2])
    with ClipReader(tmp_path / "cut.mkv") as clip:
        count = 0
        with pytest.raises(ClipBrokenOffError, match=r"cut\.mkv: (breaks off|damaged)"):
            for _ in clip:
                count += 1
        assert 20 < count < 60


@pytest.mark.slow
def test_no_frame_stays_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "flashes.mp4"
    write_flashes(path)

    def count_frames() -> int:
        return sum(isinstance(each, av.VideoFrame) for each in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before, most = count_frames(), 0
        with ClipReader(path) as clip:
            for _ in clip:
                most = max(most, count_frames() - before)
    finally:
        gc.enable()
    assert most <= 10  # of 75
