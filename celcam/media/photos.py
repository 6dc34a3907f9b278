"""Read photos of any kind with Pillow; the only reader of image files.

A picture is ``(H, W, 3) uint8 RGB``, 0..255: sRGB by its ICC profile, upright by its EXIF tag, transparent pixels over
white. Size and memory are checked before anything is decoded. A photo of more than `HALVED_MEGAPIXELS` is halved,
because no command needs more.
"""

from __future__ import annotations

import io
import stat
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from celcam.arrays import Uint8Array
from celcam.errors import BadPhotoError
from celcam.image_io import read_bytes
from celcam.media.limits import BYTES_PER_LIMIT_PIXEL, MAX_MEGAPIXELS, MAX_PHOTO_BYTES
from celcam.media.photo_pixels import SIXTEEN_BITS, rgb_of

HALVED_MEGAPIXELS = 50.0
# Pillow knows more, but those decoders are rarely needed and seldom tested.
FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "TIFF", "BMP", "DIB", "AVIF", "HEIF", "GIF", "PPM")
# The most memory that a format's decoder and Pillow take, in bytes per pixel.
DECODER_BYTES = {"JPEG": 4, "MPO": 4, "WEBP": 16, "TIFF": 10, "AVIF": 12, "HEIF": 12, "GIF": 6}
OTHER_DECODER_BYTES = 5
# A progressive JPEG is held as coefficients of 2 bytes, in three channels at most.
PROGRESSIVE_BYTES = 6
JPEG_FORMATS = frozenset({"JPEG", "MPO"})
END_OF_JPEG = b"\xff\xd9"
# Noise instead of a JPEG's missing end: one of the two changes the picture if pixels are missing too.
JPEG_NOISES = (b"\x55" * 64, b"\xfe" * 64)
HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
DAMAGED = "truncated or damaged"
Notify = Callable[[str], None]


