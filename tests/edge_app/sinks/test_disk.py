from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from edge_app.sinks.disk import ClipFile, Syncer
from edge_app.sinks.space import free_bytes
from tests.edge_app.sinks.films import largest_file


def written(path: Path, *pieces: bytes) -> ClipFile:
    """A file of complete pieces."""
    file = ClipFile(path, replace=False)
    for piece in pieces:
        file.write(piece)
        file.keep()
    return file


def test_after_a_failed_write_nothing_more_is_written(tmp_path: Path) -> None:
    file = written(tmp_path / "film.mp4", b"head", b"first")
    with largest_file(12), pytest.raises(OSError, match="File too large"):
        file.write(b"second")
    file.seek(0)
    with pytest.raises(OSError, match="File too large"):  # this write would fit, but it would damage the film
        file.write(b"x")
    file.abandon()
    assert (tmp_path / "film.mp4").read_bytes() == b"headfirst"
    assert file.closed


@pytest.mark.parametrize("pieces", [(), (b"head",)])
def test_a_file_that_plays_nothing_is_deleted(pieces: tuple[bytes, ...], tmp_path: Path) -> None:
    written(tmp_path / "film.mp4", *pieces).abandon()
    assert not list(tmp_path.iterdir())


def test_another_file_of_that_name_stays(tmp_path: Path) -> None:
    file = written(tmp_path / "film.mp4")
    (tmp_path / "film.mp4").unlink()
    (tmp_path / "film.mp4").write_text("another")
    file.abandon()
    assert (tmp_path / "film.mp4").read_text() == "another"


def test_a_name_that_is_taken_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        ClipFile(tmp_path / "film.mp4", replace=False)
    assert (tmp_path / "film.mp4").read_bytes() == b"precious"


def test_the_size_is_that_of_the_file_after_a_write_in_the_middle(tmp_path: Path) -> None:
    file = written(tmp_path / "film.mp4", b"head", b"first")
    file.seek(0)
    file.write(b"HE")
    assert file.size == 9
    assert not file.keep()  # a completed header is not a new piece
    file.close()
    assert (tmp_path / "film.mp4").read_bytes() == b"HEadfirst"


def test_free_space_is_that_of_the_nearest_folder_that_exists(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.05)
    assert free_bytes(Path("/proc/celcam")) > 10**15  # a file system without a size does not count as full


def test_a_closed_file_is_flushed_and_released(tmp_path: Path) -> None:
    synced: list[int] = []
    before = os.listdir("/proc/self/fd")  # noqa: PTH208 - numbers, not files
    with Syncer(sync=lambda number: synced.append(os.fstat(number).st_size)) as syncer:
        for name in ("one.mp4", "two.mp4"):
            file = written(tmp_path / name, b"head")
            syncer.begin(file, tmp_path)
            file.write(b"rest")
            file.close()
    assert synced[-1] == 8
    assert len(synced) >= 2
    assert os.listdir("/proc/self/fd") == before  # noqa: PTH208
    assert "sync" not in [thread.name for thread in threading.enumerate()]
