from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from convert.graph import parse_graph
from train.networks import SMOKE_GENERATOR, build_generator


def test_the_same_network_gives_the_same_bytes(generator: Any) -> None:
    from convert.converter import clipped, convert_float

    assert convert_float(clipped(generator)) == convert_float(clipped(generator))


def test_a_file_equals_that_of_a_saved_model(generator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    from convert import converter
    from convert.converter import TRACED_SIDE, convert_int8, saturated

    photos = [np.random.default_rng(1).random((1, TRACED_SIDE, TRACED_SIDE, 3), np.float32)]
    ours = parse_graph(convert_int8(saturated(generator), photos))
    monkeypatch.setattr(converter, "converter_of", tf.lite.TFLiteConverter.from_keras_model)
    theirs = parse_graph(convert_int8(saturated(generator), photos))
    assert [(each.kind, each.inputs, each.outputs, each.options) for each in ours.operators] == [
        (each.kind, each.inputs, each.outputs, each.options) for each in theirs.operators
    ]
    for one, other in zip(ours.tensors, theirs.tensors, strict=True):
        assert (one.name, one.shape, one.dtype) == (other.name, other.shape, other.dtype)
        assert (one.scale, one.zero_point) == (other.scale, other.zero_point)
        held = [None if tensor.constant is None else tensor.constant.tolist() for tensor in (one, other)]
        assert held[0] == held[1]


@pytest.mark.parametrize("residual", [True, False])
def test_a_step_of_the_picture_is_1_of_255_and_nothing_is_rounded_twice(residual: bool) -> None:
    import tf_keras

    from convert.converter import TRACED_SIDE, calibration_batches, convert_int8, saturated
    from convert.ranges import quantized_layers, with_ranges

    generator = build_generator(replace(SMOKE_GENERATOR, residual=residual), tf_keras)
    ranged = with_ranges(generator, dict.fromkeys(quantized_layers(generator), (-3.0, 3.0)))
    photo = np.random.default_rng(1).integers(0, 256, (TRACED_SIDE, TRACED_SIDE, 3), np.uint8)
    graph = parse_graph(convert_int8(saturated(ranged), calibration_batches([photo])))
    maker = graph.operators[-2]  # the last turns int8 into bytes
    assert maker.kind == ("ADD" if residual else "DEPTH_TO_SPACE")
    for tensor in (graph.output_of(maker), *(graph.inputs_of(maker) if not residual else ())):
        assert tensor.scale[0] == pytest.approx(1 / 255)
        assert tensor.zero_point == (-128,)
    assert [operator.kind for operator in graph.operators].count("QUANTIZE") == 2  # at the border


def test_the_converter_prints_nothing(generator: Any, capfd: pytest.CaptureFixture[str]) -> None:
    from convert.converter import TRACED_SIDE, calibration_batches, convert_int8, saturated

    photo = np.random.default_rng(1).integers(0, 256, (TRACED_SIDE, TRACED_SIDE, 3), np.uint8)
    convert_int8(saturated(generator), calibration_batches([photo]))
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")
