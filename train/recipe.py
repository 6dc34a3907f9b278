"""A recipe: everything that decides how a network is trained. Presets hold recipes; options change them.

Imports nothing heavy, so that ``--help`` can show the presets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from celcam.errors import UsageError
from train.generators import AnyGeneratorSpec
from train.networks import DiscriminatorSpec


@dataclass(frozen=True)
class LossWeights:
    """The weight of each term of the loss; a weight of 0 switches the term off."""

    l1: float = 100.0  # lambda of pix2pix
    adversarial: float = 1.0  # at 0 no discriminator is trained
    adversarial_kind: str = "hinge"  # one of `train.losses.ADVERSARIAL_LOSSES`
    line: float = 0.0  # L1 at the lines of the target
    ssim: float = 0.0
    feature: float = 0.0  # feature matching: L1 between the discriminator's hidden layers
    temporal: float = 0.0  # temporal consistency: L1 between the outputs for two views of the same place
    distill: float = 0.0  # L1 to the output of a distillation teacher


@dataclass(frozen=True)
class Budget:
    """How long to train: a number of steps, or minutes if ``steps`` is 0."""

    steps: int
    minutes: float

    def spent(self, steps: int, elapsed_s: float) -> float:
        """The share of the budget that is used, 0..1."""
        share = steps / self.steps if self.steps else elapsed_s / (60 * self.minutes)
        return min(1.0, share)


@dataclass(frozen=True)
class Hardware:
    """How a training uses the machine; it changes the speed, not the recipe."""

    precision: str = "float32"  # a Keras dtype policy: float32, mixed_bfloat16 or mixed_float16
    devices: int = 1  # GPUs that share each batch, with the JAX backend
    augment_on: str = "host"  # who crops and augments: host is the CPU, device the GPU (with the JAX backend)


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
    ema: float  # momentum of the averaged weights; 0 keeps no average
    degraded_share: float  # of the photos that get the faults of a cheap camera, 0..1
    budget: Budget
    steps_per_epoch: int  # steps between validation, sample grid and checkpoint
    patience: int = 0  # stop after this many epochs without a better validation SSIM; 0: only the budget ends the run


def with_batching(recipe: Recipe, *, batch_size: int = 0, crop: int = 0) -> Recipe:
    """``recipe`` with other batches or crops; 0 keeps its own.

    Raises:
        UsageError: the generator does not take such crops.
    """
    multiple = recipe.generator.size_multiple
    if crop % multiple:
        raise UsageError(f"--crop {crop}: this network takes multiples of {multiple}")
    return replace(recipe, batch_size=batch_size or recipe.batch_size, crop=crop or recipe.crop)
