"""The start of a run: its config, and every reason to refuse it. Nothing here writes a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np

from celcam.errors import DataError, UsageError
from celcam.manifest import pairs_of
from celcam.text_files import read_json
from train.backend import require_hardware
from train.generators import AnyGeneratorSpec
from train.recipe import Hardware, Recipe
from train.run_config import CONFIG_NAME, RunConfig, config_fields, read_config
from train.run_folder import PART_NAME, WEIGHTS_NAME, Checkpoint, find_checkpoint, require_weights

# What a resumed run can't change, as its config.json names it.
KEPT_ON_RESUME = ("discriminator", "crop", "batch_size", "steps_per_epoch", "seed", "train_pairs", "init",
                  "distill_from", "optimizer", "ema", "precision", "augment_on")  # fmt: skip


def plan_run(
    pairs: Path,
    preset: str,
    recipe: Recipe,
    hardware: Hardware,
    *,
    init: Path | None = None,
    distill_from: Path | None = None,
    seed: int = 1,
) -> RunConfig:
    """The config of a run on ``pairs``.

    Args:
        pairs: folder with a manifest.
        preset: the name that the recipe goes by.
        recipe: how to train.
        hardware: how to use the machine.
        init: folder of the run whose generator this one starts from.
        distill_from: folder of the run whose generator is the distillation teacher.
        seed: of crops, degradation and first weights.

    Raises:
        DataError: no usable pairs.
    """
    train_pairs, validation_pairs = pairs_of(pairs, "train"), pairs_of(pairs, "validation")
    return RunConfig(
        preset=preset,
        recipe=recipe,
        hardware=hardware,
        style=train_pairs[0].style,
        pairs=pairs,
        train_pairs=len(train_pairs),
        validation_pairs=len(validation_pairs),
        pairs_recipe=_pairs_recipe(pairs),
        init=init,
        distill_from=distill_from,
        seed=seed,
        versions={"keras": keras.__version__, "backend": keras.backend.backend(), "numpy": np.__version__},
    )


def require_runnable(config: RunConfig) -> None:
    """Check what a run needs from this machine and from other runs, before anything is written.

    Raises:
        UsageError: the machine or the Keras backend does not have the hardware that ``config`` asks for.
        DataError: ``init`` or ``distill_from`` is not a run with weights, or its network does not fit.
    """
    recipe = config.recipe
    require_hardware(config.hardware, recipe.batch_size)
    if config.init is not None:
        require_same_generator(config.init, recipe.generator)
        require_weights(config.init)
    if config.distill_from is not None:
        multiple = read_config(config.distill_from).recipe.generator.size_multiple
        require_weights(config.distill_from)
        if recipe.crop % multiple:
            raise DataError(
                f"--distill-from {config.distill_from}: its network takes multiples of {multiple} pixels, the crops "
                f"have {recipe.crop}; choose another --crop or another run"
            )


def find_start(run: Path, config: RunConfig, resume: bool) -> Checkpoint | None:
    """Where to start: None for the first step, else the newest checkpoint.

    A run that was stopped before its first checkpoint, or while it saved that, starts again, with any options.

    Raises:
        DataError: ``run`` holds a run already, no run, or one that was started in another way.
        UsageError: the budget is spent already.
    """
    if not resume:
        if (run / CONFIG_NAME).exists():
            raise DataError(f"{run}: holds a run already; add --resume to continue it, or choose another --out")
        return None
    before = read_config(run)
    checkpoint = find_checkpoint(run)
    if checkpoint is None:
        if (run / WEIGHTS_NAME).exists() and not (run / PART_NAME).exists():
            raise DataError(f"{run}: has weights but no checkpoint to continue from; start a new run with --init {run}")
        return None
    _require_same_start(run, before, config)
    if config.recipe.budget.spent(checkpoint.progress.steps, checkpoint.progress.elapsed_s) >= 1.0:
        raise UsageError(f"{run}: trained for its whole budget already; raise --steps or --minutes to continue")
    return checkpoint


def require_same_generator(run: Path, spec: AnyGeneratorSpec) -> None:
    """Check that the generator of ``run`` is ``spec``; raises DataError if it is another one."""
    before = read_config(run).recipe.generator
    if before != spec:
        raise DataError(f"{run}: its generator is {before}, not {spec}; use the same --preset")


def _require_same_start(run: Path, before: RunConfig, config: RunConfig) -> None:
    require_same_generator(run, config.recipe.generator)
    then, now = config_fields(before), config_fields(config)
    for name in KEPT_ON_RESUME:
        if then[name] != now[name]:
            raise DataError(f"{run}: was started with {name} {then[name]}, not {now[name]}; resume with the same")
    if bool(before.recipe.losses.adversarial) != bool(config.recipe.losses.adversarial):
        raise DataError(
            f"{run}: a discriminator can't be added or removed in between; start a new run with --init {run}"
        )


def _pairs_recipe(pairs: Path) -> dict[str, Any] | None:
    """How the pairs were built, if they say so."""
    path = pairs / "build.json"
    if not path.exists():
        return None
    try:
        recipe = read_json(path)
    except ValueError as error:
        raise DataError(f"{path}: can't be read ({error}); build the pairs again") from error
    if not isinstance(recipe, dict):
        raise DataError(f"{path}: expected an object, got {type(recipe).__name__}; build the pairs again")
    return recipe
