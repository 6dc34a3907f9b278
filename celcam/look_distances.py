"""How far looks lie from their photos and from each other: the mean Lab difference (dE76) over all pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.errors import MediaError
from celcam.finishes.finish import enlarge
from celcam.looks import LOOKS, Look
from celcam.model_card import find_model
from celcam.pixels import dot, resize, size_for_short_side
from celcam.styles.tone import to_lab
from celcam.tflite_model import TFLiteModel

# What the network draws at, and how many times larger the finished picture is.
NETWORK_SHORT_SIDE, ENLARGED = 240, 2
# Below these, two looks could be taken for each other, or a look for its photo. Comic may keep the photo's colours.
LEAST_BETWEEN_LOOKS, LEAST_TO_PHOTO = 10.0, 12.0
NEAR_ITS_PHOTO = "comic"
PHOTO = "photo"


@dataclass(frozen=True)
class Distances:
    """Mean distances over some photos; row and column in the order of ``names``, the last of which is the photo."""

    names: list[str]
    matrix: FloatArray  # (n, n) float64, Lab units
    photos: int

    def table(self) -> str:
        """The matrix for people; a star marks a pair that is too close."""
        width = max(len(name) for name in self.names)
        lines = [
            f"mean Lab difference (dE76) over {self.photos} photos; * below {LEAST_BETWEEN_LOOKS:g} between looks, "
            f"{LEAST_TO_PHOTO:g} to the photo"
        ]
        lines.append(" " * width + "".join(f"{name[:7]:>8}" for name in self.names[1:]))
        for row, name in enumerate(self.names[:-1]):
            cells = [" " * 8] * row + [self._cell(row, column) for column in range(row + 1, len(self.names))]
            lines.append(f"{name:{width}}" + "".join(cells))
        return "\n".join(lines)

    def between(self, one: str, other: str) -> float:
        """The distance of two names."""
        return float(self.matrix[self.names.index(one), self.names.index(other)])

    def _cell(self, row: int, column: int) -> str:
        value = float(self.matrix[row, column])
        least = LEAST_TO_PHOTO if self.names[column] == PHOTO else LEAST_BETWEEN_LOOKS
        if (self.names[row], self.names[column]) == (NEAR_ITS_PHOTO, PHOTO):
            least = 0.0
        return f"{value:7.1f}{'*' if value < least else ' '}"


def measure_distances(photos: Iterable[Uint8Array], looks: Mapping[str, Look] = LOOKS) -> Distances:
    """Draw photos in every look as the app does, and compare.

    Args:
        photos: each ``(H, W, 3) uint8 RGB`` of any size.
        looks: by name.

    Raises:
        MediaError: there are no photos.
        ModelError: a network can't be loaded.
    """
    networks = {look.style: TFLiteModel(find_model(look.style), threads=1) for look in looks.values()}
    names = [*looks, PHOTO]
    total, count = np.zeros((len(names), len(names))), 0
    for photo in photos:
        pictures = _draw_all(photo, looks, networks)
        labs = [to_lab(picture) for picture in pictures]
        for row in range(len(names)):
            for column in range(row):
                apart = labs[row] - labs[column]
                total[row, column] += float(np.sqrt(dot(apart, apart)).mean())
        count += 1
    if not count:
        raise MediaError("no photos to compare looks on; name some")
    return Distances(names, (total + total.T) / count, count)


def _draw_all(photo: Uint8Array, looks: Mapping[str, Look], networks: Mapping[str, TFLiteModel]) -> list[Uint8Array]:
    """The photo in every look, then the photo itself, all of one size."""
    small_wh = size_for_short_side((photo.shape[1], photo.shape[0]), NETWORK_SHORT_SIDE)
    large_wh = (ENLARGED * small_wh[0], ENLARGED * small_wh[1])
    small = resize(photo, small_wh)
    drawn = {style: network(small) for style, network in networks.items()}
    finished = [look.finish.draw(drawn[look.style], large_wh) for look in looks.values()]
    shrinks = large_wh[0] <= photo.shape[1]
    return [*finished, resize(photo, large_wh) if shrinks else enlarge(photo, large_wh)]
