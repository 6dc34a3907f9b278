"""The style filters: slow OpenCV filters that draw the targets a network learns. One file a style."""

from __future__ import annotations

from typing import Protocol

from celcam.arrays import Uint8Array
from celcam.errors import UnknownNameError
from celcam.styles.anime import Anime
from celcam.styles.colored_pencil import ColoredPencil
from celcam.styles.comic import Comic
from celcam.styles.pencil import Pencil
from celcam.styles.v1.anime import Anime as AnimeV1
from celcam.styles.v1.comic import Comic as ComicV1
from celcam.styles.v1.sketch import Sketch as SketchV1
from celcam.styles.v1.watercolor import Watercolor as WatercolorV1
from celcam.styles.watercolor import Watercolor

# A style's lengths are given for a picture of this short side.
REFERENCE_SHORT_SIDE = 256


class Style(Protocol):
    """What a style offers."""

    def draw(self, rgb_u8: Uint8Array, scale: float) -> Uint8Array:
        """``(H, W, 3) uint8 RGB`` to the same shape; ``scale`` multiplies every length."""
        ...


# The networks in models/ learned the filters of version 1 and have their names. The redrawn filters of these looks
# carry a 2 until networks trained on them ship.
STYLES: dict[str, Style] = {
    "comic": ComicV1(),
    "anime": AnimeV1(),
    "watercolor": WatercolorV1(),
    "sketch": SketchV1(),
    "comic-2": Comic(),
    "anime-2": Anime(),
    "watercolor-2": Watercolor(),
    "pencil": Pencil(),
    "colored-pencil": ColoredPencil(),
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
