from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import tf_keras

from celcam.arrays import FloatArray
from convert.equalize import HEADROOM, equalize
from convert.ranges import quantized_layers, with_ranges
from train.networks import LIVE_GENERATOR, GeneratorSpec, build_generator

SPECS = [
    LIVE_GENERATOR,
    dataclasses.replace(LIVE_GENERATOR, linear_up=False),
    dataclasses.replace(LIVE_GENERATOR, skips=False, quarter_blocks=2),
    dataclasses.replace(LIVE_GENERATOR, block="separable"),
    dataclasses.replace(LIVE_GENERATOR, norm=True),
]


@pytest.fixture
def photos() -> FloatArray:
    return np.random.default_rng(1).random((2, 32, 32, 3), np.float32)


def uneven(spec: GeneratorSpec) -> Any:
    """A network whose channels differ in loudness from layer to layer, by up to 30 times."""
    tf_keras.utils.set_random_seed(4)
    generator, rng = build_generator(spec, tf_keras), np.random.default_rng(4)
    for layer in generator.layers:
        if isinstance(layer, tf_keras.layers.Conv2D):
            weights = layer.get_weights()
            if layer.name == "difference":
                weights[0] = rng.normal(0, 0.02, weights[0].shape)
            else:
                weights[0] = weights[0] * np.exp(rng.uniform(-3.4, 0, weights[0].shape[-1]))
            layer.set_weights(weights)
    return generator


def rounding_error(generator: Any, photos: FloatArray) -> float:
    names = quantized_layers(generator)
    watched = tf_keras.Model(generator.input, [generator.get_layer(name).output for name in names])
    spans = {
        name: (min(0.0, float(np.min(values))), float(np.max(values)))
        for name, values in zip(names, watched(photos), strict=True)
    }
    return float(np.mean((with_ranges(generator, spans)(photos) - generator(photos)) ** 2))


@pytest.mark.parametrize("spec", SPECS)
def test_it_draws_the_same(spec: GeneratorSpec, photos: FloatArray) -> None:
    generator = uneven(spec)
    before = np.asarray(generator(photos))
    weights = generator.get_weights()
    equalize(generator, photos)
    assert np.abs(np.asarray(generator(photos)) - before).max() < 1e-4
    changed = any(not np.array_equal(one, other) for one, other in zip(weights, generator.get_weights(), strict=True))
    assert changed != spec.norm  # a norm minds the scale


def test_rounding_costs_less_than_before(photos: FloatArray) -> None:
    generator = uneven(LIVE_GENERATOR)
    before = rounding_error(generator, photos)
    equalize(generator, photos)
    assert 0 < rounding_error(generator, photos) < 0.8 * before


def test_channels_fill_the_tensor_that_they_share(photos: FloatArray) -> None:
    generator = uneven(LIVE_GENERATOR)
    equalize(generator, photos)
    inner = tf_keras.Model(generator.input, generator.get_layer("half0_a_relu").output)(photos).numpy()
    ranges = np.quantile(inner, 0.999, axis=(0, 1, 2))
    assert np.median(ranges) > 0.8 * ranges.max()


def test_no_channel_is_scaled_into_the_end_of_a_relu6(photos: FloatArray) -> None:
    generator = uneven(LIVE_GENERATOR)
    kernel, bias = generator.get_layer("stem").get_weights()
    bias[0] = 5.5
    generator.get_layer("stem").set_weights([kernel, bias])
    equalize(generator, photos)
    stem = tf_keras.Model(generator.input, generator.get_layer("stem_relu").output)(photos).numpy().max(axis=(0, 1, 2))
    assert stem[0] > HEADROOM
    assert stem[1:].max() <= HEADROOM + 1e-3
