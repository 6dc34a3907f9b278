from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from train.networks import SMOKE_GENERATOR, build_generator


def test_each_tensor_that_int8_kernels_store_has_a_range(generator: Any) -> None:
    from convert.ranges import quantized_layers

    assert quantized_layers(generator) == [
        "stem_relu", "down_relu", "quarter0_a_relu", "quarter0_b", "quarter0_relu", "up", "skip", "difference",
    ]  # fmt: skip


def test_each_tensor_of_the_picture_has_the_range_of_bytes(generator: Any) -> None:
    import tf_keras

    from convert.ranges import quantized_layers

    drawn_alone = build_generator(replace(SMOKE_GENERATOR, residual=False), tf_keras)
    assert quantized_layers(drawn_alone) == [name for name in quantized_layers(generator) if name != "difference"]


def test_fake_quantization_rounds_to_256_steps_and_saturates() -> None:
    import tensorflow as tf

    from convert.ranges import FakeQuantize

    quantizer = FakeQuantize()
    values = tf.constant(np.linspace(-1, 3, 1001, dtype=np.float32))
    quantizer(values)
    quantizer.span(0.0, 2.0)
    rounded = quantizer(values).numpy()
    assert len(np.unique(rounded)) == 256
    assert (rounded.min(), rounded.max()) == (0.0, pytest.approx(2.0))


def test_a_copy_with_ranges_is_rounded_and_the_generator_is_unchanged(generator: Any) -> None:
    from convert.ranges import quantized_layers, with_ranges

    photo = np.random.default_rng(1).random((1, 32, 32, 3), np.float32)
    before = generator(photo).numpy()
    wide = dict.fromkeys(quantized_layers(generator), (-8.0, 8.0))
    coarse = with_ranges(generator, wide)
    fine = with_ranges(generator, {"skip": (-8.0, 8.0)})
    gaps = [float(np.abs(model(photo) - before).mean()) for model in (coarse, fine)]
    assert gaps[0] > gaps[1] > 0
    coarse.get_layer("stem").set_weights([2 * weight for weight in coarse.get_layer("stem").get_weights()])
    assert np.array_equal(generator(photo), before)
