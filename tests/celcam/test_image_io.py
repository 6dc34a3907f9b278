from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.image_io import write_image
from celcam.media.photos import read_image


def test_red_stays_red_on_disk_and_back(tmp_path: Path) -> None:
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    write_image(tmp_path / "red.png", red)
    assert np.array_equal(read_image(tmp_path / "red.png"), red)
    by_opencv = cv2.imread(str(tmp_path / "red.png"))
    assert by_opencv is not None
    assert by_opencv[0, 0].tolist() == [0, 0, 255]  # OpenCV puts blue first


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, photo: Uint8Array) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MediaError, match="can't be written: its folder is a file"):
        write_image(tmp_path / "file" / "picture.png", photo)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_lower_quality_makes_a_smaller_jpeg(tmp_path: Path, photo: Uint8Array) -> None:
    write_image(tmp_path / "usual.jpg", photo)
    write_image(tmp_path / "small.jpg", photo, quality=50)
    assert (tmp_path / "small.jpg").stat().st_size < 0.6 * (tmp_path / "usual.jpg").stat().st_size


def test_an_unknown_suffix_is_an_error(tmp_path: Path, photo: Uint8Array) -> None:
    with pytest.raises(MediaError, match=r"use \.png or \.jpg"):
        write_image(tmp_path / "picture.xyz", photo)
    assert not list(tmp_path.iterdir())
