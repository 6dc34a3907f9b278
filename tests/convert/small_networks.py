"""Small tf_keras networks with one flaw each, as TFLite bytes of a 16x16 picture."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras

from convert.converter import convert_float, convert_int8, converter_of

SIDE = 16
layers = tf_keras.layers


class InstanceNorm(tf_keras.layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        mean, variance = tf.nn.moments(x, [1, 2], keepdims=True)
        return (x - mean) * tf.math.rsqrt(variance + 1e-5)


class Shuffle(tf_keras.layers.Layer):  # type: ignore[misc]
    """Goes through a matrix of fixed size."""

    def call(self, x: Any) -> Any:
        flat = tf.transpose(tf.reshape(x, [1, SIDE * SIDE, 3]), [0, 2, 1])
        return tf.reshape(flat, [1, SIDE, SIDE, 3])


class Sine(tf_keras.layers.Layer):  # type: ignore[misc]
    """No int8 kernel does this."""

    def call(self, x: Any) -> Any:
        return tf.math.sin(x)


def conv(name: str, width: int = 4, **settings: Any) -> Any:
    return layers.Conv2D(width, 3, padding="same", name=name, **settings)


def int8(body: Callable[[Any], Any]) -> bytes:
    """The network as a full int8 file with bytes at the border."""
    return convert_int8(_model(body), _photos())


def float32(body: Callable[[Any], Any]) -> bytes:
    """The network as a float file."""
    return convert_float(_model(body))


def mixed(body: Callable[[Any], Any]) -> bytes:
    """The network at int8 where it can be, float elsewhere and at the border."""
    converter = converter_of(_model(body))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([photo] for photo in _photos())
    with warnings.catch_warnings():
        # As in `convert_int8`: what the converter asks for here is for its old quantizer.
        warnings.filterwarnings("ignore", message="Statistics for quantized inputs were expected")
        converted: bytes = converter.convert()
    return converted


def transposed(x: Any) -> Any:
    # The converter drops a bias of zeros.
    up = layers.Conv2DTranspose(5, 3, strides=2, padding="same", bias_initializer="ones", name="up")
    return conv("last", 3)(up(conv("down", strides=2)(x)))


def normed(x: Any) -> Any:
    return conv("last", 3)(InstanceNorm(name="norm")(conv("first")(x)))


def reshaped(x: Any) -> Any:
    return conv("last", 3)(Shuffle(name="shuffle")(conv("first", 3)(x)))


def resized(x: Any) -> Any:
    return conv("last", 3)(layers.UpSampling2D(2, interpolation="bilinear", name="grow")(conv("down", strides=2)(x)))


def leaky(x: Any) -> Any:
    return conv("last", 3)(layers.LeakyReLU(0.2, name="leaky")(conv("first")(x)))


def sine(x: Any) -> Any:
    return conv("last", 3)(Sine(name="sine")(conv("first")(x)))


def depthwise(x: Any) -> Any:
    x = layers.DepthwiseConv2D(3, padding="same", name="each")(x)
    return layers.Conv2D(6, 1, strides=2, use_bias=False, name="narrow")(x)


def _model(body: Callable[[Any], Any]) -> Any:
    photo = tf_keras.Input((SIDE, SIDE, 3), batch_size=1, name="photo")
    return tf_keras.Model(photo, body(photo))


def _photos() -> list[Any]:
    rng = np.random.default_rng(1)
    return [rng.random((1, SIDE, SIDE, 3), np.float32) for _ in range(2)]
