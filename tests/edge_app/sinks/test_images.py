from __future__ import annotations

import datetime
import errno
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from celcam.errors import CelcamError, MediaError, UnwritableError, UsageError
from celcam.media.photos import read_image
from edge_app.frames import Frame
from edge_app.sinks.images import FolderSink, ImageSink, snapshot
from tests.edge_app.sinks.films import grey_frame, largest_file

NOON = datetime.datetime(2026, 11, 25, 15, 30, 0)
PICTURE = np.random.default_rng(1).integers(0, 256, (48, 64, 3)).astype(np.uint8)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_snapshot_is_the_picture_named_after_the_time(tmp_path: Path) -> None:
    path = snapshot(tmp_path / "new" / "camera", PICTURE, now=NOON)
    assert path == tmp_path / "new" / "camera" / "celcam-20261125-153000.png"
    assert np.array_equal(read_image(path), PICTURE)


def test_snapshots_of_one_second_have_different_names(tmp_path: Path) -> None:
    taken: list[Path] = []
    threads = [threading.Thread(target=lambda: taken.append(snapshot(tmp_path, PICTURE, now=NOON))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(taken)) == 12
    assert names(tmp_path) == sorted(path.name for path in taken)  # no temporary file remains
    assert "celcam-20261125-153000-12.png" in names(tmp_path)


def test_a_snapshot_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "celcam-20261125-153000.png").write_text("precious")
    assert snapshot(tmp_path, PICTURE, now=NOON).name == "celcam-20261125-153000-2.png"
    assert (tmp_path / "celcam-20261125-153000.png").read_text() == "precious"


def test_a_snapshot_never_overwrites_on_a_disk_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    taken = [snapshot(tmp_path, PICTURE, now=NOON) for _ in range(3)]
    assert len(set(taken)) == 3
    assert names(tmp_path) == sorted(path.name for path in taken)


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    with largest_file(2_000), pytest.raises(CelcamError) as error:
        snapshot(tmp_path, PICTURE, now=NOON)
    assert str(error.value).startswith(f"{tmp_path}: can't be written: File too large; ")
    assert "\n" not in str(error.value)
    assert names(tmp_path) == []


def test_the_error_of_a_full_disk_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CelcamError, match="No space left on device; free some space"):
        snapshot(tmp_path, PICTURE, now=NOON)
    assert names(tmp_path) == []


@pytest.mark.parametrize("folder", ["/proc/celcam", "/dev/null/celcam"])
def test_a_folder_that_can_not_be_made_is_named(folder: str) -> None:
    with pytest.raises(CelcamError, match=f"{folder}: can't be written"):
        snapshot(Path(folder), PICTURE, now=NOON)


def test_a_folder_gets_a_picture_of_each_frame_and_none_is_replaced(tmp_path: Path) -> None:
    with FolderSink(tmp_path / "comics", overwrite=False) as sink:
        for number in range(3):
            assert sink.show(grey_frame(number, 0.0))
        with pytest.raises(UsageError, match="add --overwrite"):
            sink.show(grey_frame(1, 0.0))
    assert names(tmp_path / "comics") == [f"frame-00000{number}.png" for number in range(3)]
    with FolderSink(tmp_path / "comics", overwrite=True) as sink:
        sink.show(Frame(PICTURE, "frame-000001", 0.0, 0.0))
    assert np.array_equal(read_image(tmp_path / "comics" / "frame-000001.png"), PICTURE)


def test_one_picture_goes_into_one_file(tmp_path: Path) -> None:
    with ImageSink(tmp_path / "comic.png") as sink:
        assert sink.show(Frame(PICTURE, "photo", 0.0, 0.0))
    assert np.array_equal(read_image(tmp_path / "comic.png"), PICTURE)


def test_a_folder_sink_on_a_full_disk_leaves_no_half_picture(tmp_path: Path) -> None:
    with (
        FolderSink(tmp_path, overwrite=False) as sink,
        largest_file(2_000),
        pytest.raises(MediaError, match="too large"),
    ):
        sink.show(Frame(PICTURE, "noise", 0.0, 0.0))
    assert names(tmp_path) == []


def test_a_snapshot_keeps_the_reserve_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(UnwritableError, match="150 MB are free, and 200 MB are reserved for the system; free some"):
        snapshot(tmp_path, PICTURE, now=NOON, free=lambda folder: 150_000_000)
    assert not list(tmp_path.iterdir())
    assert snapshot(tmp_path, PICTURE, now=NOON, free=lambda folder: 250_000_000).exists()
