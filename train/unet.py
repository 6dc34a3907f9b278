"""The generator of pix2pix as published, for reference: a U-Net with 54 million parameters.

Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks" (2017), appendix 6.1. It halves the
picture eight times, so H and W are multiples of 256. Pictures are ``(B, H, W, 3) float32 RGB``, 0..1, as everywhere;
inside they are -1..1. It is trained for comparison and never converted: transposed convolutions and concatenations are
slow at int8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

KERNEL = 4
# The most channels of a layer of the encoder, over those of the first layer.
WIDEST = 8
# The innermost layers of the decoder have dropout, the only source of randomness in pix2pix.
DROPPING_LAYERS = 3


@dataclass(frozen=True)
class UNetSpec:
    """Width and depth of the U-Net."""

    width: int  # channels of the first layer
    depth: int  # how often the picture is halved

    @property
    def size_multiple(self) -> int:
        """H and W are multiples of this."""
        return int(2**self.depth)

    @property
    def encoder_widths(self) -> list[int]:
        """Channels of the encoder's layers, from the outside in."""
        return [self.width * min(2**number, WIDEST) for number in range(self.depth)]


UNET256 = UNetSpec(width=64, depth=8)


def build_unet(spec: UNetSpec, keras: Any) -> Any:
    """The U-Net: a photo in, a cartoon out.

    Returns:
        A functional model from ``(B, H, W, 3)`` to ``(B, H, W, 3)``.
    """
    layers = keras.layers
    widths = spec.encoder_widths
    settings = {"strides": 2, "padding": "same", "kernel_initializer": keras.initializers.RandomNormal(0.0, 0.02)}
    photo = keras.Input((None, None, 3), name="photo")  # (B, H, W, 3)
    x = layers.Rescaling(2.0, offset=-1.0, name="to_signed")(photo)
    encoded = []
    for number, width in enumerate(widths):
        outermost, innermost = number == 0, number == len(widths) - 1
        if not outermost:
            x = layers.LeakyReLU(0.2, name=f"down{number}_leaky")(x)
        normed = not outermost and not innermost
        x = layers.Conv2D(width, KERNEL, use_bias=not normed, name=f"down{number}", **settings)(x)
        if normed:
            x = layers.BatchNormalization(name=f"down{number}_bn")(x)
        encoded.append(x)  # (B, H / 2^(number + 1), W / 2^(number + 1), width)
    for number in reversed(range(1, len(widths))):
        x = layers.ReLU(name=f"up{number}_relu")(x)
        x = layers.Conv2DTranspose(widths[number - 1], KERNEL, use_bias=False, name=f"up{number}", **settings)(x)
        x = layers.BatchNormalization(name=f"up{number}_bn")(x)
        if len(widths) - 1 - number < DROPPING_LAYERS:
            x = layers.Dropout(0.5, name=f"up{number}_dropout")(x)
        x = layers.Concatenate(name=f"skip{number}")(
            [encoded[number - 1], x]
        )  # (B, H / 2^number, W / 2^number, 2 width)
    x = layers.ReLU(name="up0_relu")(x)
    x = layers.Conv2DTranspose(3, KERNEL, activation="tanh", name="up0", **settings)(x)  # (B, H, W, 3), -1..1
    cartoon = layers.Rescaling(0.5, offset=0.5, name="cartoon")(x)
    return keras.Model(photo, cartoon, name="unet")
