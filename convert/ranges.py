"""Which range each tensor of the int8 graph spans, found by what it does to the picture.

The converter takes the smallest and largest value it has seen, so one rare value spoils the resolution of all others.
Here each range is narrowed while that brings the quantized network's pictures closer to the float network's: range
setting by mean squared error (Nagel et al., "A White Paper on Neural Network Quantization", 2021), with the error taken
at the network's output. Ranges reach the converter as fake-quantization nodes, which cost nothing in the file.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from tqdm import tqdm

from celcam.arrays import FloatArray

# Shares of an end of a range that are tried.
SHARES = (0.85, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2)
ROUNDS = 2
# Layers that the int8 kernels fuse into the layer before them, or that only move values.
FUSED = ("BatchNormalization", "ReLU")
MOVING = ("InputLayer", "DepthToSpace")


class FakeQuantize(tf_keras.layers.Layer):  # type: ignore[misc]
    """Rounds values to 256 steps over a range that can be set."""

    def build(self, input_shape: Any) -> None:
        """Make the range, 0..1 at first."""
        self.low = self.add_weight(name="low", shape=(), initializer="zeros", trainable=False)
        self.high = self.add_weight(name="high", shape=(), initializer="ones", trainable=False)
        super().build(input_shape)

    def call(self, inputs: Any) -> Any:
        """Round, with values beyond the range at its ends."""
        return tf.quantization.fake_quant_with_min_max_vars(inputs, self.low, self.high)

    def span(self, low: float, high: float) -> None:
        """Set the range."""
        self.low.assign(low)
        self.high.assign(high)


Spans = dict[str, tuple[float, float]]  # of each tensor, by the layer it comes from


def with_ranges(generator: Any, spans: Spans) -> Any:
    """The generator with a `FakeQuantize` behind each tensor that int8 kernels store.

    Args:
        generator: a functional tf_keras model from photo to cartoon, ``(B, H, W, 3)``.
        spans: the ends of each range, for all of `quantized_layers`.

    Returns:
        A functional tf_keras model of the same input and output.
    """
    return _with_quantizers(generator, spans)[0]


def search_ranges(generator: Any, photos: FloatArray, *, quiet: bool = False) -> Spans:
    """The ranges with which the quantized network draws most like the float one.

    Args:
        generator: a functional tf_keras model from photo to cartoon, ``(B, H, W, 3)``.
        photos: ``(N, H, W, 3) float32``, 0..1, that the ranges are fitted to.
        quiet: no progress bar.
    """
    points = quantized_layers(generator)
    watched = tf_keras.Model(generator.input, [generator.get_layer(name).output for name in points])
    seen = zip(points, watched(photos, training=False), strict=True)
    spans = {name: (min(0.0, float(np.min(values))), max(0.0, float(np.max(values)))) for name, values in seen}
    quantized, quantizers = _with_quantizers(generator, spans)
    expected = tf.clip_by_value(generator(photos, training=False), 0, 1)

    @tf.function  # type: ignore[untyped-decorator]
    def error() -> Any:
        drawn = tf.clip_by_value(quantized(photos, training=False), 0, 1)
        return tf.reduce_mean(tf.square(drawn - expected))

    # From the output back: what comes late is seen most directly.
    for name in tqdm(points[::-1] * ROUNDS, unit="range", desc="fitting ranges", disable=quiet):
        _narrow(quantizers[name], error)
    return {name: (float(each.low), float(each.high)) for name, each in quantizers.items()}


def quantized_layers(generator: Any) -> list[str]:
    """The layers whose outputs the int8 graph stores with a range of their own, in the order of the graph."""
    names = []
    for layer in generator.layers:
        consumers = [node.layer for node in layer.outbound_nodes]
        fused = bool(consumers) and all(type(consumer).__name__ in FUSED for consumer in consumers)
        is_output = not consumers
        if type(layer).__name__ not in MOVING and not fused and not is_output:
            names.append(layer.name)
    return names


def _narrow(quantizer: FakeQuantize, error: Any) -> None:
    """Move each end of one range to where the error is least."""
    low, high = float(quantizer.low), float(quantizer.high)
    ends = [(low, high * share) for share in SHARES] if high > 0 else []
    ends += [(low * share, high) for share in SHARES] if low < 0 else []
    ends += [(low * share, high * share) for share in SHARES] if low < 0 < high else []
    best_error, best = float(error()), (low, high)
    for candidate in ends:
        quantizer.span(*candidate)
        if (now := float(error())) < best_error:
            best_error, best = now, candidate
    quantizer.span(*best)


def _with_quantizers(generator: Any, spans: Spans) -> tuple[Any, dict[str, FakeQuantize]]:
    """The same layers with a quantizer behind each that has a span, and these."""
    quantizers = {name: FakeQuantize(name=f"{name}_range") for name in spans}
    outputs: dict[str, Any] = {}
    for layer in generator.layers:
        if type(layer).__name__ == "InputLayer":
            outputs[layer.name] = layer.output
            continue
        inputs = [outputs[tensor.node.layer.name] for tensor in tf.nest.flatten(layer.input)]
        output = layer(inputs if len(inputs) > 1 else inputs[0])
        outputs[layer.name] = quantizers[layer.name](output) if layer.name in quantizers else output
    for name, (low, high) in spans.items():
        quantizers[name].span(low, high)
    return tf_keras.Model(generator.input, outputs[generator.layers[-1].name], name="quantized"), quantizers
