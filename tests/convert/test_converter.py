from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from convert import converter
from convert.converter import TRACED_SIDE, clipped, convert_float, convert_int8, saturated
from convert.graph import parse_graph


def test_the_same_network_gives_the_same_bytes(generator: Any) -> None:
    assert convert_float(clipped(generator)) == convert_float(clipped(generator))


def test_a_file_holds_what_tensorflow_makes_of_a_saved_model(generator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
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
