"""The options of each command of ``python -m train``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from celcam.cli import MOST_THREADS, option, require, require_between
from celcam.paths import MODELS, SAMPLES
from train.presets import DEFAULT_PRESET, PRESETS
from train.recipe import Hardware, LossWeights, Recipe, with_budget

AUGMENT_HELP = "where pictures are cropped and augmented: host (CPU) or device (GPU, with KERAS_BACKEND=jax)"
# Weight of L1 to the output of the distillation teacher, if the recipe has none.
DISTILL_WEIGHT = 50.0


@dataclass(frozen=True, kw_only=True)
class _HardwareConfig:
    """Options of a command that trains: how it uses the machine."""

    precision: str = option("float32", help="or mixed_bfloat16, mixed_float16: half the memory, faster on new GPUs")
    devices: int = option(1, help="GPUs that share each batch; more than one need KERAS_BACKEND=jax")
    augment_on: str = option("host", help=AUGMENT_HELP, aliases=("--feed",))

    def __post_init__(self) -> None:
        self.hardware()

    def hardware(self) -> Hardware:
        """The options as a `Hardware`; raises UsageError if they contradict each other."""
        return Hardware(self.precision, self.devices, self.augment_on)


@dataclass(frozen=True, kw_only=True)
class TrainConfig(_HardwareConfig):
    """Options of training. An option that is None keeps the value of the preset."""

    pairs: Path = option(help="folder made by 'python -m datasets build'")
    out: Path = option(help="folder of the run, such as runs/comic")
    preset: str | None = option(
        None, help=f"the recipe: {', '.join(PRESETS)}; without it that of --init, or {DEFAULT_PRESET}", metavar="NAME"
    )
    steps: int | None = option(None, help="train for this many steps")
    minutes: float | None = option(None, help="train for this long, unless --steps is given")
    steps_per_epoch: int | None = option(None, help="steps between validation, sample grid and checkpoint")
    batch_size: int | None = option(None, help="crops a step")
    crop: int | None = option(None, help="side of the crops in pixels")
    learning_rate: float | None = option(None, help="peak rate; it rises, then follows a cosine to 0")
    discriminator_rate: float | None = option(None, help="the discriminator's rate, as a multiple of the generator's")
    optimizer: str | None = option(None, help="muon or adam")
    l1_weight: float | None = option(None, help="weight of L1")
    ssim_weight: float | None = option(None, help="weight of 1 - SSIM")
    line_weight: float | None = option(None, help="weight of L1 at the lines of the target, in addition to L1")
    overshoot_weight: float | None = option(
        None, help="weight of what leaves the target's range next to borders: halos"
    )
    temporal_weight: float | None = option(
        None,
        help="weight of temporal consistency: L1 between two views of a place; less flicker, no dotted grid",
        aliases=("--steady-weight",),
    )
    adversarial_weight: float | None = option(None, help="weight of the adversarial term; 0: no discriminator")
    adversarial: str | None = option(None, help="kind of the adversarial term: hinge, lsgan or bce")
    feature_weight: float | None = option(None, help="weight of feature matching, which needs a discriminator")
    distill_from: Path | None = option(
        None, help="run whose generator is the distillation teacher", metavar="RUN", aliases=("--mentor",)
    )
    distill_weight: float | None = option(
        None,
        help=f"weight of L1 to the distillation teacher; {DISTILL_WEIGHT} if the preset has none",
        aliases=("--mentor-weight",),
    )
    ema: float | None = option(None, help="momentum of the averaged weights (EMA), which are saved; 0: no average")
    degraded_share: float | None = option(None, help="of the photos that get the faults of a cheap camera, 0 to 1")
    patience: int | None = option(None, help="stop after this many epochs without a better validation SSIM; 0: never")
    init: Path | None = option(None, help="start from the generator of this run", metavar="RUN")
    resume: bool = option(False, help="continue from the newest checkpoint in --out, with the same options")
    seed: int = option(1, help="of crops, degradation and first weights")
    cache_gb: float = option(2.0, help="memory for decoded pictures; 2,300 pairs at 256 take 1.2")

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            self.distill_weight is None or self.distill_from is not None,
            f"--distill-weight {self.distill_weight} needs a distillation teacher; add --distill-from RUN",
        )
        require(0 <= self.cache_gb < float("inf"), f"--cache-gb {self.cache_gb}: expected 0 or more")
        require(self.seed >= 0, f"--seed {self.seed}: expected 0 or more")

    def changed(self, recipe: Recipe) -> Recipe:
        """``recipe`` with the options that are given.

        Raises:
            UsageError: an option is out of range, or options contradict each other.
        """
        recipe = replace(
            recipe,
            **_given(
                batch_size=self.batch_size,
                crop=self.crop,
                steps_per_epoch=self.steps_per_epoch,
                learning_rate=self.learning_rate,
                discriminator_rate=self.discriminator_rate,
                optimizer=self.optimizer,
                ema=self.ema,
                degraded_share=self.degraded_share,
                patience=self.patience,
            ),
            losses=self._changed_losses(recipe.losses),
        )
        return with_budget(recipe, steps=self.steps, minutes=self.minutes)

    def _changed_losses(self, losses: LossWeights) -> LossWeights:
        distill = 0.0
        if self.distill_from is not None:
            distill = (losses.distill or DISTILL_WEIGHT) if self.distill_weight is None else self.distill_weight
        given = _given_losses(
            l1=self.l1_weight,
            adversarial=self.adversarial_weight,
            adversarial_kind=self.adversarial,
            line=self.line_weight,
            overshoot=self.overshoot_weight,
            ssim=self.ssim_weight,
            feature=self.feature_weight,
            temporal=self.temporal_weight,
        )
        return replace(losses, distill=distill, **given)


@dataclass(frozen=True)
class EvaluateConfig:
    """Options of ``evaluate``."""

    run: Path = option(help="folder of the run", positional=True, metavar="RUN")
    pairs: Path | None = option(None, help="folder of pairs; without it those that the run was trained on")
    split: str = option("test", help="train, validation or test")
    photos: Path | None = option(
        None, help="instead of pairs: photos, whose target the style filter draws now", metavar="DIR", reads=True
    )
    sheet: Path = option(Path("out/evaluate.png"), help="contact sheet: photo, target, network", writes=True)
    video: Path | None = option(
        None, help="instead of pairs: a clip to measure the flicker on", metavar="FILE", reads=True
    )
    clip: Path = option(Path("out/evaluate.mp4"), help="clip with input and network side by side", writes=True)
    frames: int = option(0, help="most frames of --video; 0: all")
    size: int = option(256, help="short side in pixels of photos and frames when they are drawn")

    def __post_init__(self) -> None:
        sources = [f"--{name}" for name in ("pairs", "photos", "video") if getattr(self, name) is not None]
        require(len(sources) <= 1, f"{' and '.join(sources)}: expected one of them")
        require(self.frames == 0 or self.frames >= 2, f"--frames {self.frames}: expected 2 or more, or 0 for all")
        require(self.size >= 16, f"--size {self.size}: expected 16 or more")


@dataclass(frozen=True, kw_only=True)
class BenchConfig(_HardwareConfig):
    """Options of ``bench``."""

    pairs: Path = option(help="folder made by 'python -m datasets build'")
    preset: str = option(DEFAULT_PRESET, help="the recipe", metavar="NAME")
    batch_size: int | None = option(None, help="crops a step")
    steps: int = option(50, help="steps to time, after a warm-up")
    adversarial_weight: float | None = option(None, help="weight of the adversarial term; 0: no discriminator")

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.steps >= 2, f"--steps {self.steps}: expected 2 or more")

    def changed(self, recipe: Recipe) -> Recipe:
        """``recipe`` with the options that are given; raises UsageError if one is out of range."""
        losses = replace(recipe.losses, **_given_losses(adversarial=self.adversarial_weight))
        return replace(recipe, losses=losses, **_given(batch_size=self.batch_size))


@dataclass(frozen=True)
class StudyConfig:
    """Options of ``study``."""

    study: str = option(help="architectures, ablation, discriminators or reference", positional=True, metavar="STUDY")
    pairs: Path = option(help="folder made by 'python -m datasets build'")
    out: Path = option(help="folder of the runs, such as runs/ablation")
    pictures: int = option(24_000, help="crops of 128x128 that each variant is trained on")
    jobs: int = option(1, help="variants that are trained at the same time, each on its share of the cores")
    augment_on: str = option("host", help=AUGMENT_HELP, aliases=("--feed",))
    clips: Path | None = option(None, help="folder of videos to measure the flicker on", metavar="DIR")

    def __post_init__(self) -> None:
        require(self.pictures >= 1, f"--pictures {self.pictures}: expected 1 or more")
        require_between("--jobs", self.jobs, 1, MOST_THREADS)
        Hardware(augment_on=self.augment_on)


@dataclass(frozen=True)
class FiguresConfig:
    """Options of ``figures``."""

    pairs: Path = option(help="folder with a folder of pairs for each look, such as pairs/comic")
    models: Path = option(MODELS, help="folder of runs")
    clips: Path | None = option(None, help="folder of videos to measure the flicker on", metavar="DIR")
    frames: int = option(0, help="most frames of each clip; 0: all")
    sheets: Path = option(Path("out/sheets"), help="folder of the contact sheets", metavar="DIR")

    def __post_init__(self) -> None:
        require(self.frames == 0 or self.frames >= 2, f"--frames {self.frames}: expected 2 or more, or 0 for all")


@dataclass(frozen=True)
class SheetConfig:
    """Options of ``sheet``."""

    runs: tuple[Path, ...] = option(help="folders of runs of one look", positional=True, metavar="RUN")
    photos: Path = option(
        SAMPLES, help="folder of photos, whose target the style filter draws now", metavar="DIR", reads=True
    )
    out: Path = option(Path("out/sheet.jpg"), help="the sheet: photo, target, and each run", writes=True)
    size: int = option(256, help="short side in pixels of photos when they are drawn")

    def __post_init__(self) -> None:
        require(self.size >= 16, f"--size {self.size}: expected 16 or more")


@dataclass(frozen=True)
class BlendConfig:
    """Options of ``blend``."""

    one: Path = option(help="folder of a run", positional=True, metavar="RUN")
    other: Path = option(help="folder of a run that started from it", positional=True, metavar="OTHER")
    out: Path = option(help="folder of the run between them")
    share: float = option(0.5, help="share of the other run's weights, 0..1")

    def __post_init__(self) -> None:
        require(0 <= self.share <= 1, f"--share {self.share}: expected 0..1")


def _given(**values: Any) -> dict[str, Any]:
    """``values`` without those that are None."""
    return {name: value for name, value in values.items() if value is not None}


def _given_losses(**values: Any) -> dict[str, Any]:
    """The same for loss weights: feature matching needs the discriminator that an adversarial weight of 0 drops."""
    given = _given(**values)
    return {"feature": 0.0} | given if given.get("adversarial") == 0 else given
