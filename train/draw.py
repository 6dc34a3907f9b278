"""Bytes through a Keras generator."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

from celcam.arrays import Uint8Array
from celcam.pixels import to_float, to_uint8


def draw(generator: Any, rgb_u8: Uint8Array) -> Uint8Array:
    """The generator's picture of ``(H, W, 3) uint8 RGB``, in the same form; H and W are multiples of 4."""
    drawn = generator(to_float(rgb_u8)[np.newaxis], training=False)
    return to_uint8(ops.convert_to_numpy(drawn)[0])
