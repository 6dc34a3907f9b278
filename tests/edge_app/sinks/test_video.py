from __future__ import annotations

import os
from pathlib import Path

import av
import numpy as np
import pytest

from celcam.errors import UnwritableError
from edge_app.frames import Frame, SourceInfo
from edge_app.sinks.disk import NameTakenError
from edge_app.sinks.video import VideoSink
from tests.edge_app.fakes import quiet_notices
from tests.edge_app.sinks.films import grey_frame, grey_frames, largest_file, read_film

CAMERA = SourceInfo("camera", (64, 48), is_live=True, frames=None, fps=10.0)
CLIP = SourceInfo("clip.mp4", (64, 48), is_live=False, frames=40, fps=10.0)


def boxes(path: Path) -> list[str]:
    """The names of an MP4's outermost boxes."""
    data, at, names = path.read_bytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        names.append(data[at + 4 : at + 8].decode())
        at += size or len(data)
    return names


@pytest.mark.parametrize("source", [CAMERA, CLIP], ids=["live", "file"])
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_every_frame_is_kept_at_its_own_time(source: SourceInfo, suffix: str, tmp_path: Path) -> None:
    times_s = [7.0, 7.1, 7.15, 8.4, 8.5, 10.9, 11.0, 11.1, 11.2, 11.3]
    with VideoSink(tmp_path / f"film{suffix}", source) as sink:
        for number, media_s in enumerate(times_s):
            assert sink.show(grey_frame(number, media_s))
    film = read_film(tmp_path / f"film{suffix}")
    assert film.numbers == list(range(10))
    assert np.allclose(film.times_s, np.subtract(times_s, 7.0), atol=0.002)  # Matroska counts milliseconds
    assert film.duration_s == pytest.approx(4.4, abs=0.25)


@pytest.mark.parametrize("source", [CAMERA, CLIP], ids=["live", "file"])
def test_a_finished_file_is_an_ordinary_seekable_mp4(source: SourceInfo, tmp_path: Path) -> None:
    with VideoSink(tmp_path / "film.mp4", source) as sink:
        for frame in grey_frames(80):
            sink.show(frame)
    assert boxes(tmp_path / "film.mp4") == ["ftyp", "free", "mdat", "moov"]  # no fragments are left
    with av.open(str(tmp_path / "film.mp4")) as film:
        assert film.streams.video[0].frames == 80
        film.seek(6_100_000)  # to the key frame before; there is one every two seconds
        assert next(film.decode(video=0)).time == pytest.approx(6.0, abs=0.01)


def test_rare_frames_have_key_frames_and_fragments_by_time(tmp_path: Path) -> None:
    with VideoSink(tmp_path / "film.mp4", CAMERA) as sink:
        for frame in grey_frames(8, fps=1.0):
            sink.show(frame)
            # At most the last second may be missing.
            assert len(read_film(tmp_path / "film.mp4").numbers) >= round(frame.media_s)
    with av.open(str(tmp_path / "film.mp4")) as film:
        keys_s = [float(packet.pts * packet.time_base) for packet in film.demux(video=0) if packet.is_keyframe]
    assert keys_s == [0.0, 2.0, 4.0, 6.0]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_live_file_that_is_cut_at_any_moment_lacks_one_second_at_most(suffix: str, tmp_path: Path) -> None:
    cut = tmp_path / f"cut{suffix}"
    with VideoSink(tmp_path / f"film{suffix}", CAMERA) as sink:
        for frame in grey_frames(45):
            sink.show(frame)
            if frame.media_s % 0.3 > 0.05:  # all frames would take too long
                continue
            cut.write_bytes((tmp_path / f"film{suffix}").read_bytes())
            film = read_film(cut)
            assert film.numbers == list(range(len(film.numbers)))
            assert len(film.numbers) / 10 >= frame.media_s - 1.0


def test_a_file_torn_within_a_fragment_plays_up_to_it(tmp_path: Path) -> None:
    torn = tmp_path / "torn.mp4"
    with VideoSink(tmp_path / "film.mp4", CAMERA) as sink:
        for frame in grey_frames(35, noise=True):
            sink.show(frame)
        data = (tmp_path / "film.mp4").read_bytes()
        shown = []
        for share in (0.4, 0.6, 0.8, 0.99):
            torn.write_bytes(data[: round(share * len(data))])
            shown.append(len(read_film(torn).times_s))
    assert shown == sorted(shown)
    assert shown[0] >= 10
    assert shown[-1] >= 25


def test_colours_are_the_same_at_any_size(tmp_path: Path) -> None:
    # A player that has to guess takes BT.601 for small pictures and BT.709 for large ones.
    for size_wh in ((64, 48), (1280, 720)):
        picture = np.full((size_wh[1], size_wh[0], 3), (200, 30, 60), np.uint8)
        with VideoSink(tmp_path / "film.mp4", CAMERA, replace=True) as sink:
            sink.show(Frame(picture, "red", 0.0, 0.0))
        with av.open(str(tmp_path / "film.mp4")) as film:
            shown = next(film.decode(video=0))
            assert (shown.colorspace, shown.color_range) == (1, 1)  # BT.709, 16..235
            luma = int(np.frombuffer(shown.planes[0], np.uint8)[0])
        expected = 16 + 219 * (0.2126 * 200 + 0.7152 * 30 + 0.0722 * 60) / 255
        assert abs(luma - expected) <= 2


