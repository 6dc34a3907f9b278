"""One training run: pairs and a recipe in, a run folder out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from celcam.arrays import FloatArray
from celcam.errors import TrainingError, UsageError
from celcam.manifest import pairs_of
from train.backend import out_of_memory
from train.batches import read_pair
from train.board import board_callbacks
from train.callbacks import BudgetCallback, CheckpointCallback, ValidationCallback
from train.input_pipeline import DEFAULT_CACHE_GB, make_batches
from train.losses import find_adversarial_loss
from train.model import build_model, choose_steps_per_execution
from train.networks import GeneratorSpec
from train.recycle import recycle
from train.run_config import RunConfig, write_config
from train.run_folder import LOG_NAME, Progress, load_generator, trim_log
from train.run_start import find_start, require_same_generator

# What must have been seen without firing for a channel to count as dead.
RECYCLING_BATCHES = 16
# Whole pictures that each epoch is measured on: few enough to take seconds.
VALIDATION_PICTURES = 32


def train(
    config: RunConfig, run: Path, *, resume: bool = False, cache_gb: float = DEFAULT_CACHE_GB, quiet: bool = False
) -> Path:
    """Train a generator as ``config`` says and leave it in ``run``.

    Whatever can be refused is refused before ``run`` is made or changed.

    Args:
        config: of `train.run_start.plan_run`.
        run: folder of the run; it holds no run yet unless ``resume``.
        resume: go on from the newest checkpoint in ``run``.
        cache_gb: memory for decoded pictures.
        quiet: no progress bar.

    Returns:
        ``run``.

    Raises:
        DataError: no usable pairs, or the run's folder does not fit the config.
        TrainingError: the loss is NaN, or the memory is full.
        UsageError: the machine does not have such hardware, or the budget is spent already.
    """
    recipe = config.recipe
    find_adversarial_loss(recipe.losses.adversarial_kind)
    train_pairs, validation_pairs = pairs_of(config.pairs, "train"), pairs_of(config.pairs, "validation")
    checkpoint = find_start(run, config, resume)
    keras.utils.set_random_seed(config.seed)
    model = build_model(
        recipe,
        config.hardware,
        distill_from=config.distill_from,
        steps_per_execution=choose_steps_per_execution(recipe),
    )
    done = Progress()
    if checkpoint is not None:
        model.load_weights(checkpoint.weights)
        done = checkpoint.progress
    if recipe.budget.spent(done.steps, done.elapsed_s) >= 1.0:
        raise UsageError(f"{run}: trained for its whole budget already; raise --steps or --minutes to go on")
    batches = make_batches(
        config.pairs,
        train_pairs,
        recipe,
        augment_on=config.hardware.augment_on,
        seed=config.seed,
        first_epoch=done.epochs,
        cache_gb=cache_gb,
    )
    if config.init is not None and checkpoint is None:
        seen = np.concatenate([np.asarray(batches[number][0]) for number in range(RECYCLING_BATCHES)])
        model.generator.set_weights(_weights_from(config.init, config, seen))
    shown = [read_pair(config.pairs, pair) for pair in validation_pairs[:VALIDATION_PICTURES]]
    write_config(run, config)
    _fit(model, batches, shown, run, config, done, quiet)
    return run


def _fit(model: Any, batches: Any, shown: list[Any], run: Path, config: RunConfig, done: Progress, quiet: bool) -> None:
    """Train ``model`` until the budget is used; log, validate and save after each epoch."""
    recipe = config.recipe
    budget = BudgetCallback(recipe.budget, recipe.learning_rate, done=done, quiet=quiet)
    before = trim_log(run, done.epochs)
    csv_log = keras.callbacks.CSVLogger(str(run / LOG_NAME), append=done.epochs > 0)
    callbacks = [
        budget,
        ValidationCallback(shown, run, budget, recipe.generator.size_multiple),
        csv_log,
        *board_callbacks(run),
        CheckpointCallback(run, budget, recipe.patience, before=before),
    ]
    try:
        # The budget ends it, not the number of epochs.
        model.fit(batches, epochs=sys.maxsize, initial_epoch=done.epochs, verbose=0, callbacks=callbacks)
    except Exception as error:
        if out_of_memory(error):
            raise TrainingError(
                f"the memory of the device does not hold a step of {recipe.batch_size} crops of {recipe.crop}: lower "
                "--batch-size or --crop, or try --precision mixed_bfloat16; the checkpoint before it is kept"
            ) from error
        raise
    finally:
        if csv_log.csv_file is not None:  # after an error Keras leaves it open
            csv_log.csv_file.close()
        budget.on_train_end()


def _weights_from(init: Path, config: RunConfig, photos: FloatArray) -> list[Any]:
    """The weights of another run's generator, its dead channels made anew."""
    spec = config.recipe.generator
    require_same_generator(init, spec)
    generator = load_generator(init, keras)
    if isinstance(spec, GeneratorSpec) and not spec.norm:
        dead = recycle(generator, photos, np.random.default_rng(config.seed))
        print(f"{init}: {dead} channels fired on none of {len(photos)} crops and start anew")
    weights: list[Any] = generator.get_weights()
    return weights
