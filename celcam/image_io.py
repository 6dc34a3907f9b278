"""Still images on disk; the only place where they are BGR."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import MediaError, UnwritableError

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
# What a killed process may leave behind.
UNFINISHED_SUFFIX = ".part"


def read_image(path: Path) -> Uint8Array:
    """The picture in ``path``, upright by its EXIF tag.

    Returns:
        ``(H, W, 3) uint8 RGB``.

    Raises:
        MediaError: missing, unreadable or not an image.
    """
    return decode_image(read_bytes(path), path)


def decode_image(data: bytes, path: Path) -> Uint8Array:
    """The picture in ``data``, the contents of ``path`` (as `read_image`)."""
    try:
        bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    except cv2.error:  # a header that promises more pixels than OpenCV takes
        bgr = None
    if bgr is None:
        raise MediaError(f"{path}: not a readable image ({len(data)} bytes); expected a JPEG, PNG, WebP, BMP or TIFF")
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def read_bytes(path: Path) -> bytes:
    """The contents of ``path``; raises MediaError with the system's reason."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise MediaError(f"{path}: can't be read: {error.strerror}") from error


def encode_image(rgb_u8: Uint8Array, suffix: str, *, quality: int = 92) -> bytes:
    """``(H, W, 3) uint8 RGB`` as the bytes of a file with this suffix; ``quality`` is JPEG's, 1..100."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality] if suffix in (".jpg", ".jpeg") else []
    try:
        ok, data = cv2.imencode(suffix, cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2BGR), options)
    except cv2.error:
        ok = False
    if not ok:
        raise MediaError(f"{suffix!r}: OpenCV can't write such an image; use .png or .jpg")
    return data.tobytes()


def write_image(path: Path, rgb_u8: Uint8Array) -> None:
    """Write ``(H, W, 3) uint8 RGB`` to ``path``; the file appears whole or not at all."""
    write_whole(path, encode_image(rgb_u8, path.suffix.lower()))


def write_whole(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Write ``data`` under a temporary name beside ``path``, then rename; makes the folder.

    Raises:
        UnwritableError: the folder can't be made or written.
    """
    # Not the process's number: on a shared disk two machines may have the same.
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}{UNFINISHED_SUFFIX}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.writelines([data] if isinstance(data, bytes) else data)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        reason = "its folder is a file" if isinstance(error, FileExistsError) else error.strerror
        raise UnwritableError(f"{path}: can't be written: {reason}; choose another place") from error
