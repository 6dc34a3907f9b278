"""Learns the range of each tensor of the int8 graph, and a factor for each channel.

The converter takes the smallest and the largest value that it has seen, so one rare value lowers the resolution for all
others. Here, gradient descent finds both ends of each range and the factors of the channels (see
`convert/cross_layer_equalization.py`). It minimizes the squared error between the pictures of the rounded and the float
network, as in Esser et al., "Learned Step Size Quantization" (2020), but with fixed weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from tqdm import trange

from celcam.arrays import FloatArray
from convert.cross_layer_equalization import channel_groups, inputs_of, width_of
from convert.ranges import Spans, quantized_layers

STEPS = 200
BATCH_SIZE = 4
LEARNING_RATE = 0.02  # of logarithms
SEED = 1
# The first ranges hold nearly all values of some photos.
FIRST_PHOTOS = 16
OUTER_PERCENT = 0.01
# The largest first factor of a channel, and the narrowest range.
MOST_AT_FIRST = 3.0
NARROWEST = 1e-3
# ReLU6 clips here whatever the factors are, so factors that would exceed it are reduced.
RELU_TOP = 6.0
LEVELS = 255.0


@dataclass(frozen=True)
class RangeFit:
    """Ranges and factors by layer; the ranges are those of the scaled channels."""

    spans: Spans
    factors: dict[str, list[float]]  # one per channel of the layer's output


def fit_ranges(generator: Any, photos: FloatArray, *, quiet: bool = False) -> RangeFit:
    """Find the ranges and factors that bring the rounded network closest to the float network.

    Args:
        generator: a functional tf_keras model from photo to cartoon, ``(B, H, W, 3)``; it is not changed.
        photos: ``(N, H, W, 3) float32``, 0..1, for the fit.
        quiet: no progress bar.
    """
    graph = _RoundedGraph(generator, photos[:FIRST_PHOTOS])
    optimizer = tf_keras.optimizers.Adam(tf_keras.optimizers.schedules.CosineDecay(LEARNING_RATE, STEPS))

    @tf.function  # type: ignore[untyped-decorator]
    def step(batch: Any) -> Any:
        expected = tf.clip_by_value(generator(batch, training=False), 0, 1)
        with tf.GradientTape() as tape:
            drawn = tf.clip_by_value(graph.draw(batch), 0, 1)
            error = tf.reduce_mean(tf.square(drawn - expected))
        optimizer.apply_gradients(zip(tape.gradient(error, graph.variables), graph.variables, strict=True))
        return error

    rng = np.random.default_rng(SEED)
    bar = trange(STEPS, unit="step", desc="fitting ranges", disable=quiet or None)
    for _ in bar:
        chosen = rng.choice(len(photos), min(BATCH_SIZE, len(photos)), replace=False)
        error = float(step(tf.constant(photos[chosen])))
        bar.set_postfix(dB=f"{-10 * np.log10(max(error, 1e-12)):.1f}")
    return graph.found()


class _RoundedGraph:
    """The network with scaled and rounded tensors. Ranges and factors are variables; each holds a logarithm."""

    def __init__(self, generator: Any, photos: FloatArray) -> None:
        self._generator = generator
        points = quantized_layers(generator)
        watched = tf_keras.Model(generator.input, [generator.get_layer(name).output for name in points])
        seen = dict(zip(points, watched.predict(photos, verbose=0, batch_size=BATCH_SIZE), strict=True))
        self._group_of: dict[str, int] = {}
        self._factors: list[tf.Variable] = []
        for number, names in enumerate(channel_groups(generator)):
            self._group_of |= dict.fromkeys(names, number)
            width = width_of(generator, names)
            fullest = np.full(width, NARROWEST)
            for name in set(names) & set(points):
                reach = np.percentile(np.abs(seen[name]), 100 - OUTER_PERCENT, axis=(0, 1, 2))
                fullest = np.maximum(fullest, reach.reshape(-1, width).max(0) / max(reach.max(), NARROWEST))
            self._factors.append(_logarithm(np.clip(1 / fullest, 1, MOST_AT_FIRST)))
        self._lows: dict[str, tf.Variable] = {}
        self._highs: dict[str, tf.Variable] = {}
        for name in points:
            scaled = seen[name] * np.asarray(self._factor(name))
            low, high = np.percentile(scaled, (OUTER_PERCENT, 100 - OUTER_PERCENT))
            if low < 0:
                self._lows[name] = _logarithm(-low)
            self._highs[name] = _logarithm(high)

    @property
    def variables(self) -> list[Any]:
        """The variables that are learned."""
        return [*self._factors, *self._lows.values(), *self._highs.values()]

    def draw(self, photos: Any) -> Any:
        """``(B, H, W, 3)`` photos to pictures of the same shape, with all tensors rounded."""
        outputs = {self._generator.layers[0].name: photos}
        for layer in self._generator.layers[1:]:
            sources = inputs_of(layer)
            inputs = [outputs[name] for name in sources]
            if type(layer).__name__ == "Conv2D":
                output = layer(inputs[0] / self._factor(sources[0])) * self._factor(layer.name)
            else:
                output = layer(inputs if len(inputs) > 1 else inputs[0])
            outputs[layer.name] = self._rounded(layer.name, output) if layer.name in self._highs else output
        return outputs[self._generator.layers[-1].name]

    def found(self) -> RangeFit:
        """The values of the variables, with the range of every ReLU below `RELU_TOP`."""
        spans, factors = {}, {}
        shrunk = np.ones(len(self._factors))
        for name, high in self._highs.items():
            if name in self._group_of and type(self._generator.get_layer(name)).__name__ == "ReLU":
                number = self._group_of[name]
                shrunk[number] = min(shrunk[number], RELU_TOP / float(tf.exp(high)))
        for name, number in self._group_of.items():
            factors[name] = [float(f"{each:.4g}") for each in shrunk[number] * np.asarray(self._factor(name))]
        for name, high in self._highs.items():
            share = shrunk[self._group_of[name]] if name in self._group_of else 1.0
            low = -float(tf.exp(self._lows[name])) if name in self._lows else 0.0
            spans[name] = (share * low, share * float(tf.exp(high)))
        return RangeFit(spans, factors)

    def _factor(self, name: str) -> Any:
        """The factors of the channels of a layer's output; 1 for a layer without factors."""
        if name not in self._group_of:
            return 1.0
        factors = tf.exp(self._factors[self._group_of[name]])
        return tf.tile(factors, [int(self._generator.get_layer(name).output.shape[-1]) // len(factors)])

    def _rounded(self, name: str, values: Any) -> Any:
        high = tf.exp(self._highs[name])
        low = tf.exp(self._lows[name]) if name in self._lows else 0.0  # how far below 0
        step = (low + high) / LEVELS
        zero = _round(low / step)
        return (tf.clip_by_value(_round(values / step) + zero, 0.0, LEVELS) - zero) * step


def _logarithm(sizes: Any) -> tf.Variable:
    return tf.Variable(np.log(np.maximum(sizes, NARROWEST)), dtype="float32")


def _round(values: Any) -> Any:
    """Round; the gradient passes through unchanged (straight-through estimator, Bengio et al., 2013)."""
    return values + tf.stop_gradient(tf.round(values) - values)
