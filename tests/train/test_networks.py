from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from celcam.errors import UsageError
from celcam.pixels import SIZE_MULTIPLE
from train.networks import (
    AUTOENCODER,
    LIVE_GENERATOR,
    QUALITY_GENERATOR,
    SMOKE_GENERATOR,
    GeneratorSpec,
    build_generator,
    copy_weights,
)

LIVE_PARAMETERS, QUALITY_PARAMETERS = 50_332, 198_924


# What the search varies.
SPECS = [
    LIVE_GENERATOR,
    AUTOENCODER,
    dataclasses.replace(LIVE_GENERATOR, residual=True),
    dataclasses.replace(LIVE_GENERATOR, linear_up=False),
    dataclasses.replace(LIVE_GENERATOR, norm=True, stem_size=3),
    dataclasses.replace(LIVE_GENERATOR, block="separable", kernel=5),
    dataclasses.replace(LIVE_GENERATOR, eighth_width=8, eighth_blocks=1, quarter_blocks=0),
]


def test_the_live_generator_accepts_the_sizes_of_the_app() -> None:
    assert LIVE_GENERATOR.size_multiple == SIZE_MULTIPLE


def test_the_live_generator_has_the_documented_size() -> None:
    import keras

    from train.cost import count_macs

    generator = build_generator(LIVE_GENERATOR, keras)
    assert count_macs(generator, (256, 256)) <= 0.35e9
    assert generator.count_params() == LIVE_PARAMETERS


def test_the_quality_generator_has_the_documented_size() -> None:
    import keras

    from train.cost import count_macs

    generator = build_generator(QUALITY_GENERATOR, keras)
    assert count_macs(generator, (256, 256)) <= 1.2e9
    assert generator.count_params() == QUALITY_PARAMETERS


def test_an_unknown_block_is_refused() -> None:
    with pytest.raises(UsageError, match="block 'dense': expected one of plain, separable"):
        dataclasses.replace(LIVE_GENERATOR, block="dense")


def test_an_untrained_generator_that_adds_to_the_photo_returns_it() -> None:
    import keras

    photo = np.random.default_rng(1).random((1, 32, 48, 3), np.float32)
    residual, alone = (dataclasses.replace(LIVE_GENERATOR, residual=residual) for residual in (True, False))
    assert np.allclose(build_generator(residual, keras)(photo), photo)
    assert not np.allclose(build_generator(alone, keras)(photo), photo, atol=0.1)


def test_the_autoencoder_has_no_path_around_its_bottleneck() -> None:
    import keras

    from train.cost import count_macs

    costs = [count_macs(build_generator(spec, keras), (256, 256)) for spec in (AUTOENCODER, LIVE_GENERATOR)]
    assert costs[0] == costs[1]
    one, other = np.random.default_rng(1).random((2, 1, 32, 32, 3), np.float32)
    for spec, passes_by in ((LIVE_GENERATOR, True), (AUTOENCODER, False)):
        generator = build_generator(spec, keras)
        assert not np.allclose(generator(one), generator(other))
        middle = generator.get_layer("up")
        middle.set_weights([np.zeros_like(weight) for weight in middle.get_weights()])
        assert np.allclose(generator(one), generator(other)) != passes_by


@pytest.mark.parametrize("shape_hw", [(256, 256), (240, 320), (4, 12)])
def test_it_accepts_any_size_that_is_a_multiple_of_4(shape_hw: tuple[int, int]) -> None:
    import keras

    photo = np.zeros((2, *shape_hw, 3), np.float32)
    assert build_generator(SMOKE_GENERATOR, keras)(photo).shape == (2, *shape_hw, 3)


@pytest.mark.parametrize("spec", SPECS)
def test_keras_3_and_tf_keras_agree_on_the_same_weights(spec: GeneratorSpec) -> None:
    import keras
    import tf_keras

    keras.utils.set_random_seed(3)
    generator, twin = build_generator(spec, keras), build_generator(spec, tf_keras)
    rng = np.random.default_rng(3)
    weights = [weight + rng.normal(0, 0.05, weight.shape).astype(np.float32) ** 2 for weight in generator.get_weights()]
    generator.set_weights(weights)
    copy_weights(generator, twin)
    photo = rng.random((1, 64, 64, 3), np.float32)
    ours, theirs = np.asarray(generator(photo, training=False)), np.asarray(twin(photo, training=False))
    assert np.abs(ours - photo).max() > 0.01  # the networks do something
    assert np.abs(ours - theirs).max() < 1e-5
