"""The cost of a generator: multiply-accumulates, counted from its layers."""

from __future__ import annotations

import math
from typing import Any

import keras


def count_macs(generator: Any, size_wh: tuple[int, int]) -> int:
    """Multiply-accumulates of the convolutions of a Keras 3 generator for one picture.

    Args:
        generator: a functional model from picture to picture.
        size_wh: of the picture, in multiples of the generator's ``size_multiple``.
    """
    layers = [layer for layer in generator.layers if "Conv2D" in type(layer).__name__]
    ends = [end for layer in layers for end in (layer.input, layer.output)]
    shapes = keras.Model(generator.input, ends).compute_output_shape((1, size_wh[1], size_wh[0], 3))
    macs = 0
    for layer, taken, given in zip(layers, shapes[::2], shapes[1::2], strict=True):
        # A transposed convolution applies its kernel to each input pixel, any other to each output pixel.
        _, height, width, _ = taken if "Transpose" in type(layer).__name__ else given
        macs += height * width * math.prod(layer.kernel.shape)
    return macs
