from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from train.discriminators import DiscriminatorSpec, build_discriminator, patch_stride


@pytest.fixture
def keras() -> Any:
    import keras

    keras.utils.set_random_seed(3)
    return keras


def conv_kernel(layer: Any) -> np.ndarray[Any, Any]:
    """The kernel of ``layer`` as a matrix, a column for each output channel."""
    kernel = np.asarray(layer.kernel)
    return kernel.reshape(-1, kernel.shape[-1])


@pytest.mark.parametrize(
    ("spec", "stride"),
    [
        (DiscriminatorSpec(strided=(4, 8), plain=(8,)), 4),
        (DiscriminatorSpec(strided=(4, 8, 8), plain=(8,)), 8),
        (DiscriminatorSpec(strided=(4, 8), plain=(), verdict_kernel=4, spectral=False), 4),
    ],
)
def test_a_verdict_sees_as_far_as_the_spec_says(spec: DiscriminatorSpec, stride: int, keras: Any) -> None:
    discriminator = build_discriminator(spec, keras)
    assert patch_stride(discriminator) == stride
    # Change one input pixel: exactly the verdicts on patches that hold it may change.
    pair = np.random.default_rng(1).random((1, 128, 128, 6), np.float32)
    changed = pair.copy()
    changed[0, 64, 64] += 1
    verdicts, others = (np.asarray(discriminator(each)[-1])[0, :, :, 0] for each in (pair, changed))
    assert verdicts.shape == (128 // stride, 128 // stride)
    rows, columns = np.nonzero(np.abs(verdicts - others) > 1e-7)
    for places in (rows, columns):
        assert spec.reach - stride < (np.ptp(places) + 1) * stride <= spec.reach + stride


def test_the_default_reaches_26_pixels() -> None:
    assert DiscriminatorSpec().reach == 26


def test_spectral_normalization_divides_by_the_largest_singular_value(keras: Any) -> None:
    discriminator = build_discriminator(DiscriminatorSpec(strided=(8,), plain=()), keras)
    pair = np.random.default_rng(1).random((1, 16, 16, 6), np.float32)
    for _ in range(60):
        discriminator(pair, training=True)
    layer = discriminator.get_layer("judge0")
    plain = keras.layers.Conv2D(8, 4, strides=2, padding="same")
    plain.build((None, 16, 16, 6))
    largest = np.linalg.svd(conv_kernel(layer), compute_uv=False)[0]
    plain.set_weights([np.asarray(layer.kernel) / largest, np.asarray(layer.bias)])
    assert np.allclose(layer(pair), plain(pair), atol=1e-3)


def test_the_power_iteration_goes_on_in_training_alone(keras: Any) -> None:
    discriminator = build_discriminator(DiscriminatorSpec(strided=(8,), plain=()), keras)
    pair = np.random.default_rng(1).random((1, 16, 16, 6), np.float32)
    direction = discriminator.get_layer("judge0").direction
    before = np.asarray(direction).copy()
    discriminator(pair, training=False)
    assert np.array_equal(before, np.asarray(direction))
    discriminator(pair, training=True)
    assert not np.array_equal(before, np.asarray(direction))
