"""Named sizes of network and crop."""

from __future__ import annotations

from dataclasses import dataclass

from celcam.errors import UnknownNameError
from train.networks import LIVE_GENERATOR, SMOKE_GENERATOR, DiscriminatorSpec, GeneratorSpec


@dataclass(frozen=True)
class Preset:
    """A generator, the discriminator that judges it, and how it is fed."""

    generator: GeneratorSpec
    discriminator: DiscriminatorSpec
    crop: int  # side of the square crops in pixels
    batch_size: int


PRESETS = {
    # 128 holds the generator's reach five times over; smaller crops would train on borders.
    "live": Preset(LIVE_GENERATOR, DiscriminatorSpec(width=32), crop=128, batch_size=16),
    # For tests: everything is there, nothing is learned.
    "smoke": Preset(SMOKE_GENERATOR, DiscriminatorSpec(width=4), crop=32, batch_size=2),
}


def find_preset(name: str) -> Preset:
    """The preset called ``name``; raises UnknownNameError, which lists those that exist."""
    try:
        return PRESETS[name]
    except KeyError:
        raise UnknownNameError("preset", name, PRESETS) from None
