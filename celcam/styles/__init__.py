"""The style filters: slow OpenCV filters that draw the targets a network learns. One file a style."""

from __future__ import annotations

from typing import Protocol

from celcam.arrays import Uint8Array
from celcam.errors import UnknownNameError
from celcam.styles.anime import Anime
from celcam.styles.colored_pencil import ColoredPencil
from celcam.styles.comic import Comic
from celcam.styles.pencil import Pencil
from celcam.styles.watercolor import Watercolor

# A style's lengths are given for a picture of this short side.
REFERENCE_SHORT_SIDE = 256


class Style(Protocol):
    """What a style offers."""

    def draw(self, rgb_u8: Uint8Array, scale: float) -> Uint8Array:
        """``(H, W, 3) uint8 RGB`` to the same shape; ``scale`` multiplies every length."""
        ...


STYLES: dict[str, Style] = {
    "comic": Comic(),
    "watercolor": Watercolor(),
    "pencil": Pencil(),
    "colored-pencil": ColoredPencil(),
    "anime": Anime(),
}


def find_style(name: str) -> Style:
    """The style called ``name``.

    Raises:
        UnknownNameError: no style has that name; the message lists those that exist.
    """
    try:
        return STYLES[name]
    except KeyError:
        raise UnknownNameError("style", name, STYLES) from None


def stroke_scale(rgb_u8: Uint8Array) -> float:
    """The scale at which lines look alike on a picture of any size."""
    height, width = rgb_u8.shape[:2]
    return float(min(height, width)) / REFERENCE_SHORT_SIDE
