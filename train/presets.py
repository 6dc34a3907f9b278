"""Named recipes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from celcam.errors import UnknownNameError
from train.generators import AnyGeneratorSpec
from train.networks import (
    AUTOENCODER,
    LIVE_GENERATOR,
    QUALITY_GENERATOR,
    SMOKE_GENERATOR,
    DiscriminatorSpec,
)
from train.recipe import Budget, LossWeights, Recipe
from train.unet import UNET256


@dataclass(frozen=True)
class Preset:
    """A recipe under a name."""

    name: str
    recipe: Recipe


# 128 holds the generator's reach twice over; smaller crops would train on borders. Four of them a step: the model
# learns more from the same number of pictures in twice as many steps (see "Against the U-Net" in docs/results.md).
_LIVE = Recipe(
    generator=LIVE_GENERATOR,
    discriminator=DiscriminatorSpec(width=32),
    crop=128,
    batch_size=4,
    losses=LossWeights(),
    optimizer="muon",
    learning_rate=1e-3,
    ema=0.0,
    degraded_share=0.5,
    budget=Budget(steps=0, minutes=60),
    steps_per_epoch=500,
)


def _with_generator(generator: AnyGeneratorSpec) -> Recipe:
    return replace(_LIVE, generator=generator)


PRESETS = {
    preset.name: preset
    for preset in (
        Preset("live", _LIVE),
        # The same batches, so that a comparison with live is one of the networks alone.
        Preset("quality", _with_generator(QUALITY_GENERATOR)),
        Preset("autoencoder", _with_generator(AUTOENCODER)),
        # The U-Net takes multiples of 256; one of those is as many pixels as four of 128, and what pix2pix took.
        Preset("unet256", replace(_with_generator(UNET256), crop=256, batch_size=1)),
        # For tests: everything is there, nothing is learned.
        Preset(
            "smoke",
            replace(_with_generator(SMOKE_GENERATOR), discriminator=DiscriminatorSpec(width=4), crop=32, batch_size=2),
        ),
    )
}


def find_preset(name: str) -> Preset:
    """The preset called ``name``; raises UnknownNameError, which lists those that exist."""
    try:
        return PRESETS[name]
    except KeyError:
        raise UnknownNameError("preset", name, PRESETS) from None
