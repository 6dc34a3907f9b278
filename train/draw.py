"""Runs a Keras generator on 8-bit pictures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from celcam.arrays import Uint8Array
from celcam.errors import TrainingError
from celcam.pixels import SIZE_MULTIPLE, to_float, to_uint8
from train.run_config import read_config
from train.run_folder import load_generator


def load_drawing(run: Path) -> Callable[[Uint8Array], Uint8Array]:
    """The run's generator as a function of ``(H, W, 3) uint8 RGB``, of any size.

    Raises:
        DataError: the run has no weights yet, or they are another network's.
    """
    return partial(draw, load_generator(run, keras), size_multiple=read_config(run).recipe.generator.size_multiple)


def draw(generator: Any, rgb_u8: Uint8Array, size_multiple: int = SIZE_MULTIPLE) -> Uint8Array:
    """The output of ``generator`` for ``(H, W, 3) uint8 RGB``, in the same form.

    A picture whose sides are not multiples of ``size_multiple`` is padded by reflection, drawn and cropped.

    Raises:
        TrainingError: the generator returns NaN or infinite values.
    """
    height, width = rgb_u8.shape[:2]
    fill = ((0, -height % size_multiple), (0, -width % size_multiple), (0, 0))
    photo = np.pad(rgb_u8, fill, mode="symmetric")
    drawn = ops.convert_to_numpy(generator(to_float(photo)[np.newaxis], training=False))[0, :height, :width]
    if not np.isfinite(drawn).all():
        raise TrainingError("the generator returns NaN; continue from its last checkpoint, or lower --learning-rate")
    return to_uint8(drawn)
