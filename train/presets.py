"""Presets: a whole recipe under a name, and what to expect of it. Options override what a preset sets.

`_DEFAULT` is the recipe of the shipped looks; the other presets say how they differ from it. What a long training
changes in it is in docs/notebook/training.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from celcam.errors import UnknownNameError
from train.discriminators import DiscriminatorSpec
from train.networks import AUTOENCODER, LIVE_GENERATOR, QUALITY_GENERATOR, SMOKE_GENERATOR
from train.recipe import Budget, LossWeights, Recipe
from train.unet import UNET256

DEFAULT_PRESET = "live"


@dataclass(frozen=True)
class Preset:
    """A recipe, what it is for, and what to expect of it."""

    name: str
    summary: str
    expect: tuple[str, ...]  # lines: size, measured figures and time; docs/training.md has the commands
    recipe: Recipe


_DEFAULT = Recipe(
    generator=LIVE_GENERATOR,
    discriminator=DiscriminatorSpec(),
    # Twice the receptive field of the generator; smaller crops would train on borders.
    crop=128,
    # Small batches: the model learns more from the same number of crops in more steps ("Comparison with the
    # U-Net of pix2pix" in docs/notebook/networks.md).
    batch_size=4,
    # SSIM draws lines that L1 alone leaves gray; the discriminator and feature matching make them crisp. Temporal
    # consistency calms video, and removes the dotted grid that networks with depth-to-space draw on skies.
    losses=LossWeights(l1=100.0, adversarial=2.0, feature=10.0, ssim=20.0, temporal=150.0),
    optimizer="muon",
    learning_rate=3e-3,
    discriminator_rate=1.0,
    ema=0.999,
    # Half of the photos get the faults of a cheap camera; photos of a good camera must not look worse.
    degraded_share=0.5,
    budget=Budget(steps=0, minutes=60.0),
    # Validation, sample grid and checkpoint about every minute on two CPU cores.
    steps_per_epoch=400,
)

PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "live",
            "live video on a Raspberry Pi; the default",
            (
                "50,332 parameters, 0.34 GMAC at 256x256",
                "1,200 steps on the 19 bundled photos: SSIM 0.869 on unseen photos, 5 minutes on a CPU core",
                "6,680 steps on 1,479 photos, from another style, at adversarial 1 and temporal 100:"
                " SSIM 0.920, 25 minutes on a CPU core",
            ),
            _DEFAULT,
        ),
        Preset(
            "quality",
            "photos, and live video on faster computers: live with a wider network",
            (
                "198,924 parameters, 1.11 GMAC",
                "6,176 steps on 1,479 photos, from another style, at adversarial 1 and temporal 100:"
                " SSIM 0.92, 27 minutes on a CPU core",
            ),
            replace(_DEFAULT, generator=QUALITY_GENERATOR),
        ),
        Preset(
            "live-l1",
            "for comparison: live without a discriminator",
            (
                "size as live",
                "1,200 steps on the 19 bundled photos: SSIM 0.835 on unseen photos, 3 minutes on a CPU core",
            ),
            replace(_DEFAULT, losses=replace(_DEFAULT.losses, adversarial=0.0, feature=0.0)),
        ),
        Preset(
            "autoencoder",
            "for comparison: live without its skip connections",
            (
                "size as live",
                "1,200 steps on the 19 bundled photos: SSIM 0.864 on unseen photos, 5 minutes on a CPU core",
            ),
            replace(_DEFAULT, generator=AUTOENCODER),
        ),
        Preset(
            "unet256",
            "for comparison: the generator of pix2pix as published; not converted to TFLite",
            ("54,424,387 parameters, 6.05 GMAC; needs a GPU",),
            # It takes multiples of 256; one such crop has the pixels of four of 128, and pix2pix took one. A batch
            # of one can't hold the two views that temporal consistency compares.
            replace(_DEFAULT, generator=UNET256, crop=256, batch_size=1, losses=replace(_DEFAULT.losses, temporal=0.0)),
        ),
        Preset(
            "smoke",
            "a tiny network that tries every step of a training and learns nothing",
            ("seconds on a CPU",),
            Recipe(
                generator=SMOKE_GENERATOR,
                discriminator=DiscriminatorSpec(strided=(4, 8), plain=()),
                crop=32,
                batch_size=2,
                losses=LossWeights(),
                optimizer="muon",
                learning_rate=1e-3,
                discriminator_rate=1.0,
                ema=0.0,
                degraded_share=0.5,
                budget=Budget(steps=20, minutes=1.0),
                steps_per_epoch=10,
            ),
        ),
    )
}


def find_preset(name: str) -> Preset:
    """The preset called ``name``; raises UnknownNameError, which lists those that exist."""
    try:
        return PRESETS[name]
    except KeyError:
        raise UnknownNameError("preset", name, PRESETS) from None


def presets_table() -> str:
    """The presets for ``--help``: name, purpose and what to expect."""
    lines = ["presets (--preset NAME); options that are not given keep the preset's value:"]
    for preset in PRESETS.values():
        lines += [f"  {preset.name:12} {preset.summary}", *(f"  {'':12} {line}" for line in preset.expect)]
    return "\n".join(lines)
