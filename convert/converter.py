"""Keras 3 generator to TFLite bytes, through tf_keras."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras

from celcam.arrays import FloatArray, Uint8Array
from celcam.pixels import to_float
from train.networks import GeneratorSpec, build_generator, copy_weights

# The size that the graph is traced at; the graph holds no size constants, so the file runs at any other.
TRACED_SIDE = 256


def to_tf_keras(spec: GeneratorSpec, generator: Any) -> Any:
    """The tf_keras twin of a Keras 3 generator, which draws the same."""
    twin = build_generator(spec, tf_keras)
    copy_weights(generator, twin)
    return twin


def clipped(model: Any) -> Any:
    """A tf_keras generator at a fixed size for tracing, its output clipped to 0..1.

    Clipped, an output calibrates to exactly 1/255 a step: the int8 file returns the display's bytes.
    """
    photo = tf_keras.Input((TRACED_SIDE, TRACED_SIDE, 3), batch_size=1, name="photo")
    return tf_keras.Model(photo, tf_keras.layers.ReLU(max_value=1.0, name="clip")(model(photo)))


def convert_float32(model: Any) -> bytes:
    """A tf_keras model as a float32 TFLite file."""
    converted: bytes = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    return converted


def convert_int8(model: Any, calibration: Iterable[FloatArray]) -> bytes:
    """A tf_keras model as a full-integer TFLite file with uint8 input and output.

    Args:
        model: any network with one input and one output.
        calibration: inputs as the model takes them, ``float32``; the ranges of all tensors are read off them.
    """
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([batch] for batch in calibration)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.uint8
    with warnings.catch_warnings():
        # The converter asks for statistics of a kind that only its old quantizer used.
        warnings.filterwarnings("ignore", message="Statistics for quantized inputs were expected")
        converted: bytes = converter.convert()
    return converted


def calibration_batches(photos: Sequence[Uint8Array]) -> list[FloatArray]:
    """``(TRACED_SIDE, TRACED_SIDE, 3) uint8 RGB`` photos as inputs, and one that spans the whole range."""
    # Black beside white: the input's range is 0..1 whatever the photos hold, so its step is exactly 1/255.
    extremes = photos[0].copy()
    extremes[:8], extremes[8:16] = 0, 255
    return [to_float(photo)[np.newaxis] for photo in (*photos, extremes)]
