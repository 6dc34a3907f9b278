"""Channels made alike in range, so that each uses most of the 256 steps of the tensor that it shares.

Cross-layer equalization, after Nagel et al., "Data-Free Quantization through Weight Equalization and Bias Correction"
(2019), with ranges of real pictures: what makes a channel is multiplied by a factor and what takes it divided by the
same, so that the network draws what it drew. An int8 tensor has one step for all its channels: one that spans a tenth
of the widest would be stored with 25.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras

from celcam.arrays import FloatArray
from convert.ranges import quantized_layers

# A channel's range is this quantile of its magnitudes: one rare value must not set it.
QUANTILE = 0.999
# The largest factor: what hardly speaks stays quiet.
MOST = 8.0
# What a channel may be scaled up to before a ReLU6: other pictures may go further than those seen.
HEADROOM = 5.0


@dataclass
class _Stream:
    """Tensors that share their channels' factors: sums of one another, or moved, or cut off at 0."""

    makers: list[str] = field(default_factory=list)  # convolutions, by name
    takers: list[str] = field(default_factory=list)
    tensors: list[str] = field(default_factory=list)  # every layer whose output is of the stream
    fixed: bool = False  # a picture, or made by a layer that minds the scale


def equalize(generator: Any, photos: FloatArray) -> None:
    """Scale channels of ``generator`` in place, such that it draws the same.

    Args:
        generator: a functional tf_keras model of `train.networks`, from photo to cartoon.
        photos: ``(N, H, W, 3) float32``, 0..1: the ranges are those of what is seen in them.
    """
    for stream in _streams(generator):
        if stream.makers and stream.takers and not stream.fixed:
            _scale(generator, stream, _factors(generator, stream, photos))


def _streams(generator: Any) -> list[_Stream]:
    of: dict[str, _Stream] = {}  # by layer
    for layer in generator.layers:
        kind = type(layer).__name__
        inputs = [] if kind == "InputLayer" else tf.nest.flatten(layer.input)
        sources = [of[tensor.node.layer.name] for tensor in inputs]
        if kind == "Conv2D":
            sources[0].takers.append(layer.name)
            stream = _Stream(makers=[layer.name])
        elif kind in ("Add", "ReLU", "DepthToSpace"):
            stream = _merge(sources, of)
        else:
            stream = _Stream(fixed=True)
            for source in sources:
                source.fixed = True
        stream.tensors.append(layer.name)
        of[layer.name] = stream
    of[generator.layers[-1].name].fixed = True
    return list({id(stream): stream for stream in of.values()}.values())


def _merge(sources: list[_Stream], of: dict[str, _Stream]) -> _Stream:
    """One stream instead of ``sources``."""
    merged = sources[0]
    for other in sources[1:]:
        if other is not merged:
            merged.makers += other.makers
            merged.takers += other.takers
            merged.tensors += other.tensors
            merged.fixed |= other.fixed
            of.update(dict.fromkeys(other.tensors, merged))
    return merged


def _factors(generator: Any, stream: _Stream, photos: FloatArray) -> FloatArray:
    """For each channel the factor that lets it fill its tensors, as far as none of them grows."""
    width = min(generator.get_layer(name).output.shape[-1] for name in stream.tensors)
    shared, highest = np.zeros(width, np.float32), np.zeros(width, np.float32)
    for name in stream.tensors:
        layer = generator.get_layer(name)
        values = tf_keras.Model(generator.input, layer.output).predict(photos, batch_size=8, verbose=0)
        values = values.reshape(-1, width)  # before `DepthToSpace` a channel is four, one behind the other
        if type(layer).__name__ == "ReLU":
            highest = np.maximum(highest, values.max(axis=0))
        if name in quantized_layers(generator):
            ranges = np.quantile(np.abs(values), QUANTILE, axis=0)
            shared = np.maximum(shared, ranges / max(ranges.max(), 1e-6))
    factors = np.minimum(1 / np.maximum(shared, 1 / MOST), np.maximum(1.0, HEADROOM / np.maximum(highest, 1e-6)))
    return factors.astype(np.float32)


def _scale(generator: Any, stream: _Stream, factors: FloatArray) -> None:
    for name in stream.makers:
        kernel, bias = generator.get_layer(name).get_weights()
        made = np.tile(factors, len(bias) // len(factors))
        generator.get_layer(name).set_weights([kernel * made, bias * made])
    for name in stream.takers:
        kernel, bias = generator.get_layer(name).get_weights()
        generator.get_layer(name).set_weights([kernel / factors[:, None], bias])
