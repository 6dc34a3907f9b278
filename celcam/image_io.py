"""Read and write still images; only this module handles OpenCV's BGR order."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import MediaError, UnwritableError
from celcam.suffixes import HEIF_SUFFIXES

# Suffix of temporary files; a killed process may leave one behind.
UNFINISHED_SUFFIX = ".part"


def read_image(path: Path) -> Uint8Array:
    """Read the picture in ``path``, upright by its EXIF tag.

    Returns:
        ``(H, W, 3) uint8 RGB``, 0..255.

    Raises:
        MediaError: missing, unreadable or not an image.
    """
    return decode_image(read_bytes(path), path)


def decode_image(data: bytes, path: Path) -> Uint8Array:
    """Decode ``data``, the contents of ``path``; otherwise like `read_image`."""
    try:
        bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    except cv2.error:  # the header announces more pixels than OpenCV accepts
        bgr = None
    if bgr is None and path.suffix.lower() in HEIF_SUFFIXES:
        return _decode_heif(data, path)
    if bgr is None:
        raise MediaError(f"{path}: not a readable image ({len(data)} bytes); expected a JPEG, PNG, WebP, BMP or TIFF")
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def _decode_heif(data: bytes, path: Path) -> Uint8Array:
    """Decode a phone's HEIC photo with the optional package pi-heif, upright."""
    try:
        import pi_heif
    except ImportError as error:
        raise MediaError(f"{path}: reading HEIC photos needs a package; run 'pip install pi-heif'") from error
    try:
        picture = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True).to_pillow()
        return np.array(picture.convert("RGB"), np.uint8)
    except (OSError, ValueError, RuntimeError, EOFError, SyntaxError) as error:
        raise MediaError(f"{path}: not a readable HEIC photo ({len(data)} bytes): {error}") from error


def read_bytes(path: Path) -> bytes:
    """Read the contents of ``path``; MediaError with the system's reason if that fails."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise MediaError(f"{path}: can't be read: {error.strerror}") from error


def encode_image(rgb_u8: Uint8Array, suffix: str, *, quality: int = 92) -> bytes:
    """Encode a picture.

    Args:
        rgb_u8: ``(H, W, 3) uint8 RGB``, 0..255.
        suffix: file format, such as ".png" or ".jpg".
        quality: of a JPEG, 1..100.

    Returns:
        The contents of the image file.

    Raises:
        MediaError: OpenCV can't write this format.
    """
    options = [cv2.IMWRITE_JPEG_QUALITY, quality] if suffix in (".jpg", ".jpeg") else []
    try:
        ok, data = cv2.imencode(suffix, cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2BGR), options)
    except cv2.error:
        ok = False
    if not ok:
        raise MediaError(f"{suffix!r}: OpenCV can't write this image format; use .png or .jpg")
    return data.tobytes()


def write_image(path: Path, rgb_u8: Uint8Array, *, quality: int = 92) -> None:
    """Write ``(H, W, 3) uint8 RGB`` to ``path`` atomically; ``quality`` is that of JPEG, 1..100."""
    write_whole(path, encode_image(rgb_u8, path.suffix.lower(), quality=quality))


def write_whole(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Write ``data`` atomically: to a temporary file in the folder of ``path``, which is then renamed.

    Args:
        path: the file to write; its folder is created.
        data: the contents, or chunks of it.

    Raises:
        UnwritableError: the folder can't be created or written.
    """
    # A UUID, not the process id: two machines that share a disk may have equal process ids.
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
        raise UnwritableError(f"{path}: can't be written: {reason}; choose another path") from error
