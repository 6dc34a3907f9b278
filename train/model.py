"""A recipe to a compiled model."""

from __future__ import annotations

import math
from pathlib import Path

import keras

from train.backend import require_hardware, share_batches, use_exact_float32
from train.discriminators import build_discriminator
from train.generators import build_any_generator
from train.optimizers import build_optimizer
from train.pix2pix import Pix2Pix
from train.recipe import Hardware, Recipe
from train.run_folder import load_generator

# Python's part of a step takes as long as half of the network's on a CPU: eight steps share it.
MAX_STEPS_PER_EXECUTION = 8


def build_model(recipe: Recipe, hardware: Hardware, *, distill_from: Path | None = None) -> Pix2Pix:
    """Networks, losses and optimizer, with their first weights.

    Args:
        recipe: what is trained, and how.
        hardware: precision and devices.
        distill_from: folder of the run whose generator is the distillation teacher.

    Raises:
        UsageError: the machine does not have such hardware.
        DataError: ``distill_from`` is not a run with weights.
    """
    require_hardware(hardware, recipe.batch_size)
    share_batches(hardware.devices)
    use_exact_float32()
    teacher = load_generator(distill_from, keras) if distill_from else None
    usual = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy(hardware.precision)
        generator = build_any_generator(recipe.generator, keras)
        discriminator = build_discriminator(recipe.discriminator, keras)
        model = Pix2Pix(generator, discriminator, recipe.losses, teacher=teacher)
    finally:
        keras.config.set_dtype_policy(usual)
    backend = keras.backend.backend()
    model.compile(
        optimizer=build_optimizer(
            recipe.optimizer, recipe.learning_rate, adversarial=recipe.losses.adversarial > 0, ema=recipe.ema
        ),
        # Compiled for the CPU by XLA, TensorFlow trains these networks at half the speed.
        jit_compile=False if backend == "tensorflow" else "auto",
        steps_per_execution=1 if backend == "torch" else choose_steps_per_execution(recipe),
    )
    model.optimizer.shares = {
        variable.path: recipe.discriminator_rate for variable in discriminator.trainable_variables
    }
    model.build((None, recipe.crop, recipe.crop, 3))
    model.optimizer.build(model.trainable_variables)
    return model


def choose_steps_per_execution(recipe: Recipe) -> int:
    """Steps between two callbacks: the most up to `MAX_STEPS_PER_EXECUTION` that divide an epoch and the budget."""
    both = math.gcd(recipe.steps_per_epoch, recipe.budget.steps)
    return max(number for number in range(1, MAX_STEPS_PER_EXECUTION + 1) if both % number == 0)
