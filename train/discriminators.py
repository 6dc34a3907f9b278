"""The PatchGAN that judges drawn pictures, with spectral normalization.

Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks" (2017); Miyato et al., "Spectral
Normalization for Generative Adversarial Networks" (2018). Tensors are ``(B, H, W, C)``; pictures are float32 RGB, 0..1.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

# A layer's slope for negative values, as in Radford et al., "Unsupervised Representation Learning with Deep
# Convolutional Generative Adversarial Networks" (2016).
LEAK = 0.2
STRIDED_KERNEL, PLAIN_KERNEL = 4, 3


@dataclass(frozen=True)
class DiscriminatorSpec:
    """Widths of the PatchGAN's layers."""

    strided: tuple[int, ...] = (32, 64)  # channels of the 4x4 convolutions, each of which halves the resolution
    plain: tuple[int, ...] = (96,)  # channels of the 3x3 convolutions behind them
    verdict_kernel: int = 3
    spectral: bool = True  # without it, the discriminator of 2017: its verdicts have no bound on their slope

    @property
    def reach(self) -> int:
        """Side in pixels of the patch that a verdict sees."""
        reach, step = 1, 1
        for _ in self.strided:
            reach, step = reach + (STRIDED_KERNEL - 1) * step, 2 * step
        kernels = [PLAIN_KERNEL] * len(self.plain) + [self.verdict_kernel]
        return reach + sum((kernel - 1) * step for kernel in kernels)


def build_discriminator(spec: DiscriminatorSpec, keras: Any) -> Any:
    """The PatchGAN of ``spec``, for ``keras`` (3). It has no batch norm: real and drawn pictures differ in statistics.

    Returns:
        A functional model from photo and cartoon, ``(B, H, W, 6)``, to a list: the features of each hidden layer, and
        last the logits ``(B, h, w, 1) float32``.
    """
    layers = keras.layers
    conv = spectral_conv_layer(keras) if spec.spectral else layers.Conv2D
    pair = keras.Input((None, None, 6), name="pair")
    x, features = pair, []
    shapes = [(width, STRIDED_KERNEL, 2) for width in spec.strided] + [(width, PLAIN_KERNEL, 1) for width in spec.plain]
    for number, (width, kernel, stride) in enumerate(shapes):
        x = conv(width, kernel, strides=stride, padding="same", name=f"judge{number}")(x)
        x = layers.LeakyReLU(LEAK, name=f"judge{number}_leaky")(x)
        features.append(x)
    verdict = conv(1, spec.verdict_kernel, padding="same", dtype="float32", name="verdict")(x)  # (B, h, w, 1)
    return keras.Model(pair, [*features, verdict], name="discriminator")


def patch_stride(discriminator: Any) -> int:
    """Pixels from one verdict of ``discriminator``, made by `build_discriminator`, to the next."""
    strides = [layer.strides[0] for layer in discriminator.layers if hasattr(layer, "strides")]
    return math.prod(strides)


@functools.cache
def spectral_conv_layer(keras: Any) -> Any:
    """The convolution whose kernel is divided by its largest singular value, for ``keras`` (3).

    Keras' own wrapper assigns the divided kernel, so gradients pass through the division on JAX and not on TensorFlow.
    Here the division is part of the layer's output, and every backend gives the same gradients.
    """
    ops = keras.ops

    @keras.saving.register_keras_serializable(package="celcam")
    class SpectralConv2D(keras.layers.Conv2D):  # type: ignore[misc]
        """One step of the power iteration for each call in training."""

        def build(self, input_shape: Any) -> None:
            super().build(input_shape)
            settings = {"initializer": "random_normal", "trainable": False, "dtype": "float32"}
            self.direction = self.add_weight(shape=(self.filters,), name="direction", **settings)

        def call(self, inputs: Any, training: bool = False) -> Any:
            kernel = ops.cast(ops.reshape(self.kernel, (-1, self.filters)), "float32")
            fixed = ops.stop_gradient(kernel)
            left = _unit(fixed @ self.direction[:, None], ops)
            right = _unit(ops.transpose(fixed) @ left, ops)
            if training:
                self.direction.assign(right[:, 0])
            largest = ops.sum(left * (kernel @ right))
            outputs = super().call(inputs)
            bias = ops.cast(self.bias, outputs.dtype)
            return (outputs - bias) / ops.cast(largest, outputs.dtype) + bias

        def save_own_variables(self, store: Any) -> None:
            """Kernel, bias and direction; a convolution's own method knows the first two only."""
            keras.layers.Layer.save_own_variables(self, store)

        def load_own_variables(self, store: Any) -> None:
            """What `save_own_variables` saved."""
            keras.layers.Layer.load_own_variables(self, store)

    return SpectralConv2D


def _unit(vector: Any, ops: Any) -> Any:
    return ops.stop_gradient(vector / (ops.norm(vector) + 1e-6))
