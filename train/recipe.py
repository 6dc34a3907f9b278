"""A recipe: everything that decides how a network is trained. Presets hold recipes; options change them.

Imports nothing heavy, so that ``--help`` can show the presets.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

from celcam.cli import require
from celcam.errors import UnknownNameError
from train.discriminators import DiscriminatorSpec
from train.generators import AnyGeneratorSpec

ADVERSARIAL_KINDS = ("hinge", "lsgan", "bce")
SSIM_WINDOW = 11  # side of the windows of `train.losses.ssim_loss`, in pixels
OPTIMIZERS = ("muon", "adam")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


@dataclass(frozen=True)
class LossWeights:
    """The weight of each term of the loss; a weight of 0 switches the term off."""

    l1: float = 100.0  # lambda of pix2pix
    adversarial: float = 1.0  # at 0 no discriminator is trained
    adversarial_kind: str = "hinge"  # one of ADVERSARIAL_KINDS
    line: float = 0.0  # L1 at the lines of the target
    overshoot: float = 0.0  # halos: pixels beyond the range of the target next to its borders
    ssim: float = 0.0
    feature: float = 0.0  # feature matching: L1 between the discriminator's hidden layers
    temporal: float = 0.0  # temporal consistency: L1 between the outputs for two views of the same place
    distill: float = 0.0  # L1 to the output of a distillation teacher

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name != "adversarial_kind":
                _require_weight(f"--{field.name}-weight", getattr(self, field.name))
        if self.adversarial_kind not in ADVERSARIAL_KINDS:
            raise UnknownNameError("adversarial loss", self.adversarial_kind, ADVERSARIAL_KINDS)
        require(
            not self.feature or self.adversarial > 0,
            f"--feature-weight {self.feature} needs a discriminator; set --adversarial-weight above 0",
        )
        require(self.l1 > 0 or self.adversarial > 0, "--l1-weight 0 --adversarial-weight 0: nothing to learn")


@dataclass(frozen=True)
class Budget:
    """How long to train: a number of steps, or minutes if ``steps`` is 0."""

    steps: int
    minutes: float

    def __post_init__(self) -> None:
        require(self.steps >= 0, f"--steps {self.steps}: expected 0 or more")
        require(0 < self.minutes < math.inf, f"--minutes {self.minutes}: expected more than 0")

    def spent(self, steps: int, elapsed_s: float) -> float:
        """The share of the budget that is used, 0..1."""
        share = steps / self.steps if self.steps else elapsed_s / (60 * self.minutes)
        return min(1.0, share)


@dataclass(frozen=True)
class Hardware:
    """How a training uses the machine; it changes the speed, not the recipe."""

    precision: str = "float32"  # a Keras dtype policy: float32, mixed_bfloat16 or mixed_float16
    devices: int = 1  # GPUs that share each batch, with the JAX backend
    augment_on: str = "host"  # where to crop and augment: host is the CPU, device the GPU (with JAX)

    def __post_init__(self) -> None:
        require(self.precision in PRECISIONS, f"--precision {self.precision}: expected {', '.join(PRECISIONS)}")
        require(self.devices >= 1, f"--devices {self.devices}: expected 1 or more")
        require(self.augment_on in ("host", "device"), f"--augment-on {self.augment_on}: expected host or device")
        require(
            self.augment_on == "host" or self.devices == 1,
            f"--augment-on device --devices {self.devices}: only one device can augment",
        )


@dataclass(frozen=True)
class Recipe:
    """Networks, batches, losses, optimizer and schedule."""

    generator: AnyGeneratorSpec
    discriminator: DiscriminatorSpec
    crop: int  # side of the square crops in pixels
    batch_size: int  # crops a step
    losses: LossWeights
    optimizer: str  # muon or adam, see `train.optimizers`
    learning_rate: float  # the peak: the rate rises over the first hundredth of the budget, then follows a cosine to 0
    discriminator_rate: float  # the discriminator's rate, as a multiple of the generator's
    ema: float  # momentum of the averaged weights; 0 keeps no average
    degraded_share: float  # of the photos that get the faults of a cheap camera, 0..1
    budget: Budget
    steps_per_epoch: int  # steps between validation, sample grid and checkpoint
    patience: int = 0  # stop after this many epochs without a better validation SSIM; 0: only the budget ends the run

    def __post_init__(self) -> None:
        multiple = self.generator.size_multiple
        require(self.crop >= 1, f"--crop {self.crop}: expected 1 or more")
        require(self.crop % multiple == 0, f"--crop {self.crop}: this network takes multiples of {multiple}")
        require(
            not self.losses.ssim or self.crop >= SSIM_WINDOW,
            f"--crop {self.crop} --ssim-weight {self.losses.ssim}: the windows of SSIM have {SSIM_WINDOW} pixels; "
            "choose a larger crop, or --ssim-weight 0",
        )
        require(self.batch_size >= 1, f"--batch-size {self.batch_size}: expected 1 or more")
        require(
            not self.losses.temporal or self.batch_size % 2 == 0,
            f"--batch-size {self.batch_size} --temporal-weight {self.losses.temporal}: a batch can't hold two views of "
            "each place; make it even",
        )
        if self.optimizer not in OPTIMIZERS:
            raise UnknownNameError("optimizer", self.optimizer, OPTIMIZERS)
        require(0 < self.learning_rate < math.inf, f"--learning-rate {self.learning_rate}: expected more than 0")
        require(
            0 < self.discriminator_rate < math.inf,
            f"--discriminator-rate {self.discriminator_rate}: expected more than 0",
        )
        require(0 <= self.ema < 1, f"--ema {self.ema}: expected 0 or more, and less than 1")
        require(0 <= self.degraded_share <= 1, f"--degraded-share {self.degraded_share}: expected 0 to 1")
        require(self.steps_per_epoch >= 1, f"--steps-per-epoch {self.steps_per_epoch}: expected 1 or more")
        require(self.patience >= 0, f"--patience {self.patience}: expected 0 or more")


def with_budget(recipe: Recipe, *, steps: int | None = None, minutes: float | None = None) -> Recipe:
    """``recipe`` for ``steps`` steps, else for ``minutes``, else for its own budget; an epoch is never longer."""
    budget = recipe.budget
    if steps is not None or minutes is not None:
        budget = Budget(steps or 0, budget.minutes if minutes is None else minutes)
    epoch = min(recipe.steps_per_epoch, budget.steps or recipe.steps_per_epoch)
    return replace(recipe, budget=budget, steps_per_epoch=epoch)


def _require_weight(flag: str, weight: float) -> None:
    require(0 <= weight < math.inf, f"{flag} {weight}: expected 0 or more")
