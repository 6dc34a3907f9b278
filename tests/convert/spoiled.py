"""Model files with one fault, to see that it is found: they are read, changed and written as the schema has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from convert.graph import layer_of, parse_graph
from convert.graph_cost import WEIGHT_INPUTS


def with_scaled_kernel(data: bytes, layer: str, factor: float) -> bytes:
    """An int8 file whose ``layer`` takes its kernel, and so what comes of it, for ``factor`` times as large."""

    def scale(model: Any, tensors: list[int]) -> None:
        for index in tensors:
            quantization = model.subgraphs[0].tensors[index].quantization
            quantization.scale = np.asarray(quantization.scale) * factor

    return _changed(data, layer, scale)


def with_noisy_kernel(data: bytes, layer: str, steps: int) -> bytes:
    """An int8 file in whose ``layer`` each weight is off by up to ``steps`` of its 127 steps."""

    def add_noise(model: Any, tensors: list[int]) -> None:
        buffer = model.buffers[model.subgraphs[0].tensors[tensors[0]].buffer]
        weights = np.asarray(buffer.data, np.uint8).view(np.int8).astype(int)
        weights += np.random.default_rng(1).integers(-steps, steps + 1, weights.shape)
        buffer.data = np.clip(weights, -127, 127).astype(np.int8).view(np.uint8)

    return _changed(data, layer, add_noise)


def _changed(data: bytes, layer: str, change: Callable[[Any, list[int]], None]) -> bytes:
    """``change`` is given the file as the schema's objects, and the tensors of the layer's kernel and bias."""
    graph = parse_graph(data)
    (operator,) = (each for each in graph.operators if each.kind in WEIGHT_INPUTS and layer_of(graph, each) == layer)
    model = schema.ModelT.InitFromPackedBuf(data, 0)
    change(model, [operator.inputs[place] for place in WEIGHT_INPUTS[operator.kind]])
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
