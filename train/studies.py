"""Studies: sets of networks and losses that are trained on the same number of pictures and compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from celcam.errors import UnknownNameError
from train.discriminators import DiscriminatorSpec
from train.networks import AUTOENCODER, LIVE_GENERATOR, QUALITY_GENERATOR, GeneratorSpec
from train.presets import PRESETS
from train.recipe import Budget, LossWeights, Recipe
from train.unet import UNET256

LEARNING_RATE = 2e-3
EPOCHS = 2  # of each run: a checkpoint to continue from after each

# The two networks at the time of the ablation, which added their output to the photo, and at the time of the search.
_ADDED_LIVE, _ADDED_QUALITY = (replace(spec, residual=True) for spec in (LIVE_GENERATOR, QUALITY_GENERATOR))
_LIVE, _QUALITY = (replace(spec, linear_up=False) for spec in (_ADDED_LIVE, _ADDED_QUALITY))


@dataclass(frozen=True)
class Variant:
    """One run of a study."""

    name: str
    generator: Any = LIVE_GENERATOR
    losses: LossWeights = LossWeights(adversarial=0.0, ssim=20.0)
    degraded_share: float = 0.5
    ema: float = 0.0
    optimizer: str = "muon"
    distill_from: str = ""  # the variant, earlier in the study, that is this one's distillation teacher
    batch_size: int = 0  # crops a step; 0: as the preset of the network
    discriminator: DiscriminatorSpec = DiscriminatorSpec()
    discriminator_rate: float = 1.0


# The start of the search, at the cost of live and at that of quality.
_START = GeneratorSpec(half_width=16, quarter_width=32, quarter_blocks=2, half_blocks=1)
_START_QUALITY = GeneratorSpec(half_width=24, quarter_width=48, quarter_blocks=4, half_blocks=2)


def _start(**changes: Any) -> GeneratorSpec:
    return replace(_START, **changes)


def _searched(name: str, generator: GeneratorSpec) -> Variant:
    """A variant of the search: trained by Adam, in steps of eight crops."""
    return Variant(name, generator, optimizer="adam", batch_size=8)


def _ablated(name: str, generator: Any = _ADDED_LIVE, **changes: Any) -> Variant:
    """A variant of the ablation, whose `live` added its output to the photo."""
    return Variant(name, generator, **changes)


def _judged(name: str, *, discriminator: DiscriminatorSpec | None = None, rate: float = 1.0, **losses: Any) -> Variant:
    """A variant of the comparison of discriminators: the recipe of ``live`` with other losses."""
    recipe = PRESETS["live"].recipe
    return Variant(
        name,
        losses=replace(recipe.losses, **losses),
        ema=recipe.ema,
        discriminator=discriminator or recipe.discriminator,
        discriminator_rate=rate,
    )


_L1_SSIM = LossWeights(adversarial=0.0, ssim=20.0)
# The discriminator before there was spectral normalization.
_OF_2017 = DiscriminatorSpec(strided=(32, 64), plain=(), verdict_kernel=4, spectral=False)
STUDIES: dict[str, tuple[Variant, ...]] = {
    # Designs for 0.35 GMAC (live) and 1.2 GMAC (quality): width, depth, resolutions, kind of block, kernel, norm, and
    # whether the photo is added to the output.
    "architectures": (
        _searched("start", _START),
        _searched("wide", _LIVE),
        _searched("deep-quarter", _start(half_width=12, quarter_blocks=3)),
        _searched("deep-half", _start(quarter_width=24, half_blocks=2)),
        _searched("half-only", _start(quarter_blocks=0, half_blocks=3)),
        _searched("quarter-only", _start(quarter_blocks=3, half_blocks=0)),
        _searched("eighth", _start(quarter_blocks=1, eighth_width=48, eighth_blocks=2)),
        _searched("separable", _start(block="separable", kernel=5, quarter_blocks=6, half_blocks=2)),
        _searched("kernel5", _start(half_width=12, quarter_width=24, quarter_blocks=1, kernel=5)),
        _searched("stem3", _start(stem_size=3)),
        _searched("stem7", _start(stem_size=7)),
        _searched("norm", _start(norm=True)),
        _searched("no-residual", _start(residual=False)),
        _searched("quality-start", _START_QUALITY),
        _searched("quality-wide", _QUALITY),
        _searched("quality-deep", replace(_START_QUALITY, half_width=20, quarter_width=40, quarter_blocks=7)),
    ),
    # The effect of each idea, compared with live trained on L1 and SSIM.
    "ablation": (
        _ablated("base"),
        _ablated("adam", optimizer="adam"),
        _ablated("ema", ema=0.99),
        _ablated("autoencoder", AUTOENCODER),
        _ablated("no-residual", LIVE_GENERATOR),
        _ablated("l1-only", losses=replace(_L1_SSIM, ssim=0.0)),
        _ablated("l1-gan", losses=replace(_L1_SSIM, ssim=0.0, adversarial=0.2)),
        _ablated("gan-features", losses=replace(_L1_SSIM, adversarial=0.2, feature=2.0)),
        _ablated("temporal", losses=replace(_L1_SSIM, temporal=30.0)),
        _ablated("clean-photos", degraded_share=0.0),
        _ablated("relu-up", _LIVE),
        _ablated("batch-8", batch_size=8),
        _ablated("quality", _ADDED_QUALITY),
        _ablated("quality-no-residual", QUALITY_GENERATOR),
        _ablated("distilled", losses=replace(_L1_SSIM, distill=50.0), distill_from="quality"),
    ),
    # What judges the drawn pictures, at the same number of pictures.
    "discriminators": (
        _judged("none", adversarial=0.0, feature=0.0),
        _judged("gan"),
        _judged("of-2017", discriminator=_OF_2017, feature=0.0),
        _judged("no-features", feature=0.0),
        _judged("no-spectral", discriminator=replace(DiscriminatorSpec(), spectral=False)),
        _judged("least-squares", adversarial_kind="lsgan"),
        _judged("cross-entropy", adversarial_kind="bce"),
        _judged("reach-54", discriminator=DiscriminatorSpec(strided=(32, 64, 96), plain=(96,))),
        _judged("weight-0.5", adversarial=0.5),
        _judged("weight-1", adversarial=1.0),
        _judged("weight-4", adversarial=4.0),
        _judged("rate-0.3", rate=0.3),
        _judged("temporal-200", temporal=200.0),
    ),
    # The full-size reference, trained on the same batches.
    "reference": (Variant("live", LIVE_GENERATOR), Variant("unet256", UNET256)),
}


def find_study(name: str) -> tuple[Variant, ...]:
    """The study called ``name``; raises UnknownNameError, which lists those that exist."""
    try:
        return STUDIES[name]
    except KeyError:
        raise UnknownNameError("study", name, STUDIES) from None


def preset_name(variant: Variant) -> str:
    """The name of the first preset with the network of ``variant``; its own name if there is none."""
    known = [preset.name for preset in PRESETS.values() if preset.recipe.generator == variant.generator]
    return known[0] if known else variant.name


def recipe_of(variant: Variant, pictures: int, learning_rate: float = LEARNING_RATE) -> Recipe:
    """How ``variant`` is trained: in the batches of its network's preset, or of `live`.

    Args:
        variant: a network and what is special about its training.
        pictures: crops of 128x128 that it is trained on; larger crops count for more.
        learning_rate: the peak.
    """
    live = PRESETS["live"].recipe
    name = preset_name(variant)
    batching = PRESETS[name].recipe if name in PRESETS else live
    batch_size = variant.batch_size or batching.batch_size
    steps = round(pictures / (batch_size * (batching.crop / live.crop) ** 2))
    return replace(
        batching,
        generator=variant.generator,
        batch_size=batch_size,
        losses=variant.losses,
        discriminator=variant.discriminator,
        discriminator_rate=variant.discriminator_rate,
        optimizer=variant.optimizer,
        learning_rate=learning_rate,
        ema=variant.ema,
        degraded_share=variant.degraded_share,
        budget=Budget(steps=steps, minutes=1),
        steps_per_epoch=-(-steps // EPOCHS),
    )
