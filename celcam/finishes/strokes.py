"""Layers of pencil strokes, laid over one another as more is to be covered; shared by graphite and coloured pencils."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import tables, tiles
from celcam.finishes.primitive import Kit, repeat
from celcam.finishes.whole_numbers import blur, shrink, stretch


@dataclass(frozen=True)
class StrokeLayer:
    """Strokes of one direction."""

    direction: tuple[int, int]  # across the strokes, in whole steps of x and y: (1, 1) draws strokes that rise
    starts: float  # amount from which they are laid, levels
    full: float  # amount at which they cover most, levels
    strength: float  # darkness of a stroke, share of black
    period: float = 4.4  # from stroke to stroke, reference pixels
    length: float = 54.0  # of a stroke, reference pixels


# Share of the paper that a layer covers at most.
MOST_COVERED = 0.82


def stroke_kit(layers: Sequence[StrokeLayer], *, softness: float, scale: float, seed: int) -> Kit:
    """Two tables and a tile for each layer.

    Args:
        layers: in the order in which they are laid.
        softness: levels over which the edge of a stroke fades.
        scale: what lengths are multiplied by.
        seed: chooses the hand.
    """
    named, named_tiles = {}, {}
    for number, layer in enumerate(layers):
        cover = tables.smooth(tables.LEVELS, layer.starts, layer.full)
        named[f"{number} cover"] = tables.to_table(cover * (255.0 * MOST_COVERED + 0.4 * softness))
        edge = np.minimum(tables.LEVELS * (255.0 / softness), 255.0)
        named[f"{number} edge"] = tables.to_table(edge * layer.strength)
        strokes = tiles.Strokes(layer.period, layer.direction, layer.length, seed + 10 * number)
        named_tiles[f"{number} strokes"] = tiles.to_tile(strokes.thresholds(scale))
    return Kit(named, named_tiles)


def bind_strokes(kit: Kit, layers: int, size_wh: tuple[int, int]) -> Callable[[Uint8Array, Uint8Array], None]:
    """A function of the amount to be covered, ``(H, W) uint8``, that adds the strokes' darkness to a second plane."""
    laid = [
        (kit.tables[f"{number} cover"], repeat(kit.tiles[f"{number} strokes"], size_wh), kit.tables[f"{number} edge"])
        for number in range(layers)
    ]
    part = np.empty(size_wh[::-1], np.uint8)

    def lay(amount: Uint8Array, onto: Uint8Array) -> None:
        for cover, thresholds, edge in laid:
            cv2.subtract(cv2.LUT(amount, cover, dst=part), thresholds, dst=part)
            cv2.add(onto, cv2.LUT(part, edge, dst=part), dst=onto)

    return lay


def bind_tone(side: int, size_wh: tuple[int, int]) -> Callable[[Uint8Array, Uint8Array], None]:
    """A function of ``(H, W) uint8`` that writes the tone without its thin dark lines to a second plane.

    Args:
        side: of the square that a line can't fill, in pixels at half the size.
        size_wh: of the planes.
    """
    square = np.ones((side, side), np.uint8)

    def tone(gray: Uint8Array, onto: Uint8Array) -> None:
        closed = np.asarray(cv2.morphologyEx(shrink(gray, 2), cv2.MORPH_CLOSE, square), np.uint8)
        stretch(blur(closed, 3), 2, size_wh, dst=onto)

    return tone


def line_side(width: float, scale: float) -> int:
    """The side of `bind_tone`'s square for lines of ``width`` reference pixels."""
    return 2 * max(1, round(width * scale / 4)) + 1
