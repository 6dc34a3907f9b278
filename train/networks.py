"""The networks on one page. Tensors are ``(B, H, W, C)``; pictures are float32 RGB, 0..1.

Each builder takes the Keras module, so that the same code builds the Keras 3 network for training and the tf_keras
network for the TensorFlow Model Optimization toolkit. H and W are multiples of 4 and never constants of the graph: one
file runs at any size. The published U-Net of pix2pix is in `train/unet.py`.

docs/notebook/networks.md ("Architecture search") has the measurements; `train/cost.py` counts the cost.
"""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass
from typing import Any

from celcam.errors import UsageError

# Channels inside a separable block over those outside. MobileNetV2 uses 6, which does not pay at this width.
EXPANSION = 2
BLOCKS = ("plain", "separable")
# The middle of the range 0..1 of a photo.
CENTER = 0.5
# Variance of the initial output of a residual branch, over that of its input.
RESIDUAL_INIT_SCALE = 0.1


@dataclass(frozen=True)
class GeneratorSpec:
    """Widths, depths and connections of the generator."""

    half_width: int  # channels at half resolution
    quarter_width: int  # channels at quarter resolution
    quarter_blocks: int  # residual blocks at quarter resolution: a large receptive field, 8 pixels a convolution
    half_blocks: int  # residual blocks at half resolution: they draw the lines
    skips: bool = True  # add the encoder's features to the decoder's at each resolution, for detail in lines
    residual: bool = True  # predict the difference from the photo rather than the cartoon itself
    stem_size: int = 5  # kernel of the first convolution
    block: str = "plain"  # one of BLOCKS: plain (ResNet) or separable (MobileNetV2)
    kernel: int = 3  # of the blocks
    norm: bool = False  # batch norm after each convolution, folded into it by the conversion
    eighth_width: int = 0  # channels at an eighth
    eighth_blocks: int = 0  # residual blocks at an eighth; 0: no such resolution
    linear_up: bool = False  # no ReLU before an upsampling: with one, most channels become dormant

    def __post_init__(self) -> None:
        if self.block not in BLOCKS:
            raise UsageError(f"block {self.block!r}: expected one of {', '.join(BLOCKS)}")
        for name in ("half_width", "quarter_width", "stem_size", "kernel"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} {getattr(self, name)}: expected 1 or more")
        for name in ("quarter_blocks", "half_blocks", "eighth_width", "eighth_blocks"):
            if getattr(self, name) < 0:
                raise UsageError(f"{name} {getattr(self, name)}: expected 0 or more")

    @property
    def size_multiple(self) -> int:
        """H and W are multiples of this."""
        return 8 if self.eighth_blocks else 4  # 4 is celcam.pixels.SIZE_MULTIPLE, which --help must not load


# At most 0.35 GMAC at 256x256, of layers that are fast at int8 (see docs/architecture.md).
LIVE_GENERATOR = GeneratorSpec(
    half_width=20, quarter_width=40, quarter_blocks=1, half_blocks=1, residual=False, linear_up=True
)
# At most 1.2 GMAC: as live, wider by half, with two blocks at a quarter.
QUALITY_GENERATOR = dataclasses.replace(LIVE_GENERATOR, half_width=32, quarter_width=64, quarter_blocks=2)
# live without its skip: an encoder and a decoder of the same cost.
AUTOENCODER = dataclasses.replace(LIVE_GENERATOR, skips=False)
SMOKE_GENERATOR = GeneratorSpec(half_width=8, quarter_width=8, quarter_blocks=1, half_blocks=0, linear_up=True)


def build_generator(spec: GeneratorSpec, keras: Any) -> Any:
    """The generator: a photo in, a cartoon out (if ``spec.residual``, the photo plus a learned difference).

    It consists of convolution, folded batch norm, ReLU6, add and depth-to-space, which int8 kernels run fast. The
    learned difference starts at zero, so an untrained residual network returns the photo. The output is not clipped;
    the conversion to bytes saturates it.

    Args:
        spec: widths and depths.
        keras: the module ``keras`` (3) or ``tf_keras``.

    Returns:
        A functional model from ``(B, H, W, 3)`` to ``(B, H, W, 3)``.
    """
    layers = keras.layers
    make = _Parts(spec, keras)
    photo = keras.Input((None, None, 3), name="photo")  # (B, H, W, 3)
    half = make.stem(photo, spec.half_width)  # (B, H/2, W/2, half)
    quarter = make.conv(half, spec.quarter_width, "down", strides=2)  # (B, H/4, W/4, quarter)
    if spec.eighth_blocks:
        eighth = make.conv(quarter, spec.eighth_width, "down8", strides=2)  # (B, H/8, W/8, eighth)
        eighth = make.blocks(eighth, spec.eighth_width, spec.eighth_blocks, "eighth")
        quarter = make.join(quarter, make.up(eighth, spec.quarter_width, "up8"), "skip8")
    quarter = make.blocks(quarter, spec.quarter_width, spec.quarter_blocks, "quarter")
    half = make.join(half, make.up(quarter, spec.half_width, "up"), "skip")  # (B, H/2, W/2, half)
    half = make.blocks(half, spec.half_width, spec.half_blocks, "half")
    start = "zeros" if spec.residual else "glorot_uniform"
    cartoon = layers.Conv2D(12, 3, padding="same", kernel_initializer=start, name="difference")(half)
    cartoon = depth_to_space_layer(keras)(name="difference_shuffle")(cartoon)  # (B, H, W, 3)
    if spec.residual:
        # In float32 under mixed precision too: a half-precision photo has fewer than 256 steps.
        cartoon = layers.Add(name="cartoon", dtype="float32")([photo, cartoon])  # (B, H, W, 3)
    return keras.Model(photo, cartoon, name="generator")


