from __future__ import annotations

import base64
import sys
from pathlib import Path

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.image_io import write_image
from celcam.media.photos import read_image

# 64x48: the right half is blue, the left half red above green.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ACJpbG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAAJQAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRt"
    "AAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5j"
    "bHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBp"
    "eGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAAJxtZGF0AAAAkCgBrwngITip/+tnf/xMdl7mXJ5WnvwKgXvv28PR"
    "/nFnN5Uk6eozn//O/uf+1Zav/pI5HRFSAnCEfULauAZC8TIX3SlVWTl5azWX9JHNqVxp8m3jZ7TYf8OXZzFkuiWFCrMaoa1vtIZ0"
    "w5H+b5LZ+6t6fZv1TXfUL11i85ZkaaWdW4q92RepQdyJ3raytwZqgA=="
)


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


def test_a_heic_photo_is_read_with_the_optional_package(tmp_path: Path) -> None:
    pytest.importorskip("pi_heif")
    (tmp_path / "photo.HEIC").write_bytes(HEIC)
    rgb_u8 = read_image(tmp_path / "photo.HEIC")
    assert rgb_u8.shape == (48, 64, 3)
    for (row, column), colour in {(5, 5): (230, 40, 40), (40, 5): (40, 200, 60), (5, 60): (40, 60, 220)}.items():
        assert np.abs(rgb_u8[row, column].astype(int) - colour).max() <= 4


def test_a_damaged_heic_photo_is_an_error(tmp_path: Path) -> None:
    pytest.importorskip("pi_heif")
    (tmp_path / "cut.heic").write_bytes(HEIC[:300])
    with pytest.raises(MediaError, match=r"cut\.heic: not a readable HEIC photo \(300 bytes\)"):
        read_image(tmp_path / "cut.heic")


def test_without_that_package_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    (tmp_path / "photo.heic").write_bytes(HEIC)
    with pytest.raises(MediaError, match=r"photo\.heic: .*'pip install pi-heif'"):
        read_image(tmp_path / "photo.heic")


def test_a_picture_with_a_phones_suffix_that_opencv_can_read_needs_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photo: Uint8Array
) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    write_image(tmp_path / "photo.png", photo)
    (tmp_path / "photo.heic").write_bytes((tmp_path / "photo.png").read_bytes())
    assert np.array_equal(read_image(tmp_path / "photo.heic"), photo)
