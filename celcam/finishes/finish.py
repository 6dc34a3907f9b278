"""A finish: primitives in order, made ready for one size, then drawn on every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import CelcamError
from celcam.finishes.primitive import Draw, Kit, Primitive


@dataclass(frozen=True)
class Prepared:
    """A finish for pictures of one size; ``prepared(rgb_u8)`` draws. One thread at a time, no state between pictures.

    Attributes:
        steps: each primitive with its kit.
        size_wh: of the pictures.
    """

    steps: tuple[tuple[Primitive, Kit], ...]
    size_wh: tuple[int, int]

    def __post_init__(self) -> None:
        draws = tuple(primitive.bind(kit, self.size_wh) for primitive, kit in self.steps)
        object.__setattr__(self, "_draws", draws)

    def __call__(self, rgb_u8: Uint8Array) -> Uint8Array:
        """``(H, W, 3) uint8 RGB`` finished: an array of its own, or ``rgb_u8`` itself if there are no steps.

        Raises:
            CelcamError: the picture has another size.
        """
        if rgb_u8.shape != (self.size_wh[1], self.size_wh[0], 3):
            raise CelcamError(
                f"the finish is for {self.size_wh[0]}x{self.size_wh[1]}, the picture is {rgb_u8.shape}; "
                "prepare the finish for its size"
            )
        draws: tuple[Draw, ...] = self._draws  # type: ignore[attr-defined]
        for draw in draws:
            rgb_u8 = draw(rgb_u8)
        return rgb_u8


@dataclass(frozen=True)
class Finish:
    """What is printed over a network's picture; `Finish()` changes nothing."""

    primitives: tuple[Primitive, ...] = ()

    def prepare(self, size_wh: tuple[int, int]) -> Prepared:
        """The part that is drawn at display size.

        Args:
            size_wh: of the enlarged picture. Screens, strokes and paper scale with its short side.
        """
        return _prepared([each for each in self.primitives if not each.on_small], size_wh)

    def prepare_small(self, size_wh: tuple[int, int]) -> Prepared:
        """The part that is drawn on the network's own picture, before it is enlarged.

        Args:
            size_wh: of the network's picture.
        """
        return _prepared([each for each in self.primitives if each.on_small], size_wh)

    def draw(self, drawn_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
        """One picture, all at once: both stages, and the enlarging between them.

        Args:
            drawn_u8: the network's picture, ``(h, w, 3) uint8 RGB``.
            size_wh: of the result.

        Returns:
            ``(size_wh[1], size_wh[0], 3) uint8 RGB``.
        """
        small_wh = (drawn_u8.shape[1], drawn_u8.shape[0])
        return self.prepare(size_wh)(enlarge(self.prepare_small(small_wh)(drawn_u8), size_wh))


def enlarge(rgb_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
    """``(h, w, 3) uint8 RGB`` at another size, by bicubic interpolation; a picture of that size as it is."""
    if rgb_u8.shape[1::-1] == size_wh:
        return rgb_u8
    return np.asarray(cv2.resize(rgb_u8, size_wh, interpolation=cv2.INTER_CUBIC), np.uint8)


def _prepared(primitives: Sequence[Primitive], size_wh: tuple[int, int]) -> Prepared:
    return Prepared(tuple((primitive, primitive.make_kit(size_wh)) for primitive in primitives), size_wh)