@functools.cache
def centered_conv_layer(keras: Any) -> Any:
    """The layer that convolves ``inputs - CENTER``, for ``keras`` (3): a network without norm then learns faster.

    It equals a stock convolution with another bias, which `copy_weights` computes. Both pad with 0.
    """

    @keras.saving.register_keras_serializable(package="celcam")
    class CenteredConv2D(keras.layers.Conv2D):  # type: ignore[misc]
        """A convolution whose bias depends on its kernel, so that gradients do not see the mean of the inputs."""

        def call(self, inputs: Any) -> Any:
            outputs = super().call(inputs)
            return outputs - keras.ops.cast(CENTER * keras.ops.sum(self.kernel, axis=(0, 1, 2)), outputs.dtype)

    return CenteredConv2D


def copy_weights(generator: Any, twin: Any) -> None:
    """Give ``twin``, made of stock layers, the weights of an equal Keras 3 generator: both then draw the same."""
    twin.set_weights(generator.get_weights())
    for layer in generator.layers:
        if type(layer).__name__ == "CenteredConv2D":
            kernel, bias = layer.get_weights()
            twin.get_layer(layer.name).set_weights([kernel, bias - CENTER * kernel.sum(axis=(0, 1, 2))])


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


class _Parts:
    """The parts of a generator, as ``spec`` describes them."""

    def __init__(self, spec: GeneratorSpec, keras: Any) -> None:
        self._spec, self._keras, self._layers = spec, keras, keras.layers

    def stem(self, photo: Any, width: int) -> Any:
        """The first convolution; its input is a picture, all of it above 0."""
        size = self._spec.stem_size
        if self._spec.norm or not hasattr(self._keras, "ops"):
            return self.conv(photo, width, "stem", size=size, strides=2)
        settings = {"strides": 2, "padding": "same", "kernel_initializer": "he_normal"}
        x = centered_conv_layer(self._keras)(width, size, name="stem", **settings)(photo)
        return self._activate(x, "stem", relu=True)

    def conv(
        self,
        x: Any,
        width: int,
        name: str,
        *,
        size: int = 3,
        strides: int = 1,
        relu: bool = True,
        near_zero: bool = False,
    ) -> Any:
        """A convolution with its norm and ReLU6; ``near_zero`` scales its first weights by `RESIDUAL_INIT_SCALE`."""
        # Without a norm, the variance must not shrink from layer to layer (He et al., 2015), and a residual block must
        # start near the identity (Zhang et al., "Fixup Initialization", 2019).
        start = "glorot_uniform" if self._spec.norm else "he_normal"
        if near_zero and not self._spec.norm:
            start = self._keras.initializers.VarianceScaling(RESIDUAL_INIT_SCALE)
        settings = {"padding": "same", "use_bias": not self._spec.norm, "kernel_initializer": start}
        x = self._layers.Conv2D(width, size, strides=strides, name=name, **settings)(x)
        return self._activate(x, name, relu)

    def blocks(self, x: Any, width: int, count: int, name: str) -> Any:
        """Residual blocks, one after the other."""
        for number in range(count):
            block = self._separable_block if self._spec.block == "separable" else self._plain_block
            x = block(x, width, f"{name}{number}")
        return x

    def up(self, x: Any, width: int, name: str) -> Any:
        """``(B, h, w, C)`` to ``(B, 2 h, 2 w, width)``."""
        x = self.conv(x, 4 * width, name, size=1, relu=not self._spec.linear_up, near_zero=self._spec.linear_up)
        return depth_to_space_layer(self._keras)(name=f"{name}_shuffle")(x)

    def join(self, encoded: Any, decoded: Any, name: str) -> Any:
        """The encoder's features added to the decoder's, or the decoder's alone."""
        return self._layers.Add(name=name)([encoded, decoded]) if self._spec.skips else decoded

    def _plain_block(self, x: Any, width: int, name: str) -> Any:
        """He et al., "Deep Residual Learning for Image Recognition" (2016)."""
        inner = self.conv(x, width, f"{name}_a", size=self._spec.kernel)
        inner = self.conv(inner, width, f"{name}_b", size=self._spec.kernel, relu=False, near_zero=True)
        x = self._layers.Add(name=f"{name}_add")([x, inner])
        return self._layers.ReLU(6.0, name=f"{name}_relu")(x)

    def _separable_block(self, x: Any, width: int, name: str) -> Any:
        """Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018)."""
        inner = self.conv(x, EXPANSION * width, f"{name}_wide", size=1)
        settings = {"padding": "same", "use_bias": not self._spec.norm}
        inner = self._layers.DepthwiseConv2D(self._spec.kernel, name=f"{name}_each", **settings)(inner)
        inner = self._activate(inner, f"{name}_each", relu=True)
        inner = self.conv(inner, width, f"{name}_narrow", size=1, relu=False, near_zero=True)
        return self._layers.Add(name=f"{name}_add")([x, inner])

    def _activate(self, x: Any, name: str, relu: bool) -> Any:
        if self._spec.norm:
            x = self._layers.BatchNormalization(momentum=0.99, epsilon=1e-3, name=f"{name}_bn")(x)
        return self._layers.ReLU(6.0, name=f"{name}_relu")(x) if relu else x
