"""Re-initialises dormant channels when a run starts from the generator of another.

A ReLU whose input is below 0 on every photo has no gradient, so its channel costs time for ever and contributes
nothing. The weights that produce it are drawn again, as in Sokar et al., "The Dormant Neuron Phenomenon in Deep
Reinforcement Learning" (2023).
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from celcam.arrays import FloatArray
from train.networks import RESIDUAL_INIT_SCALE


def reinitialise_dormant(generator: Any, photos: FloatArray, rng: np.random.Generator) -> int:
    """Give the channels that fire on none of ``photos`` new, small weights, in place.

    Args:
        generator: of `train.networks.build_generator`, without norm.
        photos: ``(N, H, W, 3) float32``, 0..1.
        rng: the only source of randomness.

    Returns:
        The number of dormant channels.
    """
    names = {layer.name for layer in generator.layers}
    # A convolution and its ReLU share a name; the ReLU of a block follows its second convolution.
    relus = {
        layer.name: f"{layer.name.removesuffix('_b')}_relu"
        for layer in generator.layers
        if isinstance(layer, keras.layers.Conv2D)
    }
    relu_of = {name: relu for name, relu in relus.items() if relu in names}
    watched = keras.Model(generator.input, [generator.get_layer(relu).output for relu in relu_of.values()])
    count = 0
    for name, values in zip(relu_of, watched.predict(photos, batch_size=8, verbose=0), strict=True):
        dormant = values.max(axis=(0, 1, 2)) <= 0
        layer = generator.get_layer(name)
        kernel, bias = layer.get_weights()
        spread = np.sqrt(RESIDUAL_INIT_SCALE / np.prod(kernel.shape[:-1]))
        kernel[..., dormant] = rng.normal(0, spread, (*kernel.shape[:-1], int(dormant.sum())))
        bias[dormant] = 0
        layer.set_weights([kernel, bias])
        count += int(dormant.sum())
    return count
