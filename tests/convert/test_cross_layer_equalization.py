from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from train.networks import LIVE_GENERATOR, SMOKE_GENERATOR, GeneratorSpec, build_generator


def grouped(spec: GeneratorSpec) -> list[set[str]]:
    import tf_keras

    from convert.cross_layer_equalization import channel_groups

    return [set(names) for names in channel_groups(build_generator(spec, tf_keras))]


def test_added_tensors_share_their_channels_and_the_picture_has_its_own() -> None:
    assert grouped(LIVE_GENERATOR) == [
        {"stem", "stem_relu", "up", "up_shuffle", "skip", "half0_b", "half0_add", "half0_relu"},
        {"down", "down_relu", "quarter0_b", "quarter0_add", "quarter0_relu"},
        {"quarter0_a", "quarter0_a_relu"},
        {"half0_a", "half0_a_relu"},
    ]


def test_channels_around_a_norm_or_depthwise_convolution_are_not_scaled() -> None:
    assert grouped(dataclasses.replace(SMOKE_GENERATOR, norm=True)) == []
    found = grouped(dataclasses.replace(LIVE_GENERATOR, block="separable"))
    assert not any(name.endswith(("_each", "_wide_relu")) for names in found for name in names)
    assert {"stem", "skip", "half0_add"} <= found[0]


@pytest.mark.parametrize("block", ["plain", "separable"])
def test_scaled_channels_draw_the_same_picture(block: str) -> None:
    import tf_keras

    from convert.cross_layer_equalization import channel_groups, scale_channels, width_of

    generator = build_generator(dataclasses.replace(LIVE_GENERATOR, block=block), tf_keras)
    rng = np.random.default_rng(1)
    for layer in generator.layers:
        layer.set_weights([0.5 * weight + rng.normal(0, 0.02, weight.shape) for weight in layer.get_weights()])
    photo = rng.random((1, 32, 32, 3), np.float32)
    names = ["stem_relu", "up"]
    watched = tf_keras.Model(generator.input, [generator.get_layer(name).output for name in names])
    (drawn, before), (stem, up) = (generator(photo), generator.get_layer("stem").get_weights()[0]), watched(photo)
    factors = {}
    for group in channel_groups(generator):
        once = rng.uniform(0.5, 2.0, width_of(generator, group))
        for name in group:
            width = generator.get_layer(name).output.shape[-1]
            factors[name] = np.tile(once, width // len(once)).tolist()
    scale_channels(generator, factors)
    np.testing.assert_allclose(generator(photo), drawn, atol=1e-5)
    assert np.abs(generator.get_layer("stem").get_weights()[0] - before).max() > 0.01
    for name, values, now in zip(names, (stem, up), watched(photo), strict=True):
        np.testing.assert_allclose(now, values * factors[name], rtol=1e-4, atol=1e-5)
