"""Faults during a build: bad photos, failing styles, full disks."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from celcam.errors import MediaError, UnwritableError
from celcam.image_io import write_whole
from celcam.styles import STYLES
from tests.datasets.builds import Build, Contents, rejected_in


def test_bad_photos_are_named_with_their_fault_and_the_build_continues(
    build: Build, photos: Path, tmp_path: Path
) -> None:
    good = next(photos.glob("*.jpg")).read_bytes()
    (photos / "zero.jpg").write_bytes(b"")
    (photos / "cut.jpg").write_bytes(good[: len(good) // 2])
    (photos / "page.jpg").write_text("<html>")
    (photos / "gone.jpg").symlink_to("nowhere.jpg")
    (photos / "more" / "more.zip").write_bytes(good)
    Image.new("RGB", (30, 30)).save(photos / "tiny.png")
    cv2.imwrite(str(photos / "huge.png"), np.zeros((10_001, 10_001), np.uint8))
    result = build(photos, photos / "more" / "more.zip")
    assert sum(result.pairs.values()) == 12
    assert rejected_in(tmp_path / "pairs") == {
        "zero.jpg": "empty",
        "cut.jpg": "truncated or damaged",
        "page.jpg": "not an image",
        "gone.jpg": "unreadable",
        "tiny.png": "too small",
        "huge.png": "too large",
        "more.zip": "damaged archive",
    }
    assert result.rejected == 7


def test_a_style_that_fails_on_one_photo_skips_only_that_photo(
    build: Build, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Moody:
        calls = 0

        def draw(self, rgb_u8: object, scale: float) -> object:
            self.calls += 1
            if self.calls == 3:
                raise ZeroDivisionError("no colour left")
            return rgb_u8

    monkeypatch.setitem(STYLES, "moody", Moody())
    result = build(photos, styles=("moody",))
    assert sum(result.pairs.values()) == 11
    assert list(rejected_in(tmp_path / "pairs").values()) == ["failed"]


def test_a_folder_without_photos_is_an_error(build: Build, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(MediaError, match="contains no photo"):
        build(tmp_path / "empty")


def test_a_folder_without_usable_photos_is_an_error_that_points_to_the_reasons(build: Build, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.jpg").write_bytes(b"")
    with pytest.raises(MediaError, match="none of the 1 photos can be used"):
        build(tmp_path / "bad")
    assert rejected_in(tmp_path / "pairs") == {"a.jpg": "empty"}


def test_a_picture_that_can_not_be_written_is_named_and_drawn_by_the_next_build(
    build: Build, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contents: Contents
) -> None:
    left = 7

    def write(path: Path, data: bytes) -> None:
        nonlocal left
        left -= 1
        if left in (0, 1):
            raise UnwritableError(f"{path}: can't be written: No space left on device")
        write_whole(path, data)

    monkeypatch.setattr("datasets.pair.write_whole", write)
    result = build(photos)
    assert (sum(result.pairs.values()), result.rejected) == (10, 2)
    assert set(rejected_in(tmp_path / "pairs").values()) == {"unwritable"}
    assert build(photos).rejected == 0
    build(photos, out=tmp_path / "undisturbed")
    assert contents(tmp_path / "pairs") == contents(tmp_path / "undisturbed")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 kB; only root can mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk)]
    if not shutil.which("mount") or os.getuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_stops_the_build_with_a_remedy_and_the_next_build_resumes(
    build: Build, photos: Path, tmp_path: Path, small_disk: Path, contents: Contents
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    for number, path in enumerate(sorted(photos.rglob("*.jpg")) * 3):
        with Image.open(path) as picture:
            picture.rotate(number // 12 * 90, expand=True).save(more / f"{number}.png")
    with pytest.raises(MediaError, match=r"can't be written|No space left|full") as caught:
        build(more, out=small_disk / "pairs")
    assert "\n" not in str(caught.value)
    assert not (small_disk / "pairs" / "manifest.jsonl").exists()
    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    build(more, out=small_disk / "pairs")
    build(more, out=tmp_path / "undisturbed")
    assert contents(small_disk / "pairs") == contents(tmp_path / "undisturbed")
