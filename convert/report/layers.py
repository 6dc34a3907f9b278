"""The error of the output of each layer of a file, and histograms of its weights.

The file that ships runs with all its tensors kept. Each tensor is compared with the output of the Keras layer, after
the factors of its channels are divided out. TensorFlow's quantization debugger is not used, because it quantizes the
network again and would describe another file.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from keras import ops

from celcam.arrays import FloatArray, Uint8Array
from celcam.model_card import read_model
from celcam.native_messages import native_messages_off
from celcam.pixels import to_float
from convert.graph import Graph, Tensor, layer_of, parse_graph
from convert.graph_cost import WEIGHT_INPUTS

# Operators that only change the type of a tensor or move its values.
NOT_COMPUTING = ("QUANTIZE", "DEQUANTIZE", "DEPTH_TO_SPACE")
MOST_DB = 120.0
BINS = 61


@dataclass(frozen=True)
class LayerError:
    """The error of one layer's output against that of the Keras layer."""

    layer: str
    sqnr_db: float  # mean square of the Keras layer's output over that of the difference; at most MOST_DB


@dataclass(frozen=True)
class LayerWeights:
    """The kernel of one layer as a histogram over ``-reach..reach`` in `BINS` equal steps."""

    layer: str
    reach: float
    shares: list[float]  # of all weights
    zeros: int
    weights: int


def layer_errors(model: Path, generator: Any, photos: Sequence[Uint8Array]) -> list[LayerError]:
    """The error of each layer over ``photos``, in the order in which they run.

    Args:
        model: a model file.
        generator: the Keras generator that the file was made from.
        photos: ``(H, W, 3) uint8 RGB`` of the size that the file was traced at.
    """
    data, card = read_model(model)
    factors = card.channel_factors if card is not None else {}
    graph = parse_graph(data, str(model))
    watched = dict(_watched(graph, generator))
    picture = _picture_layer(generator)
    interpreter = _open(data)
    taken = interpreter.get_input_details()[0]
    inside = keras.Model(generator.input, [layer.output for layer in watched.values()])
    signal, noise = np.zeros(len(watched)), np.zeros(len(watched))
    for photo in photos:
        expected = inside(to_float(photo)[np.newaxis], training=False)
        interpreter.set_tensor(taken["index"], (photo if taken["dtype"] == np.uint8 else to_float(photo))[np.newaxis])
        interpreter.invoke()
        for number, (index, layer) in enumerate(watched.items()):
            reference = np.asarray(ops.convert_to_numpy(expected[number]), np.float64)
            got = dequantized(graph.tensors[index], interpreter.get_tensor(index)) / factors.get(layer.name, 1.0)
            if layer is picture:  # only the file clips it
                reference, got = np.clip(reference, 0, 1), np.clip(got, 0, 1)
            signal[number] += np.square(reference).sum()
            noise[number] += np.square(reference - got).sum()
    shares = noise / np.maximum(signal, np.finfo(np.float64).tiny)
    decibels = -10 * np.log10(np.maximum(shares, 10 ** (-MOST_DB / 10)))
    return [LayerError(layer.name, float(sqnr_db)) for layer, sqnr_db in zip(watched.values(), decibels, strict=True)]


def kernels(model: Path) -> dict[str, FloatArray]:
    """The dequantized kernel of each layer, in the order in which the layers run."""
    graph = parse_graph(read_model(model)[0], str(model))
    found = {}
    for operator in graph.operators:
        if operator.kind in WEIGHT_INPUTS:
            stored = graph.tensors[operator.inputs[WEIGHT_INPUTS[operator.kind][0]]]
            maker = graph.maker_of(stored)  # a DEQUANTIZE follows half-precision weights
            stored = stored if maker is None else graph.tensors[maker.inputs[0]]
            if stored.constant is not None:
                found[layer_of(graph, operator)] = dequantized(stored, stored.constant)
    return found


def weight_histograms(model: Path, reaches: dict[str, float]) -> list[LayerWeights]:
    """The kernels of a file as histograms over ``-reach..reach``; ``reaches`` holds the reach of each layer."""
    histograms = []
    for layer, kernel in kernels(model).items():
        reach = reaches.get(layer, float(np.abs(kernel).max())) or 1.0
        counts, _ = np.histogram(np.clip(kernel, -reach, reach), bins=BINS, range=(-reach, reach))
        zeros = int(np.count_nonzero(kernel == 0))
        histograms.append(LayerWeights(layer, reach, (counts / kernel.size).tolist(), zeros, int(kernel.size)))
    return histograms


def dequantized(tensor: Tensor, values: Any) -> FloatArray:
    """The real numbers for stored ``values``, float64."""
    numbers = np.asarray(values, np.float64)
    if not tensor.scale:
        return numbers
    scale, zero = np.array(tensor.scale), np.array(tensor.zero_point or (0,))
    if len(scale) > 1:
        # One per channel, which is the first axis of a convolution's kernel and the last axis of a depthwise one's.
        shape = [1] * numbers.ndim
        shape[0 if numbers.shape[0] == len(scale) else -1] = len(scale)
        scale, zero = scale.reshape(shape), np.resize(zero, len(scale)).reshape(shape)
    return np.asarray((numbers - zero) * scale)


def _watched(graph: Graph, generator: Any) -> Iterator[tuple[int, Any]]:
    """Tensors that the file computes, by index, each with the Keras layer that computes the same."""
    layers = {layer.name: layer for layer in generator.layers}
    for operator in graph.operators:
        output = graph.output_of(operator)
        layer = layers.get(layer_of(graph, operator))
        if layer is not None and operator.kind not in NOT_COMPUTING and not output.is_constant:
            yield output.index, layer if operator.activation == "NONE" else _activation_of(layer)


def _picture_layer(generator: Any) -> Any:
    """The layer that computes the picture; the layers after it only move values."""
    layer = generator.layers[-1]
    while type(layer).__name__ == "DepthToSpace":
        layer = layer.input._keras_history.operation
    return layer


def _activation_of(layer: Any) -> Any:
    """The activation that the file fuses into ``layer``."""
    users = [node.operation for node in layer._outbound_nodes]
    if len(users) == 1 and type(users[0]).__name__ == "BatchNormalization":
        return _activation_of(users[0])
    return users[0] if len(users) == 1 and type(users[0]).__name__ == "ReLU" else layer


def _open(data: bytes) -> Any:
    with warnings.catch_warnings(), native_messages_off():
        warnings.filterwarnings("ignore", message=".*experimental_preserve_all_tensors")
        interpreter: Any = Interpreter(model_content=data, experimental_preserve_all_tensors=True)
        interpreter.allocate_tensors()
    return interpreter
