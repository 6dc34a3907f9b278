"""The networks on one page. Tensors are ``(B, H, W, C)``; pictures are float32 RGB, 0..1.

Each builder takes the Keras module, so that the same page makes the Keras 3 network that is trained and the tf_keras
network that the TensorFlow Model Optimization toolkit compresses. H and W are multiples of 4 and never constants of
the graph: one file runs at any size. The published U-Net of pix2pix has a page of its own, `train/unet.py`.
"""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass
from typing import Any, ClassVar

from celcam.pixels import SIZE_MULTIPLE


@dataclass(frozen=True)
class GeneratorSpec:
    """Widths and depths of the generator, and what helps the picture past its narrow middle."""

    size_multiple: ClassVar[int] = SIZE_MULTIPLE

    half_width: int  # channels at half resolution
    quarter_width: int  # channels at quarter resolution
    quarter_blocks: int  # residual blocks at quarter resolution: they see far, 8 pixels a block
    half_blocks: int  # residual blocks at half resolution: they draw the line
    skips: bool = True  # add the encoder's half resolution to the decoder's: lines keep their detail
    residual: bool = True  # predict the difference from the photo rather than the cartoon itself


@dataclass(frozen=True)
class DiscriminatorSpec:
    """Widths of the PatchGAN."""

    width: int  # channels of the first layer; the second has twice as many


# Chosen by cost and by what runs fast at int8: at most 0.35 GMAC at 256x256 (see docs/architecture.md).
LIVE_GENERATOR = GeneratorSpec(half_width=16, quarter_width=32, quarter_blocks=2, half_blocks=1)
# At most 1.2 GMAC. As live, half as wide again, with twice the blocks at both resolutions.
QUALITY_GENERATOR = GeneratorSpec(half_width=24, quarter_width=48, quarter_blocks=4, half_blocks=2)
# What live would be without its ideas: an encoder and a decoder of the same cost.
AUTOENCODER = dataclasses.replace(LIVE_GENERATOR, skips=False, residual=False)
SMOKE_GENERATOR = GeneratorSpec(half_width=8, quarter_width=8, quarter_blocks=1, half_blocks=0)


def build_generator(spec: GeneratorSpec, keras: Any) -> Any:
    """The generator: a photo in, the photo plus a learned difference out (or, not residual, what is learned alone).

    Convolution, folded batch norm, ReLU6, add and depth-to-space: what int8 kernels run fast. The difference starts at
    zero, so an untrained network returns the photo. Its output is not clipped: bytes are saturated where they are made.

    Args:
        spec: widths and depths.
        keras: the module ``keras`` (3) or ``tf_keras``.

    Returns:
        A functional model from ``(B, H, W, 3)`` to ``(B, H, W, 3)``.
    """
    layers = keras.layers
    photo = keras.Input((None, None, 3), name="photo")  # (B, H, W, 3)
    half = _conv(layers, photo, spec.half_width, "stem", size=5, strides=2)  # (B, H/2, W/2, half)
    quarter = _conv(layers, half, spec.quarter_width, "down", strides=2)  # (B, H/4, W/4, quarter)
    for number in range(spec.quarter_blocks):
        quarter = _residual_block(layers, quarter, spec.quarter_width, f"quarter{number}")
    up = _conv(layers, quarter, 4 * spec.half_width, "up", size=1)  # (B, H/4, W/4, 4 half)
    up = depth_to_space_layer(keras)(name="up_shuffle")(up)  # (B, H/2, W/2, half)
    half = layers.Add(name="skip")([half, up]) if spec.skips else up  # (B, H/2, W/2, half)
    for number in range(spec.half_blocks):
        half = _residual_block(layers, half, spec.half_width, f"half{number}")
    start = "zeros" if spec.residual else "glorot_uniform"
    cartoon = layers.Conv2D(12, 3, padding="same", kernel_initializer=start, name="difference")(half)
    cartoon = depth_to_space_layer(keras)(name="difference_shuffle")(cartoon)  # (B, H, W, 3)
    if spec.residual:
        cartoon = layers.Add(name="cartoon")([photo, cartoon])  # (B, H, W, 3)
    return keras.Model(photo, cartoon, name="generator")


def build_discriminator(spec: DiscriminatorSpec, keras: Any) -> Any:
    """The PatchGAN of Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks" (2017).

    Each output judges a patch of 22x22 pixels, about the reach of an ink line. It has no batch norm: it sees real and
    drawn pictures in separate batches.

    Returns:
        A functional model from photo and cartoon, ``(B, H, W, 6)``, to logits ``(B, h, w, 1)``.
    """
    layers = keras.layers
    pair = keras.Input((None, None, 6), name="pair")
    x = pair
    for number, width in enumerate((spec.width, 2 * spec.width)):
        x = layers.Conv2D(width, 4, strides=2, padding="same", name=f"judge{number}")(x)
        x = layers.LeakyReLU(0.2, name=f"judge{number}_leaky")(x)
    logits = layers.Conv2D(1, 4, padding="same", name="verdict")(x)  # (B, H/4, W/4, 1)
    return keras.Model(pair, logits, name="discriminator")


@functools.cache
def depth_to_space_layer(keras: Any) -> Any:
    """The layer that turns ``(B, H, W, 4 C)`` into ``(B, 2 H, 2 W, C)``, for ``keras`` (3) or ``tf_keras``."""

    @keras.saving.register_keras_serializable(package="celcam")
    class DepthToSpace(keras.layers.Layer):  # type: ignore[misc]
        """Rearranges channels into blocks of 2x2 pixels, as ``tf.nn.depth_to_space`` does."""

        def call(self, inputs: Any) -> Any:
            if hasattr(keras, "ops"):
                return keras.ops.depth_to_space(inputs, 2, data_format="channels_last")
            import tensorflow as tf

            return tf.nn.depth_to_space(inputs, 2)

        def compute_output_shape(self, input_shape: Any) -> Any:
            batch, height, width, channels = input_shape
            return (batch, height and 2 * height, width and 2 * width, channels // 4)

    return DepthToSpace


def count_macs(spec: GeneratorSpec, size_wh: tuple[int, int]) -> int:
    """Multiply-accumulates of the generator for one picture."""
    pixels = size_wh[0] * size_wh[1]
    half, quarter = pixels // 4, pixels // 16
    stem = half * 25 * 3 * spec.half_width
    down = quarter * 9 * spec.half_width * spec.quarter_width
    trunk = quarter * spec.quarter_blocks * 2 * 9 * spec.quarter_width**2
    up = quarter * spec.quarter_width * 4 * spec.half_width
    refine = half * spec.half_blocks * 2 * 9 * spec.half_width**2
    difference = half * 9 * spec.half_width * 12
    return stem + down + trunk + up + refine + difference


def _conv(layers: Any, x: Any, width: int, name: str, *, size: int = 3, strides: int = 1, relu: bool = True) -> Any:
    x = layers.Conv2D(width, size, strides=strides, padding="same", use_bias=False, name=name)(x)
    x = layers.BatchNormalization(momentum=0.99, epsilon=1e-3, name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x) if relu else x


def _residual_block(layers: Any, x: Any, width: int, name: str) -> Any:
    inner = _conv(layers, x, width, f"{name}_a")
    inner = _conv(layers, inner, width, f"{name}_b", relu=False)
    x = layers.Add(name=f"{name}_add")([x, inner])
    return layers.ReLU(6.0, name=f"{name}_relu")(x)
