"""Named sizes of network and crop."""

from __future__ import annotations

from dataclasses import dataclass

from celcam.errors import UnknownNameError
from train.generators import AnyGeneratorSpec
from train.networks import (
    AUTOENCODER,
    LIVE_GENERATOR,
    QUALITY_GENERATOR,
    SMOKE_GENERATOR,
    DiscriminatorSpec,
)
from train.unet import UNET256


@dataclass(frozen=True)
class Preset:
    """A generator, the discriminator that judges it, and how it is fed."""

    generator: AnyGeneratorSpec
    discriminator: DiscriminatorSpec
    crop: int  # side of the square crops in pixels
    batch_size: int


PRESETS = {
    # 128 holds the generator's reach five times over; smaller crops would train on borders.
    "live": Preset(LIVE_GENERATOR, DiscriminatorSpec(width=32), crop=128, batch_size=16),
    # The same diet, so that a comparison with live is one of the networks alone.
    "quality": Preset(QUALITY_GENERATOR, DiscriminatorSpec(width=32), crop=128, batch_size=16),
    "autoencoder": Preset(AUTOENCODER, DiscriminatorSpec(width=32), crop=128, batch_size=16),
    # The U-Net takes multiples of 256; four of those are as many pixels as sixteen of 128.
    "unet256": Preset(UNET256, DiscriminatorSpec(width=32), crop=256, batch_size=4),
    # For tests: everything is there, nothing is learned.
    "smoke": Preset(SMOKE_GENERATOR, DiscriminatorSpec(width=4), crop=32, batch_size=2),
}


def find_preset(name: str) -> Preset:
    """The preset called ``name``; raises UnknownNameError, which lists those that exist."""
    try:
        return PRESETS[name]
    except KeyError:
        raise UnknownNameError("preset", name, PRESETS) from None
