"""Named sizes of network and crop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from celcam.errors import UnknownNameError, UsageError
from train.generators import AnyGeneratorSpec, spec_of
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

    name: str
    generator: AnyGeneratorSpec
    discriminator: DiscriminatorSpec
    crop: int  # side of the square crops in pixels
    batch_size: int


PRESETS = {
    preset.name: preset
    for preset in (
        # 128 holds the generator's reach twice over; smaller crops would train on borders. Four of them a step: of as
        # many pictures more is learned in twice as many steps (see "Against the U-Net" in docs/results.md).
        Preset("live", LIVE_GENERATOR, DiscriminatorSpec(width=32), crop=128, batch_size=4),
        # The same diet, so that a comparison with live is one of the networks alone.
        Preset("quality", QUALITY_GENERATOR, DiscriminatorSpec(width=32), crop=128, batch_size=4),
        Preset("autoencoder", AUTOENCODER, DiscriminatorSpec(width=32), crop=128, batch_size=4),
        # The U-Net takes multiples of 256; one of those is as many pixels as four of 128, and what pix2pix took.
        Preset("unet256", UNET256, DiscriminatorSpec(width=32), crop=256, batch_size=1),
        # For tests: everything is there, nothing is learned.
        Preset("smoke", SMOKE_GENERATOR, DiscriminatorSpec(width=4), crop=32, batch_size=2),
    )
}


def find_preset(name: str) -> Preset:
    """The preset called ``name``; raises UnknownNameError, which lists those that exist."""
    try:
        return PRESETS[name]
    except KeyError:
        raise UnknownNameError("preset", name, PRESETS) from None


def preset_of_run(config: dict[str, Any]) -> Preset:
    """The networks of a run, and how they were fed, as its config tells; raises DataError for an unknown network."""
    discriminator = DiscriminatorSpec(**config["discriminator"])
    return Preset(config["preset"], spec_of(config), discriminator, config["crop"], config["batch_size"])


def fed(preset: Preset, *, batch_size: int, crop: int = 0) -> Preset:
    """``preset`` on another diet; 0 leaves it its own.

    Raises:
        UsageError: the generator does not take such crops.
    """
    multiple = preset.generator.size_multiple
    if crop % multiple:
        raise UsageError(f"--crop {crop}: preset {preset.name} takes multiples of {multiple}")
    return replace(preset, batch_size=batch_size or preset.batch_size, crop=crop or preset.crop)
