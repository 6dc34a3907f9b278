"""A test card that moves: proves without a camera that red is red and that nothing lags."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Self

import numpy as np

from celcam.arrays import Uint8Array
from edge_app.frames import Frame, SourceInfo

SIZE_WH = (640, 480)
FPS = 30.0
# The bars of a test card, left to right: white, yellow, cyan, green, magenta, red, blue, black.
BARS = ((255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255), (255, 0, 0), (0, 0, 255), (0, 0, 0))


class SyntheticSource:
    """Colour bars with a grey disc that crosses them once in four seconds, 30 frames a second, without end."""

    def __init__(self) -> None:
        self.info = SourceInfo("synthetic:", SIZE_WH, is_live=True, frames=None, fps=FPS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Nothing is held."""

    def frames(self) -> Iterator[Frame]:
        """A frame each 30th of a second, as a camera gives them."""
        started_s = time.monotonic()
        number = 0
        while True:
            due_s = started_s + number / FPS
            time.sleep(max(0.0, due_s - time.monotonic()))
            yield Frame(test_card(number / FPS), f"frame-{number:06d}", number / FPS, time.monotonic())
            number += 1


def test_card(media_s: float) -> Uint8Array:
    """The picture at a time, ``(480, 640, 3) uint8 RGB``."""
    width, height = SIZE_WH
    colours = np.array(BARS, np.uint8)
    card = np.tile(np.repeat(colours, width // len(BARS), axis=0), (height, 1, 1))
    rows, columns = np.ogrid[:height, :width]
    centre_x = (media_s / 4.0 % 1.0) * width
    card[(columns - centre_x) ** 2 + (rows - height / 2) ** 2 < 60**2] = 128
    return card
