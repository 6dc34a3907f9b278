"""Decode image files of any kind to 8-bit RGB.

OpenCV decodes. Pillow checks the file first: it reads the size before anything is decompressed, detects truncated
files (OpenCV fills the missing part with grey), and blends transparent pixels with white.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from celcam.arrays import Uint8Array
from celcam.errors import BadPhotoError, MediaError
from celcam.image_io import decode_image

# OpenCV itself rejects damaged TIFF files, and reads some that Pillow can't.
UNCHECKED_FORMATS = frozenset({"TIFF"})
# Pillow checks a JPEG at an eighth of its size: it reads the whole file but decodes few pixels.
CHECK_SIZE = (1, 1)
# 32 bits per pixel: the value of white is undefined.
MODES_WITHOUT_WHITE = frozenset({"I", "F"})


def decode_photo(data: bytes, name: str, *, max_megapixels: float) -> Uint8Array:
    """Decode the picture in ``data``: upright by its EXIF tag, opaque, 8 bits per channel.

    Args:
        data: contents of an image file.
        name: name of the file, for messages.
        max_megapixels: the largest accepted size.

    Returns:
        ``(H, W, 3) uint8 RGB``, 0..255.

    Raises:
        BadPhotoError: empty, not an image, truncated, or larger than ``max_megapixels``.
    """
    if not data:
        raise BadPhotoError("empty", f"{name}: empty file (0 bytes); expected a photo")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about unusual tags, and about sizes, which this module checks
        Image.MAX_IMAGE_PIXELS = None
        try:
            picture = Image.open(io.BytesIO(data))
        except (OSError, ValueError, SyntaxError):  # unknown to Pillow; OpenCV may read it
            return _decode_opaque(data, name)
        with picture:
            return _decode_known(picture, data, name, max_megapixels)


def _decode_known(picture: Image.Image, data: bytes, name: str, max_megapixels: float) -> Uint8Array:
    megapixels = picture.width * picture.height / 1e6
    if megapixels > max_megapixels:
        raise BadPhotoError(
            "too large",
            f"{name}: {picture.width}x{picture.height} is {megapixels:.0f} megapixels; expected at most "
            f"{max_megapixels:g}; scale it down or raise --max-megapixels",
        )
    try:
        if picture.has_transparency_data:
            return _blend_with_white(picture)
        if picture.format not in UNCHECKED_FORMATS:
            picture.draft(None, CHECK_SIZE)
            picture.load()
    except (OSError, ValueError, SyntaxError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        message = f"{name}: truncated or damaged: {reason}; it has {len(data)} bytes; get an intact copy"
        raise BadPhotoError("truncated or damaged", message) from error
    if picture.mode in MODES_WITHOUT_WHITE:
        raise BadPhotoError("32 bits", f"{name}: 32 bits per channel; expected 8 or 16; convert it")
    picture.close()  # free its pixels before OpenCV allocates its own
    return _decode_opaque(data, name)


def _decode_opaque(data: bytes, name: str) -> Uint8Array:
    try:
        return decode_image(data, Path(name))
    except MediaError as error:
        raise BadPhotoError("not an image", str(error)) from error


def _blend_with_white(picture: Image.Image) -> Uint8Array:
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    white = Image.new("RGBA", upright.size, "white")
    return np.array(Image.alpha_composite(white, upright).convert("RGB"), np.uint8)
