"""The pixels of a photo that Pillow has opened: 8-bit sRGB, opaque, upright.

The conversion runs in bands of rows: Pillow's picture and the result are the only large arrays.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from celcam.arrays import Uint8Array

BAND_ROWS = 256  # even, because a photo may be halved
ORIENTATION_TAG = 0x112
# How to turn a stored picture upright, by its EXIF orientation; others than 2 to 8 are upright.
UPRIGHT: dict[int, Callable[[Any], Any]] = {
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: stored[::-1].swapaxes(0, 1),
    7: lambda stored: stored[::-1, ::-1].swapaxes(0, 1),
    8: lambda stored: stored[:, ::-1].swapaxes(0, 1),
}
# The modes of 16 bits per pixel. Old versions of Pillow open a 16-bit grey PNG in the mode "I".
SIXTEEN_BITS = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})


def rgb_of(picture: Image.Image, *, halve: bool) -> Uint8Array:
    """Convert a photo, and release its memory.

    Args:
        picture: decoded, in any mode that has a defined white.
        halve: to half the width and height.

    Returns:
        ``(H, W, 3) uint8`` sRGB, 0..255, upright by its EXIF tag, transparent pixels over white.
    """
    step = 2 if halve else 1
    width, height = -(-picture.width // step), -(-picture.height // step)
    orientation = picture.getexif().get(ORIENTATION_TAG, 1)
    rgb_u8: Uint8Array = np.empty((height, width, 3), np.uint8)
    to_srgb = _srgb_conversion(picture)
    for top, band in _bands(picture):
        opaque = over_white(to_srgb(band))
        rows = np.asarray(opaque.reduce(2) if halve else opaque)
        rgb_u8[top // step : top // step + len(rows)] = rows
    picture.close()
    picture.im = None  # type: ignore[assignment]  # frees the pixels before they are copied once more
    upright = UPRIGHT.get(orientation)
    return rgb_u8 if upright is None else np.ascontiguousarray(upright(rgb_u8))


def over_white(band: Image.Image) -> Image.Image:
    """``band`` as RGB, transparent pixels blended with white."""
    if not band.has_transparency_data:
        return band.convert("RGB")
    clear = band.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")


def _bands(picture: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Pieces of ``picture``, 8 bits per channel, with the row that each starts at."""
    for top in range(0, picture.height, BAND_ROWS):
        band = picture.crop((0, top, picture.width, min(top + BAND_ROWS, picture.height)))
        band.info = picture.info  # a palette's transparent colour
        if picture.mode in SIXTEEN_BITS or picture.mode == "I":
            band = Image.fromarray((np.asarray(band).astype(np.uint16) >> 8).astype(np.uint8))
        yield top, band


def _srgb_conversion(picture: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """How to convert pieces of ``picture`` to sRGB by its ICC profile; unchanged without a usable one."""
    if picture.mode == "LAB":
        profile: Any = ImageCms.createProfile("LAB")
        space, modes = "LAB", {"LAB": "LAB"}
    else:
        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.info.get("icc_profile") or b""))
            space = profile.profile.xcolor_space.strip()
        except (OSError, ValueError, ImageCms.PyCMSError):  # no profile, or a damaged one
            return lambda band: band
        modes = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
    mode = modes.get(space)
    if mode is None or (mode == "CMYK") != (picture.mode == "CMYK"):
        return lambda band: band
    try:
        transform = ImageCms.buildTransform(
            profile,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (OSError, ValueError, ImageCms.PyCMSError):
        return lambda band: band
    return lambda band: _transformed(band, transform, mode)


def _transformed(band: Image.Image, transform: Any, mode: str) -> Image.Image:
    """``band`` in sRGB; its transparency stays."""
    if not band.has_transparency_data:
        return ImageCms.applyTransform(band.convert(mode), transform) or band
    clear = band.convert("RGBA")
    opaque = ImageCms.applyTransform(clear.convert("RGB").convert(mode), transform) or clear
    opaque.putalpha(clear.getchannel("A"))
    return opaque
