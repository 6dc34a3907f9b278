"""One training run: pairs and a preset in, a run folder out."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from celcam.errors import DataError, UsageError
from celcam.image_io import read_bytes
from celcam.manifest import Pair, pairs_of
from train.batches import CropBatches, read_pair
from train.board import board_callbacks
from train.callbacks import Budget, BudgetCallback, CheckpointCallback, ValidationCallback
from train.generators import build_any_generator, describe_generator, spec_of
from train.losses import find_adversarial_loss
from train.networks import build_discriminator
from train.pix2pix import Pix2Pix
from train.presets import find_preset
from train.run_folder import Progress, find_checkpoint, load_generator, read_config, write_config

# Whole pictures that each epoch is measured on: few enough to take seconds.
VALIDATION_PICTURES = 32


def train(
    pairs: Path,
    preset: str,
    run: Path,
    *,
    budget: Budget,
    steps_per_epoch: int,
    learning_rate: float,
    l1_weight: float,
    adversarial_weight: float,
    adversarial: str,
    line_weight: float,
    ssim_weight: float,
    ema: float,
    init: Path | None,
    resume: bool,
    seed: int,
    cache_gb: float,
    quiet: bool = False,
) -> Path:
    """Train a generator on ``pairs`` and leave it in ``run``.

    Args:
        pairs: folder with a manifest.
        preset: name of the network.
        run: folder of the run; made anew unless ``resume``.
        budget: how long.
        steps_per_epoch: steps between validation, sample grid and checkpoint.
        learning_rate: the peak.
        l1_weight: lambda of the L1 term.
        adversarial_weight: weight of the adversarial term; 0 trains without discriminator.
        adversarial: name of the adversarial loss.
        line_weight: weight of L1 at the teacher's lines.
        ssim_weight: weight of 1 - SSIM.
        ema: momentum of the averaged weights; 0 keeps no average.
        init: run whose generator this one starts from.
        resume: go on from the run's newest checkpoint.
        seed: of crops, degradation and first weights.
        cache_gb: memory for decoded pictures.
        quiet: no progress bar.

    Returns:
        ``run``.

    Raises:
        DataError: no usable pairs, or the run's folder does not fit the options.
        TrainingError: the loss is no number any more.
    """
    chosen = find_preset(preset)
    find_adversarial_loss(adversarial)  # before the run's folder is made
    train_pairs, validation_pairs = pairs_of(pairs, "train"), pairs_of(pairs, "validation")
    config = {
        "preset": preset,
        **describe_generator(chosen.generator),
        "discriminator": dataclasses.asdict(chosen.discriminator),
        "crop": chosen.crop,
        "batch_size": chosen.batch_size,
        "budget": dataclasses.asdict(budget),
        "init": str(init) if init else None,
        "steps_per_epoch": steps_per_epoch,
        "learning_rate": learning_rate,
        "l1_weight": l1_weight,
        "adversarial_weight": adversarial_weight,
        "adversarial": adversarial,
        "line_weight": line_weight,
        "ssim_weight": ssim_weight,
        "ema": ema,
        "seed": seed,
        **_describe_pairs(pairs, train_pairs, validation_pairs),
        "versions": {"keras": keras.__version__, "backend": keras.backend.backend(), "numpy": np.__version__},
    }
    checkpoint = _open_run(run, config, resume)
    keras.utils.set_random_seed(seed)
    generator = build_any_generator(chosen.generator, keras)
    if init is not None and checkpoint is None:
        generator.set_weights(_weights_from(init, config))
    discriminator = build_discriminator(chosen.discriminator, keras)
    model = Pix2Pix(
        generator,
        discriminator,
        l1_weight=l1_weight,
        adversarial_weight=adversarial_weight,
        adversarial=adversarial,
        line_weight=line_weight,
        ssim_weight=ssim_weight,
    )
    model.compile(optimizer=keras.optimizers.Adam(learning_rate, beta_1=0.5, use_ema=ema > 0, ema_momentum=ema))
    model.build((None, chosen.crop, chosen.crop, 3))
    model.optimizer.build(model.trainable_variables)
    done = Progress()
    if checkpoint is not None:
        model.load_weights(checkpoint.weights)
        done = checkpoint.progress
    if budget.spent(done.steps, done.elapsed_s) >= 1.0:
        raise UsageError(f"{run}: trained for its whole budget already; raise --steps or --minutes to go on")
    batches = CropBatches(
        pairs,
        train_pairs,
        crop=chosen.crop,
        batch_size=chosen.batch_size,
        steps=steps_per_epoch,
        seed=seed,
        first_epoch=done.epochs,
        cache_bytes=int(cache_gb * 1e9),
    )
    budget_callback = BudgetCallback(budget, learning_rate, done=done, quiet=quiet)
    shown = [read_pair(pairs, pair) for pair in validation_pairs[:VALIDATION_PICTURES]]
    csv_log = keras.callbacks.CSVLogger(str(run / "log.csv"), append=checkpoint is not None)
    callbacks = [
        budget_callback,
        ValidationCallback(shown, run, budget_callback, chosen.generator.size_multiple),
        csv_log,
        *board_callbacks(run),
        CheckpointCallback(run, budget_callback),
    ]
    try:
        # The budget ends it, not the number of epochs.
        model.fit(batches, epochs=sys.maxsize, initial_epoch=done.epochs, verbose=0, callbacks=callbacks)
    finally:
        if csv_log.csv_file is not None:  # after an error Keras leaves it open
            csv_log.csv_file.close()
        budget_callback.on_train_end()
    return run


def _describe_pairs(pairs: Path, train_pairs: list[Pair], validation_pairs: list[Pair]) -> dict[str, Any]:
    """The lines of a run's config that tell what it learned from."""
    recipe = pairs / "build.json"
    return {
        "style": train_pairs[0].style,
        "pairs": str(pairs),
        "pairs_recipe": json.loads(read_bytes(recipe)) if recipe.exists() else None,
        "train_pairs": len(train_pairs),
        "validation_pairs": len(validation_pairs),
    }


def _open_run(run: Path, config: dict[str, Any], resume: bool) -> Any:
    """Claim a new folder, or find the checkpoint that a resumed run goes on from."""
    if not resume:
        if (run / "config.json").exists():
            raise DataError(f"{run}: holds a run already; add --resume to go on with it, or choose another --out")
        write_config(run, config)
        return None
    before = read_config(run)
    _check_generator(run, before, config)
    for name in ("discriminator", "crop", "batch_size", "steps_per_epoch", "seed", "train_pairs", "init", "ema"):
        if before.get(name, config[name]) != config[name]:  # older runs know fewer options
            raise DataError(f"{run}: was started with {name} {before[name]}, not {config[name]}; resume with the same")
    if bool(before["adversarial_weight"]) != bool(config["adversarial_weight"]):
        raise DataError(
            f"{run}: a discriminator can't be added or dropped on the way; start a new run with --init {run}"
        )
    write_config(run, config)
    return find_checkpoint(run)


def _weights_from(init: Path, config: dict[str, Any]) -> list[Any]:
    """The weights of another run's generator, which must be of the same make."""
    _check_generator(init, read_config(init), config)
    weights: list[Any] = load_generator(init, keras).get_weights()
    return weights


def _check_generator(run: Path, before: dict[str, Any], config: dict[str, Any]) -> None:
    one, other = spec_of(before), spec_of(config)
    if one != other:
        raise DataError(f"{run}: its generator is {one}, not {other}; use the same --preset")
