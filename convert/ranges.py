"""Where the int8 graph rounds: after which layers, and over which ranges.

The converter reads the ranges from fake-quantization nodes, which cost nothing in the file. `convert/range_fit.py`
finds the ranges.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf
import tf_keras

from convert.cross_layer_equalization import inputs_of

# Layers that int8 kernels fuse into the layer before them, and layers that only move values.
FUSED = ("BatchNormalization", "ReLU")
MOVING = ("InputLayer", "DepthToSpace")
Spans = dict[str, tuple[float, float]]  # ends of the range of each tensor, by the name of its layer


class FakeQuantize(tf_keras.layers.Layer):  # type: ignore[misc]
    """Rounds values to 256 steps over a range; values outside are clipped."""

    def build(self, input_shape: Any) -> None:
        """Create the range, 0..1 at first."""
        self.low = self.add_weight(name="low", shape=(), initializer="zeros", trainable=False)
        self.high = self.add_weight(name="high", shape=(), initializer="ones", trainable=False)
        super().build(input_shape)

    def call(self, inputs: Any) -> Any:
        """Round and clip."""
        return tf.quantization.fake_quant_with_min_max_vars(inputs, self.low, self.high)

    def span(self, low: float, high: float) -> None:
        """Set the range."""
        self.low.assign(low)
        self.high.assign(high)


def with_ranges(generator: Any, spans: Spans) -> Any:
    """A copy of the generator with a `FakeQuantize` after each tensor that int8 kernels store.

    Args:
        generator: a functional tf_keras model from photo to cartoon, ``(B, H, W, 3)``.
        spans: the ends of the range of each of `quantized_layers`.

    Returns:
        A functional tf_keras model with the same input and output, and the same names of layers.
    """
    photo = generator.layers[0]
    outputs: dict[str, Any] = {photo.name: tf_keras.Input(photo.output.shape[1:], name=photo.name)}
    for layer in generator.layers[1:]:
        copy = type(layer).from_config(layer.get_config())
        inputs = [outputs[name] for name in inputs_of(layer)]
        output = copy(inputs if len(inputs) > 1 else inputs[0])
        copy.set_weights(layer.get_weights())
        if layer.name in spans:
            quantizer = FakeQuantize(name=f"{layer.name}_range")
            output = quantizer(output)
            quantizer.span(*spans[layer.name])
        outputs[layer.name] = output
    return tf_keras.Model(outputs[photo.name], outputs[generator.layers[-1].name], name="quantized")


def quantized_layers(generator: Any) -> list[str]:
    """The layers whose outputs have a range of their own in the int8 graph, in the order of the graph."""
    names = []
    for layer in generator.layers:
        consumers = _consumers(layer)
        fused = bool(consumers) and all(type(consumer).__name__ in FUSED for consumer in consumers)
        if type(layer).__name__ not in MOVING and not fused and not _is_picture(layer):
            names.append(layer.name)
    return names


def _is_picture(layer: Any) -> bool:
    """Whether the output is the picture, or is only moved to become it: the converter knows the range of these."""
    return all(type(consumer).__name__ in MOVING and _is_picture(consumer) for consumer in _consumers(layer))


def _consumers(layer: Any) -> list[Any]:
    return [node.layer for node in layer.outbound_nodes]
