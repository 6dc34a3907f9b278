"""Channels that died in training start anew when another run goes on from there.

A ReLU whose input is below 0 on every photo gives no gradient, so its channel costs time for ever and draws nothing. As
in Sokar et al., "The Dormant Neuron Phenomenon in Deep Reinforcement Learning" (2023), what makes it is drawn again.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from celcam.arrays import FloatArray
from train.networks import RESIDUAL_INIT_SCALE


def recycle(generator: Any, photos: FloatArray, rng: np.random.Generator) -> int:
    """Give channels that fire on none of ``photos`` new, small weights, in place.

    Args:
        generator: of `train.networks.build_generator`, without norm.
        photos: ``(N, H, W, 3) float32``, 0..1.
        rng: the only source of chance.

    Returns:
        How many channels that were.
    """
    names = {layer.name for layer in generator.layers}
    # A convolution and its ReLU are called alike; the ReLU of a block follows its second convolution.
    relus = {
        layer.name: f"{layer.name.removesuffix('_b')}_relu"
        for layer in generator.layers
        if isinstance(layer, keras.layers.Conv2D)
    }
    fired_by = {name: relu for name, relu in relus.items() if relu in names}
    watched = keras.Model(generator.input, [generator.get_layer(relu).output for relu in fired_by.values()])
    count = 0
    for maker, values in zip(fired_by, watched.predict(photos, batch_size=8, verbose=0), strict=True):
        dormant = values.max(axis=(0, 1, 2)) <= 0
        layer = generator.get_layer(maker)
        kernel, bias = layer.get_weights()
        inputs = np.prod(kernel.shape[:-1])
        spread = np.sqrt(RESIDUAL_INIT_SCALE / inputs)
        kernel[..., dormant] = rng.normal(0, spread, (*kernel.shape[:-1], int(dormant.sum())))
        bias[dormant] = 0
        layer.set_weights([kernel, bias])
        count += int(dormant.sum())
    return count
