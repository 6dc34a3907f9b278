"""The start of a run: its config, and whether its folder is free or fits a resume."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np

from celcam.errors import DataError
from celcam.image_io import read_bytes
from celcam.manifest import pairs_of
from train.generators import AnyGeneratorSpec
from train.recipe import Hardware, Recipe
from train.run_config import CONFIG_NAME, RunConfig, config_fields, read_config
from train.run_folder import Checkpoint, find_checkpoint

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


def find_start(run: Path, config: RunConfig, resume: bool) -> Checkpoint | None:
    """Where to start: None for a new run, the newest checkpoint for a resumed one.

    Raises:
        DataError: ``run`` holds a run already, or one that was started in another way.
    """
    if not resume:
        if (run / CONFIG_NAME).exists():
            raise DataError(f"{run}: holds a run already; add --resume to go on with it, or choose another --out")
        return None
    before, now = read_config(run), config_fields(config)
    require_same_generator(run, config.recipe.generator)
    for name in KEPT_ON_RESUME:
        if config_fields(before)[name] != now[name]:
            raise DataError(
                f"{run}: was started with {name} {config_fields(before)[name]}, not {now[name]}; resume with the same"
            )
    if bool(before.recipe.losses.adversarial) != bool(config.recipe.losses.adversarial):
        raise DataError(
            f"{run}: a discriminator can't be added or dropped on the way; start a new run with --init {run}"
        )
    return find_checkpoint(run)


def require_same_generator(run: Path, spec: AnyGeneratorSpec) -> None:
    """Check that the generator of ``run`` is ``spec``; raises DataError if it is another one."""
    before = read_config(run).recipe.generator
    if before != spec:
        raise DataError(f"{run}: its generator is {before}, not {spec}; use the same --preset")


def _pairs_recipe(pairs: Path) -> dict[str, Any] | None:
    """How the pairs were built, if they say so."""
    path = pairs / "build.json"
    if not path.exists():
        return None
    try:
        recipe = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: can't be read ({error}); build the pairs again") from error
    if not isinstance(recipe, dict):
        raise DataError(f"{path}: expected an object, got {type(recipe).__name__}; build the pairs again")
    return recipe