def read_image(
    path: Path, *, max_megapixels: float = MAX_MEGAPIXELS, notify: Notify = lambda notice: None
) -> Uint8Array:
    """Read the picture in ``path``.

    Args:
        path: an image file; its contents decide on the format.
        max_megapixels: the largest accepted picture.
        notify: gets a line about a picture with a fault that can be read.

    Returns:
        ``(H, W, 3) uint8 RGB``, 0..255.

    Raises:
        BadPhotoError: missing, unreadable, too large, damaged or not an image.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadPhotoError("unreadable", f"{path}: can't be read: {reason}") from error
    if not stat.S_ISREG(status.st_mode):  # reading from a pipe would block
        raise BadPhotoError("unreadable", f"{path}: a folder, a pipe or a device; expected an image file")
    if status.st_size > MAX_PHOTO_BYTES:
        raise too_many_bytes(str(path), status.st_size)
    return decode_image(read_bytes(path), path, max_megapixels=max_megapixels, notify=notify)


def decode_image(
    data: bytes, name: Path | str, *, max_megapixels: float = MAX_MEGAPIXELS, notify: Notify = lambda notice: None
) -> Uint8Array:
    """Decode ``data``, the contents of the file ``name``; otherwise like `read_image`."""
    if not data:
        raise BadPhotoError("empty", f"{name}: not a readable image: an empty file (0 bytes); expected a photo")
    if len(data) > MAX_PHOTO_BYTES:
        raise too_many_bytes(str(name), len(data))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about unusual tags, and about sizes, which this module checks
        Image.MAX_IMAGE_PIXELS = None
        try:
            return _decode(data, name, max_megapixels)
        except BadPhotoError as error:
            if error.kind != DAMAGED or not _lacks_only_its_end(data):
                raise
        notify(f"{name}: its end mark is missing; the picture is complete")
        return _decode(data + END_OF_JPEG, name, max_megapixels)


def too_many_bytes(name: str, size: int) -> BadPhotoError:
    """The error for a file of ``size`` bytes, more than `MAX_PHOTO_BYTES`."""
    limit_mb = MAX_PHOTO_BYTES // 10**6
    return BadPhotoError("too large", f"{name}: {size / 1e6:.0f} MB; expected a photo of at most {limit_mb} MB")


def _decode(data: bytes, name: Path | str, max_megapixels: float) -> Uint8Array:
    picture = _open(data, name)
    halve = _check_size(picture, len(data), name, max_megapixels)
    if picture.mode in ("I", "F") and picture.format != "PNG":  # the value of white is undefined
        raise BadPhotoError("32 bits", f"{name}: 32 bits per channel; expected 8 or 16; convert it")
    try:
        if halve and picture.format in JPEG_FORMATS:
            width = picture.width
            picture.draft(None, (-(-picture.width // 2), -(-picture.height // 2)))  # decodes every second pixel
            halve = picture.width == width
        picture.load()
        return rgb_of(picture, halve=halve)
    except Exception as error:  # Pillow raises all kinds for a damaged file
        reason = " ".join(str(error).split()) or type(error).__name__
        message = f"{name}: not a readable image: {DAMAGED} ({reason}); it has {len(data)} bytes; get an intact copy"
        raise BadPhotoError(DAMAGED, message) from error


def _open(data: bytes, name: Path | str) -> Image.Image:
    """Read the header."""
    heif = data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS
    if heif and b"avif" in data[16 : min(int.from_bytes(data[:4], "big"), 256)]:
        data, heif = data[:8] + b"avif" + data[12:], False  # some programs write AVIF pictures as .heic
    if heif:
        try:
            import pi_heif
        except ImportError as error:
            message = f"{name}: reading HEIC photos needs a package; run 'pip install pi-heif'"
            raise BadPhotoError("not an image", message) from error
        pi_heif.register_heif_opener()
    Image.init()
    try:
        return Image.open(io.BytesIO(data), formats=[each for each in FORMATS if each in Image.OPEN])
    except Exception as error:  # Pillow raises all kinds for a damaged file
        kind = "HEIC photo" if heif else "image"
        message = f"{name}: not a readable {kind} ({len(data)} bytes); expected a JPEG, PNG, WebP, BMP, TIFF or AVIF"
        raise BadPhotoError("not an image", message) from error


def _check_size(picture: Image.Image, file_bytes: int, name: Path | str, max_megapixels: float) -> bool:
    """Whether the picture is to be halved; raises BadPhotoError if it is too large for the limit or its memory."""
    pixels = picture.width * picture.height
    remedy = "scale it down, or raise --max-megapixels"
    size = f"{name}: {picture.width}x{picture.height}"
    if pixels > max_megapixels * 1e6:
        expected = f"expected at most {max_megapixels:g}"
        raise BadPhotoError("too large", f"{size} is {pixels / 1e6:.3g} megapixels; {expected}; {remedy}")
    halve = pixels > HALVED_MEGAPIXELS * 1e6
    needed = file_bytes + pixels * _bytes_per_pixel(picture, halve)
    allowed = max_megapixels * 1e6 * BYTES_PER_LIMIT_PIXEL
    if pixels > 1e6 and needed > allowed:
        kind = f"{'progressive ' if picture.info.get('progressive') else ''}{picture.format}"
        message = f"{size}, a {kind}, needs {needed / 1e6:.0f} MB to decode; expected at most {allowed / 1e6:.0f}"
        raise BadPhotoError("too large", f"{message}; {remedy}")
    return halve


def _bytes_per_pixel(picture: Image.Image, halve: bool) -> float:
    """The memory to decode a picture; the result needs 3 bytes, and 3 more to turn it upright."""
    result = 1.5 if halve else 6.0
    if picture.format in JPEG_FORMATS:
        progressive = PROGRESSIVE_BYTES if picture.info.get("progressive") else 0
        return progressive + max(result, DECODER_BYTES["JPEG"] / (4 if halve else 1) + result / 2)
    stored = 2 if picture.mode in SIXTEEN_BITS else 0
    decoder = DECODER_BYTES.get(picture.format or "", OTHER_DECODER_BYTES)
    return max(result, max(decoder, stored) + result / 2)


def _lacks_only_its_end(data: bytes) -> bool:
    """Whether a truncated JPEG lacks its end mark alone: then what comes after its last pixel changes nothing."""
    if not data.startswith(b"\xff\xd8"):
        return False

    def decoded(tail: bytes) -> Any:
        with Image.open(io.BytesIO(data + tail + END_OF_JPEG), formats=["JPEG"]) as picture:
            return np.asarray(picture)

    try:
        picture = decoded(b"")
        return all(np.array_equal(picture, decoded(noise)) for noise in JPEG_NOISES)
    except Exception:  # Pillow raises all kinds for a damaged file
        return False
