from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tf_keras

from celcam.arrays import Uint8Array
from celcam.pixels import resize, to_float
from convert.ranges import FakeQuantize, quantized_layers, search_ranges, with_ranges


@pytest.fixture
def loud_generator(generator: Any) -> Any:
    """A generator whose residual branch is a hundred times too loud in one channel that nothing listens to."""
    for name, place, factor in (("difference", np.s_[:, :, 0], 0), ("stem", np.s_[..., 0], 100)):
        layer = generator.get_layer(name)
        kernel, bias = layer.get_weights()
        kernel[place] *= factor
        layer.set_weights([kernel, bias])
    return generator


@pytest.fixture
def photos(photo: Uint8Array) -> Any:
    return to_float(np.stack([resize(photo, (64, 64)), 255 - resize(photo, (64, 64))]))


def test_what_int8_kernels_store_has_a_range(generator: Any) -> None:
    assert quantized_layers(generator) == [
        "stem_relu", "down_relu", "quarter0_a_relu", "quarter0_b", "quarter0_relu", "up", "skip", "difference",
    ]  # fmt: skip


def test_fake_quantization_rounds_to_256_steps_and_saturates() -> None:
    quantizer = FakeQuantize()
    values = tf.constant(np.linspace(-1, 3, 1001, dtype=np.float32))
    quantizer(values)
    quantizer.span(0.0, 2.0)
    rounded = quantizer(values).numpy()
    assert len(np.unique(rounded)) == 256
    assert (rounded.min(), rounded.max()) == (0.0, pytest.approx(2.0))


def test_the_search_brings_pictures_closer_to_float(loud_generator: Any, photos: Any) -> None:
    def error(model: Any) -> float:
        drawn, expected = (np.clip(network(photos, training=False), 0, 1) for network in (model, loud_generator))
        return float(np.mean((drawn - expected) ** 2))

    quantized = with_ranges(loud_generator, search_ranges(loud_generator, photos, quiet=True))
    spans = {layer.name: layer for layer in quantized.layers if isinstance(layer, FakeQuantize)}
    found = error(quantized)
    for name in quantized_layers(loud_generator):
        watched = tf_keras.Model(loud_generator.input, loud_generator.get_layer(name).output)(
            photos, training=False
        ).numpy()
        spans[f"{name}_range"].span(min(0.0, watched.min()), max(0.0, watched.max()))
    assert 0 < found < 0.7 * error(quantized)


def test_the_float_weights_are_left_alone(loud_generator: Any, photos: Any) -> None:
    before = loud_generator(photos, training=False).numpy()
    search_ranges(loud_generator, photos, quiet=True)
    assert np.array_equal(loud_generator(photos, training=False).numpy(), before)
