"""Bytes through a Keras generator."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

from celcam.arrays import Uint8Array
from celcam.errors import TrainingError
from celcam.pixels import to_float, to_uint8


def draw(generator: Any, rgb_u8: Uint8Array) -> Uint8Array:
    """The generator's picture of ``(H, W, 3) uint8 RGB``, in the same form; H and W are multiples of 4.

    Raises:
        TrainingError: the generator returns values that are no numbers.
    """
    drawn = ops.convert_to_numpy(generator(to_float(rgb_u8)[np.newaxis], training=False))[0]
    if not np.isfinite(drawn).all():
        raise TrainingError(
            "the generator returns no numbers; go on from its last checkpoint, or lower --learning-rate"
        )
    return to_uint8(drawn)
