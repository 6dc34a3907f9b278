"""One training run: pairs and a recipe in, a run folder out."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np

from celcam.arrays import FloatArray
from celcam.errors import TrainingError
from celcam.manifest import pairs_of
from train.backend import out_of_memory
from train.batches import read_pair
from train.board import board_callbacks
from train.callbacks import BudgetCallback, CheckpointCallback, ValidationCallback
from train.dormant import reinitialise_dormant
from train.input_pipeline import DEFAULT_CACHE_GB, make_batches
from train.model import build_model
from train.networks import GeneratorSpec
from train.recipe import Recipe
from train.run_config import RunConfig, write_config
from train.run_folder import LOG_NAME, Progress, load_checkpoint, load_generator, trim_log
from train.run_start import find_start, require_runnable

# A channel that does not fire on any of these batches counts as dormant.
DORMANT_BATCHES = 16
# Whole pictures for the validation after each epoch: few enough to take seconds.
VALIDATION_PICTURES = 32


def train(
    config: RunConfig, run: Path, *, resume: bool = False, cache_gb: float = DEFAULT_CACHE_GB, quiet: bool = False
) -> Path:
    """Train a generator as ``config`` says and leave it in ``run``.

    Whatever can be refused is refused before ``run`` is created or changed.

    Args:
        config: of `train.run_start.plan_run`.
        run: folder of the run; it holds no run yet unless ``resume``.
        resume: continue from the newest checkpoint in ``run``.
        cache_gb: memory for decoded pictures.
        quiet: no progress bar.

    Returns:
        ``run``.

    Raises:
        DataError: no usable pairs, or the run's folder does not fit the config.
        MediaError: a picture can't be read, or ``run`` can't be written.
        TrainingError: the loss is NaN, or the memory is full.
        UsageError: the machine does not have such hardware, or the budget is spent already.
    """
    train_pairs, validation_pairs = pairs_of(config.pairs, "train"), pairs_of(config.pairs, "validation")
    require_runnable(config)
    checkpoint = find_start(run, config, resume)
    done = checkpoint.progress if checkpoint else Progress()
    shown = [read_pair(config.pairs, pair) for pair in validation_pairs[:VALIDATION_PICTURES]]
    with full_memory_explained(config.recipe):
        keras.utils.set_random_seed(config.seed)
        model = build_model(config.recipe, config.hardware, distill_from=config.distill_from)
        batches = make_batches(
            config.pairs,
            train_pairs,
            config.recipe,
            augment_on=config.hardware.augment_on,
            seed=config.seed,
            first_epoch=done.epochs,
            cache_gb=cache_gb,
        )
        if checkpoint is not None:
            load_checkpoint(model, checkpoint)
        elif config.init is not None:
            seen = np.concatenate([np.asarray(batches[number][0]) for number in range(DORMANT_BATCHES)])
            model.generator.set_weights(_weights_from(config.init, config, seen))
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
        ValidationCallback(shown, run, budget, recipe.generator),
        csv_log,
        *board_callbacks(run),
        CheckpointCallback(run, budget, recipe.patience, before=before),
    ]
    try:
        # The budget ends the training, not the number of epochs. Keras would shuffle the batches, which are random
        # already, in another order after a resume.
        model.fit(batches, epochs=sys.maxsize, initial_epoch=done.epochs, shuffle=False, verbose=0, callbacks=callbacks)
    finally:
        if csv_log.csv_file is not None:  # after an error Keras leaves it open
            csv_log.csv_file.close()
        budget.on_train_end()


def _weights_from(init: Path, config: RunConfig, photos: FloatArray) -> list[Any]:
    """The weights of the generator of ``init``, its dormant channels re-initialised."""
    generator = load_generator(init, keras)
    spec = config.recipe.generator
    if isinstance(spec, GeneratorSpec) and not spec.norm:
        count = reinitialise_dormant(generator, photos, np.random.default_rng(config.seed))
        print(f"{init}: re-initialised {count} channels that are dormant on {len(photos)} crops")
    weights: list[Any] = generator.get_weights()
    return weights


@contextlib.contextmanager
def full_memory_explained(recipe: Recipe) -> Iterator[None]:
    """Turn an error that means a full memory into a TrainingError with the options that help."""
    try:
        yield
    except Exception as error:
        if not out_of_memory(error):
            raise
        raise TrainingError(
            f"the memory of the device does not hold a step of {recipe.batch_size} crops of {recipe.crop}: lower "
            "--batch-size or --crop, or try --precision mixed_bfloat16; the last checkpoint is kept, if there is one"
        ) from error
