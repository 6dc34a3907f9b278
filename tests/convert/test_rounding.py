from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from celcam.arrays import FloatArray
from tests.convert.conftest import draw_plainly
from train.networks import SMOKE_GENERATOR, build_generator


@pytest.fixture
def inputs() -> FloatArray:
    """A thousand of 30 inputs that go up and down together, and the 1 of the bias."""
    rng = np.random.default_rng(4)
    together = rng.random((1000, 1)) + 0.05 * rng.normal(size=(1000, 30))
    return np.concatenate([together, np.ones((1000, 1))], axis=1)


@pytest.fixture
def photos(photo: Any) -> FloatArray:
    from convert.converter import calibration_batches

    return np.concatenate(calibration_batches([photo[:256, :256], 255 - photo[:256, :256]]))


def nearest(weights: FloatArray) -> FloatArray:
    steps = np.abs(weights[:-1]).max(0) / 127
    return np.concatenate([np.rint(weights[:-1] / steps) * steps, weights[-1:]])


def test_errors_cancel_in_the_output_of_the_layer(inputs: FloatArray) -> None:
    from convert.rounding import round_weights

    weights = np.random.default_rng(5).normal(size=(31, 8))
    covariance = inputs.T @ inputs / len(inputs) + 1e-6 * np.eye(31)
    found = round_weights(weights, covariance, np.zeros_like(weights, bool))
    lost = [np.mean((inputs @ (each - weights)) ** 2) for each in (found, nearest(weights))]
    assert 0 < lost[0] < 0.05 * lost[1]
    counts = found[:-1] / np.abs(found[:-1]).max(0) * 127
    np.testing.assert_allclose(counts, np.rint(counts), atol=1e-9)


def test_weights_that_must_be_0_are_0_and_the_others_compensate(inputs: FloatArray) -> None:
    from convert.rounding import round_weights

    weights = np.random.default_rng(5).normal(size=(31, 8))
    zeros = np.random.default_rng(6).random(weights.shape) < 0.3
    zeros[-1] = False
    found = round_weights(weights, inputs.T @ inputs / len(inputs) + 1e-6 * np.eye(31), zeros)
    assert (found[zeros] == 0).all()
    cut = np.where(zeros, 0, weights)
    lost = [np.mean((inputs @ (each - weights)) ** 2) for each in (found, cut)]
    assert lost[0] < 0.05 * lost[1]


def test_rounded_kernels_are_closer_to_float_than_rounding_to_the_nearest_step(
    generator: Any, photos: FloatArray
) -> None:
    from convert.converter import copy_of
    from convert.rounding import with_rounded_kernels

    before = generator.get_weights()
    kernel, bias = generator.get_layer("down").get_weights()
    kernel[np.abs(kernel) < 0.02] = 0
    generator.get_layer("down").set_weights([kernel, bias])
    expected = generator(photos)
    rounded = with_rounded_kernels(generator, photos, quiet=True)
    plain = copy_of(generator)
    for layer in plain.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            flat = np.concatenate([kernel.reshape(-1, kernel.shape[-1]), bias[np.newaxis]])
            layer.set_weights([nearest(flat)[:-1].reshape(kernel.shape), bias])
    lost = [float(np.mean(np.square(model(photos) - expected))) for model in (rounded, plain)]
    assert 0 < lost[0] < 0.3 * lost[1]
    assert all(np.array_equal(one, other) for one, other in zip(generator.get_weights()[:2], before[:2], strict=True))


@pytest.mark.parametrize("settings", [{"norm": True}, {"block": "separable"}], ids=["norm", "separable"])
def test_networks_of_other_layers_are_rounded_too(settings: Any, photos: FloatArray) -> None:
    import tf_keras

    from convert.rounding import with_rounded_kernels

    generator = build_generator(dataclasses.replace(SMOKE_GENERATOR, **settings), tf_keras)
    draw_plainly(generator, 0.05)
    rounded = with_rounded_kernels(generator, photos, quiet=True)
    gap = np.abs(rounded(photos) - generator(photos))
    assert 0 < gap.mean() < 0.002


def test_the_file_contains_exactly_the_rounded_kernels(generator: Any, photos: FloatArray, tmp_path: Any) -> None:
    import tf_keras

    from convert.converter import convert_int8, saturated
    from convert.report.layers import kernels
    from convert.rounding import with_rounded_kernels

    rounded = with_rounded_kernels(generator, photos, quiet=True)
    (tmp_path / "rounded.tflite").write_bytes(convert_int8(saturated(rounded), [photo[np.newaxis] for photo in photos]))
    stored = kernels(tmp_path / "rounded.tflite")
    assert set(stored) == {layer.name for layer in generator.layers if isinstance(layer, tf_keras.layers.Conv2D)}
    for name, kernel in stored.items():
        expected = rounded.get_layer(name).get_weights()[0]
        np.testing.assert_allclose(kernel, np.transpose(expected, (3, 0, 1, 2)), atol=1e-6)
