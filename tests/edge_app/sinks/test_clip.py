from __future__ import annotations

from pathlib import Path

import pytest

from celcam.errors import ClipBrokenOffError, MediaError, UnwritableError
from edge_app.flow.notices import Notices
from edge_app.frames import SourceInfo
from edge_app.sinks.clip import ClipSink
from edge_app.sinks.disk import NameTakenError
from tests.edge_app.fakes import quiet_notices
from tests.edge_app.sinks.films import grey_frames, largest_file, read_film

CLIP = SourceInfo("clip.mp4", (64, 48), is_live=False, frames=40, fps=10.0)


def clip_sink(path: Path, *, overwrite: bool = False, notices: Notices | None = None, cut: bool = False) -> ClipSink:
    return ClipSink(path, CLIP, overwrite=overwrite, notices=notices or quiet_notices(), interrupted=lambda: cut)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def texts(notices: Notices) -> list[str]:
    return [notice.text for notice in notices.since()]


def test_a_clip_has_its_name_only_when_it_is_complete(tmp_path: Path) -> None:
    with clip_sink(tmp_path / "film.mp4") as sink:
        for frame in grey_frames(25):
            assert sink.show(frame)
            assert not (tmp_path / "film.mp4").exists()
        assert [name.startswith(".celcam.") and name.endswith(".part.mp4") for name in names(tmp_path)] == [True]
    assert names(tmp_path) == ["film.mp4"]
    assert read_film(tmp_path / "film.mp4").numbers == list(range(25))


def test_a_clip_that_the_user_cut_short_is_partial(tmp_path: Path) -> None:
    notices = quiet_notices()
    for _ in range(2):
        with clip_sink(tmp_path / "film.mkv", notices=notices, cut=True) as sink:
            for frame in grey_frames(25):
                sink.show(frame)
    assert names(tmp_path) == ["film.partial-2.mkv", "film.partial.mkv"]
    assert read_film(tmp_path / "film.partial-2.mkv").numbers == list(range(25))
    assert texts(notices)[0] == f"{tmp_path}/film.partial.mkv: partial, the first 2.4 s"


def test_a_clip_that_an_error_cuts_short_is_partial_and_the_old_one_stays(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_text("precious")
    with pytest.raises(MediaError, match="no picture"), clip_sink(tmp_path / "film.mp4", overwrite=True) as sink:
        for frame in grey_frames(25):
            sink.show(frame)
        raise MediaError("the source gave no picture")
    assert names(tmp_path) == ["film.mp4", "film.partial.mp4"]
    assert (tmp_path / "film.mp4").read_text() == "precious"


def test_the_clip_of_a_truncated_source_is_complete(tmp_path: Path) -> None:
    with pytest.raises(ClipBrokenOffError), clip_sink(tmp_path / "film.mp4") as sink:
        for frame in grey_frames(25):
            sink.show(frame)
        raise ClipBrokenOffError("breaks off after 25 frames")
    assert names(tmp_path) == ["film.mp4"]


def test_on_a_full_disk_the_playable_part_is_kept_as_a_partial_clip(tmp_path: Path) -> None:
    notices = quiet_notices()
    with (
        largest_file(30_000),
        pytest.raises(UnwritableError, match=r"/film\.mp4: can't be written: .*; the frames before are kept"),
        clip_sink(tmp_path / "film.mp4", notices=notices) as sink,
    ):
        for frame in grey_frames(500, noise=True):
            sink.show(frame)
    assert names(tmp_path) == ["film.partial.mp4"]
    assert len(read_film(tmp_path / "film.partial.mp4").numbers) >= 10
    assert texts(notices)[0].startswith(f"{tmp_path}/film.partial.mp4: partial, the first ")


def test_a_clip_is_replaced_only_on_request(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_text("precious")
    with (
        pytest.raises(NameTakenError, match=r"film\.mp4: exists; choose another name"),
        clip_sink(tmp_path / "film.mp4"),
    ):
        pass
    assert (tmp_path / "film.mp4").read_text() == "precious"
    with clip_sink(tmp_path / "film.mp4", overwrite=True) as sink:
        for frame in grey_frames(3):
            sink.show(frame)
    assert names(tmp_path) == ["film.mp4"]
    assert read_film(tmp_path / "film.mp4").numbers == [0, 1, 2]


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    notices = quiet_notices()
    with clip_sink(tmp_path / "film.mp4", notices=notices) as sink:
        for frame in grey_frames(3):
            sink.show(frame)
        (tmp_path / "film.mp4").write_text("precious")
    assert (tmp_path / "film.mp4").read_text() == "precious"
    assert read_film(tmp_path / "film.partial.mp4").numbers == [0, 1, 2]
    assert texts(notices) == [f"{tmp_path}/film.partial.mp4: complete; {tmp_path}/film.mp4 exists now"]


def test_without_a_frame_no_file_is_left(tmp_path: Path) -> None:
    with clip_sink(tmp_path / "film.mp4"):
        pass
    assert names(tmp_path) == []
