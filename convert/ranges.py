"""Where the int8 graph rounds: behind which layers, and over which range.

Ranges reach the converter as fake-quantization nodes, which cost nothing in the file. Found are they in
`convert/range_fit.py`.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf
import tf_keras

from convert.channels import inputs_of

# Layers that the int8 kernels fuse into the layer before them, or that only move values.
FUSED = ("BatchNormalization", "ReLU")
MOVING = ("InputLayer", "DepthToSpace")
Spans = dict[str, tuple[float, float]]  # of each tensor, by the layer it comes from


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


def with_ranges(generator: Any, spans: Spans) -> Any:
    """A copy of the generator with a `FakeQuantize` behind each tensor that int8 kernels store.

    Args:
        generator: a functional tf_keras model from photo to cartoon, ``(B, H, W, 3)``.
        spans: the ends of each range, for all of `quantized_layers`.

    Returns:
        A functional tf_keras model of the same input and output, and layers of the same names.
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
    """The layers whose outputs the int8 graph stores with a range of their own, in the order of the graph."""
    names = []
    for layer in generator.layers:
        consumers = _consumers(layer)
        fused = bool(consumers) and all(type(consumer).__name__ in FUSED for consumer in consumers)
        if type(layer).__name__ not in MOVING and not fused and not _is_picture(layer):
            names.append(layer.name)
    return names


def _is_picture(layer: Any) -> bool:
    """Whether the layer gives the picture, or values that are only moved to it: the converter knows their range."""
    return all(type(consumer).__name__ in MOVING and _is_picture(consumer) for consumer in _consumers(layer))


def _consumers(layer: Any) -> list[Any]:
    return [node.layer for node in layer.outbound_nodes]
