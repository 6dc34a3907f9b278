"""The bytes of an image file to pixels, whatever kind of image it is.

OpenCV decodes. Pillow looks at the file first: it tells the size before anything is unpacked, finds what is cut off
(where OpenCV fills up with grey), and lays what is transparent on white.
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

# OpenCV complains of damaged TIFF files by itself, and Pillow can't read all of those that OpenCV can.
UNCHECKED_FORMATS = frozenset({"TIFF"})
# A JPEG is checked at an eighth of its size: all of it is read, little of it is drawn.
CHECK_SIZE = (1, 1)
# 32 bits a pixel: no rule says which value is white.
MODES_WITHOUT_WHITE = frozenset({"I", "F"})


def decode_photo(data: bytes, name: str, *, most_megapixels: float) -> Uint8Array:
    """The picture in ``data``: upright, opaque, 8 bits a channel.

    Returns:
        ``(H, W, 3) uint8 RGB``.

    Raises:
        BadPhotoError: empty, not an image, cut off, or of more than ``most_megapixels``.
    """
    if not data:
        raise BadPhotoError("empty", f"{name}: an empty file (0 bytes); expected a photo")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd tags and of sizes, which we judge by ourselves
        Image.MAX_IMAGE_PIXELS = None
        try:
            picture = Image.open(io.BytesIO(data))
        except (OSError, ValueError, SyntaxError):  # nothing that Pillow knows; OpenCV may
            return _decode_opaque(data, name)
        with picture:
            return _decode_known(picture, data, name, most_megapixels)


def _decode_known(picture: Image.Image, data: bytes, name: str, most_megapixels: float) -> Uint8Array:
    megapixels = picture.width * picture.height / 1e6
    if megapixels > most_megapixels:
        raise BadPhotoError(
            "too large",
            f"{name}: {picture.width}x{picture.height} is {megapixels:.0f} megapixels; expected {most_megapixels:g} "
            "at most; make it smaller or raise --max-megapixels",
        )
    try:
        if picture.has_transparency_data:
            return _lay_on_white(picture)
        if picture.format not in UNCHECKED_FORMATS:
            picture.draft(None, CHECK_SIZE)
            picture.load()
    except (OSError, ValueError, SyntaxError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        message = f"{name}: cut off or damaged: {reason}; its {len(data)} bytes are not all; get it again"
        raise BadPhotoError("cut off or damaged", message) from error
    if picture.mode in MODES_WITHOUT_WHITE:
        raise BadPhotoError("32 bits", f"{name}: 32 bits a channel; expected 8 or 16; convert it")
    picture.close()  # gives its pixels back before OpenCV takes as many
    return _decode_opaque(data, name)


def _decode_opaque(data: bytes, name: str) -> Uint8Array:
    try:
        return decode_image(data, Path(name))
    except MediaError as error:
        raise BadPhotoError("not an image", str(error)) from error


def _lay_on_white(picture: Image.Image) -> Uint8Array:
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    white = Image.new("RGBA", upright.size, "white")
    return np.array(Image.alpha_composite(white, upright).convert("RGB"), np.uint8)
