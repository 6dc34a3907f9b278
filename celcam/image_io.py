"""Write still images and other files; `celcam.media.photos` reads images."""

from __future__ import annotations

import stat
import uuid
from collections.abc import Iterable
from pathlib import Path

import cv2

from celcam.arrays import Uint8Array
from celcam.errors import MediaError, UnwritableError

# Suffix of temporary files; a killed process may leave one behind.
UNFINISHED_SUFFIX = ".part"


def read_bytes(path: Path, *, most: int | None = None) -> bytes:
    """Read the contents of a file.

    Args:
        path: of a file; a pipe or a device could block, or never end.
        most: the largest size in bytes; None accepts any.

    Raises:
        MediaError: the file can't be read, is no file, or is too large.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise MediaError(f"{path}: can't be read: a folder, a pipe or a device; expected a file")
        if most is not None and status.st_size > most:
            raise MediaError(f"{path}: can't be read: {status.st_size} bytes; expected at most {most}")
        return path.read_bytes()
    except OSError as error:
        raise MediaError(f"{path}: can't be read: {error.strerror}") from error
    except ValueError as error:  # a name that no file can have
        raise MediaError(f"{str(path)!r}: can't be read: {error}") from error


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
    except ValueError as error:  # a name that no file can have
        raise UnwritableError(f"{str(path)!r}: can't be written: {error}; choose another path") from error
