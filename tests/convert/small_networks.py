"""Small tf_keras networks with one flaw each, as TFLite bytes of a 16x16 picture."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

SIDE = 16


def int8(body: Callable[[Any], Any]) -> bytes:
    """The network as a full int8 file with bytes at the border."""
    from convert.converter import convert_int8

    return convert_int8(_model(body), _photos())


def float32(body: Callable[[Any], Any]) -> bytes:
    """The network as a float file."""
    from convert.converter import convert_float

    return convert_float(_model(body))


def mixed(body: Callable[[Any], Any]) -> bytes:
    """The network at int8 where that is possible, float elsewhere and at the border."""
    import tensorflow as tf

    from convert.converter import converter_of

    converter = converter_of(_model(body))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([photo] for photo in _photos())
    with warnings.catch_warnings():
        # As in `convert_int8`: the converter asks for statistics that only its old quantizer used.
        warnings.filterwarnings("ignore", message="Statistics for quantized inputs were expected")
        converted: bytes = converter.convert()
    return converted


def transposed(x: Any) -> Any:
    # The converter drops a bias of zeros.
    up = _layers().Conv2DTranspose(5, 3, strides=2, padding="same", bias_initializer="ones", name="up")
    return _conv("last", 3)(up(_conv("down", strides=2)(x)))


def normed(x: Any) -> Any:
    def normalise(x: Any) -> Any:
        import tensorflow as tf

        mean, variance = tf.nn.moments(x, [1, 2], keepdims=True)
        return (x - mean) * tf.math.rsqrt(variance + 1e-5)

    return _conv("last", 3)(_layers().Lambda(normalise, name="norm")(_conv("first")(x)))


def reshaped(x: Any) -> Any:
    def through_a_matrix_of_fixed_size(x: Any) -> Any:
        import tensorflow as tf

        flat = tf.transpose(tf.reshape(x, [1, SIDE * SIDE, 3]), [0, 2, 1])
        return tf.reshape(flat, [1, SIDE, SIDE, 3])

    shuffle = _layers().Lambda(through_a_matrix_of_fixed_size, name="shuffle")
    return _conv("last", 3)(shuffle(_conv("first", 3)(x)))


def resized(x: Any) -> Any:
    grow = _layers().UpSampling2D(2, interpolation="bilinear", name="grow")
    return _conv("last", 3)(grow(_conv("down", strides=2)(x)))


def leaky(x: Any) -> Any:
    return _conv("last", 3)(_layers().LeakyReLU(0.2, name="leaky")(_conv("first")(x)))


def sine(x: Any) -> Any:
    """No int8 kernel computes a sine."""
    import tensorflow as tf

    return _conv("last", 3)(_layers().Lambda(tf.math.sin, name="sine")(_conv("first")(x)))


def depthwise(x: Any) -> Any:
    x = _layers().DepthwiseConv2D(3, padding="same", name="each")(x)
    return _layers().Conv2D(6, 1, strides=2, use_bias=False, name="narrow")(x)


def _conv(name: str, width: int = 4, **settings: Any) -> Any:
    return _layers().Conv2D(width, 3, padding="same", name=name, **settings)


def _layers() -> Any:
    import tf_keras

    return tf_keras.layers


def _model(body: Callable[[Any], Any]) -> Any:
    import tf_keras

    photo = tf_keras.Input((SIDE, SIDE, 3), batch_size=1, name="photo")
    return tf_keras.Model(photo, body(photo))


def _photos() -> list[Any]:
    rng = np.random.default_rng(1)
    return [rng.random((1, SIDE, SIDE, 3), np.float32) for _ in range(2)]