def test_frames_of_another_size_are_fitted_into_that_of_the_first(tmp_path: Path) -> None:
    sizes_wh = [(64, 48), (128, 96), (32, 24), (64, 64), (640, 480)]
    with VideoSink(tmp_path / "film.mp4", CAMERA) as sink:
        for number, size_wh in enumerate(sizes_wh):
            sink.show(grey_frame(number, number / 10, size_wh=size_wh))
    film = read_film(tmp_path / "film.mp4")
    assert film.size_wh == (64, 48)
    assert film.numbers == list(range(5))


def test_odd_sizes_lose_a_pixel_without_a_resize(tmp_path: Path) -> None:
    picture = np.zeros((49, 65, 3), np.uint8)
    picture[:, 32:] = 255
    with VideoSink(tmp_path / "film.mp4", CAMERA) as sink:
        sink.show(Frame(picture, "edge", 0.0, 0.0))
    with av.open(str(tmp_path / "film.mp4")) as film:
        shown = next(film.decode(video=0)).to_ndarray(format="rgb24")
    assert shown.shape == (48, 64, 3)
    assert shown[20, 30, 0] < 40 < 215 < shown[20, 33, 0]


def test_a_source_that_starts_again_continues_the_film(tmp_path: Path) -> None:
    with VideoSink(tmp_path / "film.mp4", CAMERA) as sink:
        for number, media_s in enumerate([5.0, 5.1, 5.2, 0.0, 0.1, 0.2]):
            sink.show(grey_frame(number, media_s))
    film = read_film(tmp_path / "film.mp4")
    assert film.numbers == list(range(6))
    assert np.allclose(film.times_s, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5], atol=1e-3)


def test_an_unknown_encoder_is_reported_and_the_film_is_made(tmp_path: Path) -> None:
    notices = quiet_notices()
    with VideoSink(tmp_path / "film.mp4", CAMERA, encoder="h264_nonesuch", notices=notices) as sink:
        sink.show(grey_frame(3, 0.0))
    assert [notice.text for notice in notices.since()] == [
        "encoder h264_nonesuch: this FFmpeg has no such encoder; using libx264"
    ]
    assert read_film(tmp_path / "film.mp4").numbers == [3]


def test_without_a_frame_no_file_remains(tmp_path: Path) -> None:
    with VideoSink(tmp_path / "film.mp4", CAMERA):
        assert (tmp_path / "film.mp4").exists()  # the name is reserved
    assert not list(tmp_path.iterdir())


def test_a_file_is_replaced_only_on_request(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_text("precious")
    with (
        pytest.raises(NameTakenError, match=r"film\.mp4: exists; choose another name"),
        VideoSink(tmp_path / "film.mp4", CAMERA),
    ):
        pass
    assert (tmp_path / "film.mp4").read_text() == "precious"
    with VideoSink(tmp_path / "film.mp4", CAMERA, replace=True) as sink:
        sink.show(grey_frame(0, 0.0))
    assert read_film(tmp_path / "film.mp4").numbers == [0]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_failed_write_leaves_a_film_that_plays_and_one_line(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"film{suffix}"
    sink = VideoSink(path, CAMERA)
    with sink, largest_file(30_000), pytest.raises(UnwritableError) as error:
        for frame in grey_frames(500, noise=True):
            sink.show(frame)
    assert str(error.value) == (
        f"{path}: can't be written: File too large; the frames before are kept; "
        "the disk allows no larger file, choose a smaller limit"
    )
    assert sink.show(grey_frame(0, 99.0))  # the film has ended: nothing more is written
    film = read_film(path)
    assert len(film.numbers) >= 10
    assert film.numbers == list(range(len(film.numbers)))  # the torn fragment is cut off: no damaged frame at the end


def test_a_disk_that_is_full_at_the_end_leaves_a_film_that_plays(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    sink = VideoSink(path, CAMERA)
    with largest_file(10**9):
        sink.__enter__()
        for frame in grey_frames(25):
            sink.show(frame)
    # The disk has no room for the last fragment and the index; the earlier index entries must stay.
    with largest_file(path.stat().st_size + 40), pytest.raises(UnwritableError, match="the frames before are kept"):
        sink.finish()
    assert read_film(path).numbers == list(range(20))


def test_a_full_device_is_reported_in_the_words_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").symlink_to("/dev/full")
    sink = VideoSink(tmp_path / "film.mp4", CAMERA, replace=True)
    with sink, pytest.raises(UnwritableError, match="No space left on device; nothing is kept; free some space"):
        sink.show(grey_frame(0, 0.0))


def test_a_file_that_is_deleted_during_the_recording_is_reported(tmp_path: Path) -> None:
    sink = VideoSink(tmp_path / "film.mp4", CAMERA)
    with sink, pytest.raises(UnwritableError, match="it was deleted while it was written; nothing is kept"):
        for frame in grey_frames(40):
            sink.show(frame)
            if frame.media_s == 1.5:
                (tmp_path / "film.mp4").unlink()


def test_fifty_films_leave_no_file_open(tmp_path: Path) -> None:
    def handles() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - its own descriptor is closed at once

    before = handles()
    for number in range(50):
        with VideoSink(tmp_path / f"{number}.mp4", CAMERA) as sink:
            sink.show(grey_frame(0, 0.0))
    assert handles() == before
