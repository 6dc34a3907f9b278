"""The cost of a ``.tflite`` file: its weights, and the arithmetic and bytes of each operator for any picture size."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from convert.graph import BITS, Graph, Operator, Tensor

# Positions of kernel and bias among the inputs of an operator.
WEIGHT_INPUTS = {"CONV_2D": (1, 2), "DEPTHWISE_CONV_2D": (1, 2), "FULLY_CONNECTED": (1, 2), "TRANSPOSE_CONV": (1, 3)}


@dataclass(frozen=True)
class Cost:
    """The cost of one operator for one picture."""

    operator: Operator
    macs: int  # multiply-accumulates
    bytes: int  # read and written: activations and weights


@dataclass(frozen=True)
class Weights:
    """The weights of the convolutions of a file."""

    parameters: int
    zeros: int


def count_weights(graph: Graph) -> Weights:
    """Parameters of the convolutions (kernels and biases) and zeros among them; a shared tensor counts once."""
    found: dict[int, Tensor] = {}
    for operator in graph.operators:
        for place in WEIGHT_INPUTS.get(operator.kind, ()):
            if place < len(operator.inputs) and operator.inputs[place] >= 0:
                tensor = _constant_behind(graph, graph.tensors[operator.inputs[place]])
                if tensor is not None:
                    found[tensor.index] = tensor
    return Weights(sum(tensor.size for tensor in found.values()), sum(_zeros(tensor) for tensor in found.values()))


def operator_costs(graph: Graph, size_hw: tuple[int, int] | None = None) -> list[Cost]:
    """The cost of each operator for one picture of ``size_hw``; None for the traced size.

    Raises:
        ModelError: the input of the graph is not a picture of fixed size.
    """
    return [_cost(graph, operator, size_hw or graph.traced_hw) for operator in graph.operators]


def shape_at(graph: Graph, tensor: Tensor, size_hw: tuple[int, int]) -> tuple[int, ...]:
    """The shape of ``tensor`` for a picture of ``size_hw``: height and width inside the network scale with it."""
    if tensor.is_constant or len(tensor.shape) != 4 or tensor.shape[1:3] == (1, 1):
        return tensor.shape
    batch, height, width, channels = tensor.shape
    traced_hw = graph.traced_hw
    return batch, -(-height * size_hw[0] // traced_hw[0]), -(-width * size_hw[1] // traced_hw[1]), channels


def _constant_behind(graph: Graph, tensor: Tensor) -> Tensor | None:
    """The stored tensor; a DEQUANTIZE follows half-precision weights."""
    if tensor.is_constant:
        return tensor
    maker = graph.maker_of(tensor)
    if maker is None or maker.kind not in ("DEQUANTIZE", "DENSIFY"):
        return None
    return _constant_behind(graph, graph.tensors[maker.inputs[0]])


def _zeros(tensor: Tensor) -> int:
    if tensor.constant is None:
        return 0
    zero = tensor.zero_point[0] if tensor.zero_point else 0
    return int(np.count_nonzero(tensor.constant == zero))


def _cost(graph: Graph, operator: Operator, size_hw: tuple[int, int]) -> Cost:
    if not graph.activations_of(operator):
        return Cost(operator, 0, 0)  # it converts stored weights, once when the file is loaded
    ends = dict.fromkeys((*operator.inputs, *operator.outputs))
    moved = 0
    for tensor in (graph.tensors[index] for index in ends if index >= 0):
        moved += math.prod(shape_at(graph, tensor, size_hw)) * BITS.get(tensor.dtype, 8) // 8
    return Cost(operator, _macs(graph, operator, size_hw), moved)


def _macs(graph: Graph, operator: Operator, size_hw: tuple[int, int]) -> int:
    if operator.kind not in WEIGHT_INPUTS:
        return 0
    kernel = graph.tensors[operator.inputs[1]].shape
    # A transposed convolution applies its kernel at each input pixel, any other convolution at each output pixel.
    swept = graph.tensors[operator.inputs[2]] if operator.kind == "TRANSPOSE_CONV" else graph.output_of(operator)
    pixels = math.prod(shape_at(graph, swept, size_hw)[:-1])
    return pixels * math.prod(kernel)
