"""Keras 3 generator to TFLite bytes, through tf_keras."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras

from celcam.arrays import FloatArray, Uint8Array
from celcam.native_messages import native_messages_off
from celcam.pixels import to_float
from convert.ranges import FakeQuantize
from train.networks import GeneratorSpec, build_generator, copy_weights

# Side of the picture that the graph is traced at. The graph has no size constants, so the file runs at other sizes.
TRACED_SIDE = 256


def to_tf_keras(spec: GeneratorSpec, generator: Any) -> Any:
    """A tf_keras generator with the weights of a Keras 3 generator."""
    twin = build_generator(spec, tf_keras)
    copy_weights(generator, twin)
    return twin


def copy_of(model: Any) -> Any:
    """A copy of a functional tf_keras model, with layers of its own."""
    copy = tf_keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy


def clipped(model: Any) -> Any:
    """A tf_keras generator at a fixed size for tracing, its output clipped to 0..1."""
    return _traced(model, tf_keras.layers.ReLU(max_value=1.0, name="clip"))


def saturated(model: Any) -> Any:
    """As `clipped`, for int8: the last tensor spans exactly 0..1, so int8 saturates at these values.

    Its step is 1/255. The file returns bytes for the display and needs no operator for clipping.
    """
    return _traced(model, FakeQuantize(name="saturated"))


def _traced(model: Any, last: Any) -> Any:
    photo = tf_keras.Input((TRACED_SIDE, TRACED_SIDE, 3), batch_size=1, name="photo")
    # A fixed name, so that the same network always gives the same bytes.
    return tf_keras.Model(photo, last(model(photo)), name="model")


def converter_of(model: Any) -> Any:
    """TensorFlow's converter for a tf_keras model with one input of fixed size and one output.

    ``from_keras_model`` gives the same operators and constants, but takes several times longer, because it first saves
    every layer in a form that can be trained.
    """
    (taken,) = model.inputs
    graph = tf.function(lambda photo: model(photo, training=False)).get_concrete_function(
        tf.TensorSpec((1, *taken.shape[1:]), taken.dtype, name=taken.name)
    )
    variables = tf.Module()
    variables.of_model = model.weights
    return tf.lite.TFLiteConverter.from_concrete_functions([graph], variables)


def convert_float(model: Any, weights: str = "float32") -> bytes:
    """A tf_keras model as a TFLite file with float32 input and output.

    Args:
        model: any network with one input, of fixed size, and one output.
        weights: how the file stores weights: float32, float16, or int8 (dynamic-range quantization).
    """
    converter = converter_of(model)
    if weights != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if weights == "float16":
        converter.target_spec.supported_types = [tf.float16]
    return _converted(converter)


def convert_int8(model: Any, calibration: Iterable[FloatArray]) -> bytes:
    """A tf_keras model as a full-integer TFLite file with uint8 input and output.

    Args:
        model: any network with one input, of fixed size, and one output.
        calibration: inputs of the model, ``float32``; they give the ranges of all tensors.
    """
    converter = converter_of(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([batch] for batch in calibration)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.uint8
    with warnings.catch_warnings():
        # The converter asks for statistics that only its old quantizer used.
        warnings.filterwarnings("ignore", message="Statistics for quantized inputs were expected")
        return _converted(converter)


def calibration_batches(photos: Sequence[Uint8Array]) -> list[FloatArray]:
    """``(TRACED_SIDE, TRACED_SIDE, 3) uint8 RGB`` photos as inputs, and one input with the full range of values."""
    # With black and white pixels the range of the input is 0..1 for any photos, so its step is exactly 1/255.
    extremes = photos[0].copy()
    extremes[:8], extremes[8:16] = 0, 255
    return [to_float(photo)[np.newaxis] for photo in (*photos, extremes)]


def _converted(converter: Any) -> bytes:
    with native_messages_off():
        converted: bytes = converter.convert()
    return converted
