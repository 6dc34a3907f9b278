from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from celcam.arrays import FloatArray
from train.networks import LIVE_GENERATOR, GeneratorSpec, build_generator

if TYPE_CHECKING:
    import keras

DEAD = 3


@pytest.fixture
def photos() -> FloatArray:
    return np.random.default_rng(1).random((2, 32, 32, 3), np.float32)


def fires(generator: keras.Model, layer: str, photos: FloatArray) -> bool:
    import keras

    watched = keras.Model(generator.input, generator.get_layer(layer).output)
    return bool(np.asarray(watched(photos))[..., DEAD].max() > 0)


@pytest.mark.parametrize(("maker", "relu"), [("stem", "stem_relu"), ("down", "down_relu"), ("half0_b", "half0_relu")])
def test_a_dormant_channel_is_reinitialised_and_the_others_stay(maker: str, relu: str, photos: FloatArray) -> None:
    import keras

    from train.dormant import reinitialise_dormant

    generator = build_generator(LIVE_GENERATOR, keras)
    reinitialise_dormant(generator, photos, np.random.default_rng(1))
    kernel, bias = generator.get_layer(maker).get_weights()
    bias[DEAD] = -100
    generator.get_layer(maker).set_weights([kernel, bias])
    assert not fires(generator, relu, photos)
    # Channels that depend on it may be dormant too.
    assert reinitialise_dormant(generator, photos, np.random.default_rng(1)) >= 1
    assert fires(generator, relu, photos)
    others = np.arange(len(bias)) != DEAD
    for one, other in zip((kernel, bias), generator.get_layer(maker).get_weights(), strict=True):
        assert np.array_equal(one[..., others], other[..., others])


@pytest.mark.parametrize(
    "spec",
    [dataclasses.replace(LIVE_GENERATOR, linear_up=False), dataclasses.replace(LIVE_GENERATOR, block="separable")],
)
def test_active_channels_are_not_changed(spec: GeneratorSpec, photos: FloatArray) -> None:
    import keras

    from train.dormant import reinitialise_dormant

    generator = build_generator(spec, keras)
    while reinitialise_dormant(generator, photos, np.random.default_rng(2)):
        pass
    before = generator.get_weights()
    assert reinitialise_dormant(generator, photos, np.random.default_rng(1)) == 0
    assert all(np.array_equal(one, other) for one, other in zip(before, generator.get_weights(), strict=True))
