from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.image_io import read_image, write_image


def test_red_stays_red_on_disk_and_back(tmp_path: Path) -> None:
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    write_image(tmp_path / "red.png", red)
    assert np.array_equal(read_image(tmp_path / "red.png"), red)
    by_opencv = cv2.imread(str(tmp_path / "red.png"))
    assert by_opencv is not None
    assert by_opencv[0, 0].tolist() == [0, 0, 255]  # OpenCV puts blue first


@pytest.mark.parametrize(
    ("name", "content"),
    [("text.jpg", b"not a picture"), ("empty.png", b""), ("cut.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF")],
)
def test_a_file_that_is_not_an_image_is_named_in_the_error(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MediaError, match=f"{name}: not a readable image"):
        read_image(tmp_path / name)


def test_the_error_for_a_missing_file_gives_the_systems_reason(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"none\.png: can't be read: No such file"):
        read_image(tmp_path / "none.png")


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, photo: Uint8Array) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MediaError, match="can't be written: its folder is a file"):
        write_image(tmp_path / "file" / "picture.png", photo)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_unknown_suffix_is_an_error(tmp_path: Path, photo: Uint8Array) -> None:
    with pytest.raises(MediaError, match=r"use \.png or \.jpg"):
        write_image(tmp_path / "picture.xyz", photo)
    assert not list(tmp_path.iterdir())
