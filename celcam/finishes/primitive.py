"""What every primitive of a finish offers: a kit made once per size, and a function that draws with it.

A kit holds all that depends on the size: tables of 256 bytes, tiles that repeat over the picture, whole numbers.
`Finish` writes kits to files and reads them back, so that a shader can draw the same picture without this code.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import UsageError

# ``(H, W, 3) uint8 RGB`` to the same shape. Scratch buffers are kept, so one function serves one thread at a time.
Draw = Callable[[Uint8Array], Uint8Array]

# Lengths are given in pixels of a picture whose short side is this.
REFERENCE_SHORT_SIDE = 480
# Names of the planes, in tables and kits.
CHANNELS = ("red", "green", "blue")


@dataclass(frozen=True)
class Kit:
    """What a primitive draws with at one size."""

    tables: dict[str, Uint8Array] = field(default_factory=dict)  # (256,) uint8
    tiles: dict[str, Uint8Array] = field(default_factory=dict)  # (h, w) or (h, w, 3) uint8; they repeat
    numbers: dict[str, int] = field(default_factory=dict)  # lengths in pixels


class Primitive(ABC):
    """One step of a finish; subclasses are frozen dataclasses whose fields are numbers, words and tuples of them."""

    kind: ClassVar[str]
    # Drawn on the network's small picture, before it is enlarged.
    on_small: ClassVar[bool] = False

    def require(self, holds: bool, message: str) -> None:
        """Raise UsageError with ``message`` unless ``holds``; for ``__post_init__``."""
        if not holds:
            raise UsageError(f"finish {self.kind}: {message}")

    def require_positive(self, *names: str) -> None:
        """Each of these fields must be above 0."""
        for name in names:
            self.require(getattr(self, name) > 0, f"{name} is {getattr(self, name)}; expected more than 0")

    def require_curve(self, name: str) -> None:
        """This field must hold at least two points, their first numbers in rising order."""
        inputs = [point[0] for point in getattr(self, name)]
        rising = all(before < after for before, after in itertools.pairwise(inputs))
        self.require(len(inputs) >= 2 and rising, f"{name} starts at {inputs}; expected two or more rising levels")

    def require_steps(self, thresholds: Sequence[float], values: Sequence[object], names: str) -> None:
        """There must be one more of ``values`` than of ``thresholds``, and these in rising order."""
        rising = all(before < after for before, after in itertools.pairwise(thresholds))
        self.require(rising, f"{names}: the thresholds {list(thresholds)} do not rise")
        self.require(
            len(values) == len(thresholds) + 1,
            f"{names}: {len(thresholds)} thresholds and {len(values)} values; expected one more value than thresholds",
        )

    @abstractmethod
    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """Tables and tiles for pictures of this size; the same bytes on every call."""

    @abstractmethod
    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """A function that draws pictures of this size with ``kit``; its result is an array of its own."""


def scale_of(size_wh: tuple[int, int]) -> float:
    """What lengths are multiplied by, so that a picture looks alike at every size."""
    return min(size_wh) / REFERENCE_SHORT_SIDE


def repeat(tile: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
    """``tile`` repeated over ``size_wh``, from the upper left corner: ``(H, W) or (H, W, 3) uint8``, contiguous."""
    width, height = size_wh
    times = (-(-height // tile.shape[0]), -(-width // tile.shape[1])) + (1,) * (tile.ndim - 2)
    return np.ascontiguousarray(np.tile(tile, times)[:height, :width])


def as_rgb(plane: Uint8Array) -> Uint8Array:
    """``(H, W) uint8`` as ``(H, W, 3)``, contiguous."""
    return np.ascontiguousarray(np.repeat(plane[..., np.newaxis], 3, axis=2))
