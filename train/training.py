"""One training run: pairs and a preset in, a run folder out."""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from celcam.arrays import FloatArray
from celcam.errors import DataError, TrainingError, UsageError
from celcam.image_io import read_bytes
from celcam.manifest import Pair, pairs_of
from train.batches import CropBatches, read_pair
from train.board import board_callbacks
from train.callbacks import Budget, BudgetCallback, CheckpointCallback, ValidationCallback
from train.degrade import DEGRADED_SHARE
from train.generators import AnyGeneratorSpec, build_any_generator, describe_generator, spec_of
from train.losses import LossWeights, find_adversarial_loss
from train.networks import GeneratorSpec, build_discriminator
from train.optimizers import build_optimizer
from train.pix2pix import Pix2Pix
from train.presets import Preset
from train.recycle import recycle
from train.run_folder import LOG_NAME, Progress, find_checkpoint, load_generator, read_config, trim_log, write_config

# What a resumed run can't change.
KEPT_ON_RESUME = ("discriminator", "crop", "batch_size", "steps_per_epoch", "seed", "train_pairs", "init", "mentor",
                  "optimizer", "ema", "precision", "feed")  # fmt: skip
# Python's part of a step takes as long as half of the network's on a CPU: eight steps share it.
MOST_STEPS_AT_ONCE = 8
# What must have been seen without firing for a channel to count as dead.
RECYCLING_BATCHES = 16
# Whole pictures that each epoch is measured on: few enough to take seconds.
VALIDATION_PICTURES = 32


def train(
    pairs: Path,
    preset: Preset,
    run: Path,
    *,
    budget: Budget,
    weights: LossWeights,
    steps_per_epoch: int,
    learning_rate: float,
    optimizer: str = "muon",
    ema: float = 0.0,
    degraded_share: float = DEGRADED_SHARE,
    patience: int = 0,
    precision: str = "float32",
    devices: int = 1,
    feed: str = "host",
    init: Path | None = None,
    mentor: Path | None = None,
    resume: bool = False,
    seed: int = 1,
    cache_gb: float = 2.0,
    quiet: bool = False,
) -> Path:
    """Train a generator on ``pairs`` and leave it in ``run``.

    Args:
        pairs: folder with a manifest.
        preset: the networks and how they are fed.
        run: folder of the run; made anew unless ``resume``.
        budget: how long.
        weights: of the terms of the loss.
        steps_per_epoch: steps between validation, sample grid and checkpoint.
        learning_rate: the peak.
        optimizer: muon or adam, see `train.optimizers`.
        ema: momentum of the averaged weights; 0 keeps no average.
        degraded_share: of the photos that get a cheap camera's faults, 0..1.
        patience: epochs without a better validation SSIM after which the run ends; 0: the budget alone ends it.
        precision: a Keras dtype policy: float32, mixed_bfloat16 or mixed_float16.
        devices: GPUs that share each batch, on the JAX backend.
        feed: who cuts crops and degrades them: host, this machine's CPU, or device, on the JAX backend.
        init: run whose generator this one starts from.
        mentor: run whose generator this one learns from, beside the teacher.
        resume: go on from the run's newest checkpoint.
        seed: of crops, degradation and first weights.
        cache_gb: memory for decoded pictures.
        quiet: no progress bar.

    Returns:
        ``run``.

    Raises:
        DataError: no usable pairs, or the run's folder does not fit the options.
        TrainingError: the loss is no number any more, or the memory does not suffice.
        UsageError: there are not so many devices, or the budget is spent already.
    """
    find_adversarial_loss(weights.adversarial_kind)  # before the run's folder is made
    train_pairs, validation_pairs = pairs_of(pairs, "train"), pairs_of(pairs, "validation")
    config = {
        "preset": preset.name,
        **describe_generator(preset.generator),
        "discriminator": dataclasses.asdict(preset.discriminator),
        "crop": preset.crop,
        "batch_size": preset.batch_size,
        "budget": dataclasses.asdict(budget),
        "init": str(init) if init else None,
        "mentor": str(mentor) if mentor else None,
        "steps_per_epoch": steps_per_epoch,
        "learning_rate": learning_rate,
        "optimizer": optimizer,
        "loss_weights": dataclasses.asdict(weights),
        "ema": ema,
        "degraded_share": degraded_share,
        "patience": patience,
        "precision": precision,
        "devices": devices,
        "feed": feed,
        "seed": seed,
        **_describe_pairs(pairs, train_pairs, validation_pairs),
        "versions": {"keras": keras.__version__, "backend": keras.backend.backend(), "numpy": np.__version__},
    }
    checkpoint = _open_run(run, config, resume)
    keras.utils.set_random_seed(seed)
    model = build_model(
        preset,
        weights,
        learning_rate=learning_rate,
        optimizer=optimizer,
        ema=ema,
        mentor=mentor,
        precision=precision,
        devices=devices,
        steps_at_once=steps_at_once(steps_per_epoch, budget.steps),
    )
    done = Progress()
    if checkpoint is not None:
        model.load_weights(checkpoint.weights)
        done = checkpoint.progress
    if budget.spent(done.steps, done.elapsed_s) >= 1.0:
        raise UsageError(f"{run}: trained for its whole budget already; raise --steps or --minutes to go on")
    batches = make_batches(
        feed,
        pairs,
        train_pairs,
        cache_gb=cache_gb,
        crop=preset.crop,
        batch_size=preset.batch_size,
        steps=steps_per_epoch,
        seed=seed,
        first_epoch=done.epochs,
        degraded_share=degraded_share,
        views=weights.steady > 0,
    )
    if init is not None and checkpoint is None:
        seen = np.concatenate([np.asarray(batches[number][0]) for number in range(RECYCLING_BATCHES)])
        model.generator.set_weights(_weights_from(init, config, seen))
    budget_callback = BudgetCallback(budget, learning_rate, done=done, quiet=quiet)
    shown = [read_pair(pairs, pair) for pair in validation_pairs[:VALIDATION_PICTURES]]
    csv_log = keras.callbacks.CSVLogger(str(run / LOG_NAME), append=checkpoint is not None)
    callbacks = [
        budget_callback,
        ValidationCallback(shown, run, budget_callback, preset.generator.size_multiple),
        csv_log,
        *board_callbacks(run),
        CheckpointCallback(run, budget_callback, patience, before=trim_log(run, done.epochs)),
    ]
    try:
        # The budget ends it, not the number of epochs.
        model.fit(batches, epochs=sys.maxsize, initial_epoch=done.epochs, verbose=0, callbacks=callbacks)
    except Exception as error:
        if out_of_memory(error):
            raise TrainingError(
                f"the memory of the device does not hold a step of {preset.batch_size} crops of {preset.crop}: lower "
                "--batch-size or --crop, or try --precision mixed_bfloat16; the checkpoint before it is kept"
            ) from error
        raise
    finally:
        if csv_log.csv_file is not None:  # after an error Keras leaves it open
            csv_log.csv_file.close()
        budget_callback.on_train_end()
    return run


def make_batches(feed: str, pairs: Path, chosen: list[Pair], *, cache_gb: float, **options: Any) -> Any:
    """Batches of crops of ``chosen``, cut by the host or on the device; ``options`` are both classes'.

    Raises:
        UsageError: the backend can't cut them on the device.
    """
    if feed == "host":
        return CropBatches(pairs, chosen, cache_bytes=int(cache_gb * 1e9), **options)
    if keras.backend.backend() != "jax":
        raise UsageError(f"--feed {feed}: crops are cut on the device by the JAX backend; set KERAS_BACKEND=jax")
    from train.device_batches import DeviceBatches

    return DeviceBatches(pairs, chosen, **options)


def build_model(
    preset: Preset,
    weights: LossWeights,
    *,
    learning_rate: float = 1e-3,
    optimizer: str = "muon",
    ema: float = 0.0,
    mentor: Path | None = None,
    precision: str = "float32",
    devices: int = 1,
    steps_at_once: int = 1,
) -> Pix2Pix:
    """Networks, losses and optimizer, with first weights. TensorFlow and JAX take ``steps_at_once`` between callbacks.

    Raises:
        UsageError: the backend has not so many devices.
        UnknownNameError: there is no such optimizer.
    """
    _use_devices(devices, preset.batch_size)
    _use_whole_float32()
    mentor_model = load_generator(mentor, keras) if mentor else None
    usual = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy(precision)
        generator = build_any_generator(preset.generator, keras)
        discriminator = build_discriminator(preset.discriminator, keras)
        model = Pix2Pix(generator, discriminator, weights, mentor=mentor_model)
    finally:
        keras.config.set_dtype_policy(usual)
    backend = keras.backend.backend()
    model.compile(
        optimizer=build_optimizer(optimizer, learning_rate, adversarial=weights.adversarial > 0, ema=ema),
        # Compiled for the CPU by XLA, TensorFlow trains these networks at half the speed.
        jit_compile=False if backend == "tensorflow" else "auto",
        steps_per_execution=1 if backend == "torch" else steps_at_once,
    )
    model.build((None, preset.crop, preset.crop, 3))
    model.optimizer.build(model.trainable_variables)
    return model


def steps_at_once(steps_per_epoch: int, steps: int) -> int:
    """How many steps run as one: what divides both an epoch and the budget, at most `MOST_STEPS_AT_ONCE`."""
    both = math.gcd(steps_per_epoch, steps)
    return max(number for number in range(1, MOST_STEPS_AT_ONCE + 1) if both % number == 0)


def _use_whole_float32() -> None:
    """Let float32 be float32 in products too.

    GPUs round their factors to 11 bits unless told otherwise (TF32). A variance, the small difference of two large
    means, does not survive that, nor does a training on structural similarity.
    """
    if keras.backend.backend() == "jax":
        import jax

        jax.config.update("jax_default_matmul_precision", "highest")
    elif keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_tensor_float_32_execution(enabled=False)


def _use_devices(devices: int, batch_size: int) -> None:
    """Share each batch among the first ``devices`` of this machine; each holds the whole network."""
    if devices == 1:
        return
    if keras.backend.backend() != "jax":
        raise UsageError(f"--devices {devices}: several devices need the JAX backend; set KERAS_BACKEND=jax")
    found = keras.distribution.list_devices()
    if len(found) < devices:
        raise UsageError(f"--devices {devices}: here are {len(found)} ({', '.join(found)}); lower --devices")
    if batch_size % devices:
        raise UsageError(f"--devices {devices}: can't share {batch_size} crops a step evenly; change --batch-size")
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=found[:devices]))


def out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` is how TensorFlow, JAX, PyTorch or NumPy say that memory ran out."""
    name, text = type(error).__name__, str(error)
    return (
        name in ("ResourceExhaustedError", "OutOfMemoryError")
        or isinstance(error, MemoryError)
        or ("RESOURCE_EXHAUSTED" in text or "can't allocate memory" in text)
    )


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
    _require_same(run, spec_of(before), spec_of(config))
    for name in KEPT_ON_RESUME:
        if before.get(name, config[name]) != config[name]:  # older runs know fewer options
            raise DataError(f"{run}: was started with {name} {before[name]}, not {config[name]}; resume with the same")
    if bool(before["loss_weights"]["adversarial"]) != bool(config["loss_weights"]["adversarial"]):
        raise DataError(
            f"{run}: a discriminator can't be added or dropped on the way; start a new run with --init {run}"
        )
    write_config(run, config)
    return find_checkpoint(run)


def _weights_from(init: Path, config: dict[str, Any], photos: FloatArray) -> list[Any]:
    """The weights of another run's generator, of the same make, its dead channels made anew."""
    spec = spec_of(config)
    _require_same(init, spec_of(read_config(init)), spec)
    generator = load_generator(init, keras)
    if isinstance(spec, GeneratorSpec) and not spec.norm:
        dead = recycle(generator, photos, np.random.default_rng(config["seed"]))
        print(f"{init}: {dead} channels fired on none of {len(photos)} crops and start anew")
    weights: list[Any] = generator.get_weights()
    return weights


def _require_same(run: Path, before: AnyGeneratorSpec, spec: AnyGeneratorSpec) -> None:
    if before != spec:
        raise DataError(f"{run}: its generator is {before}, not {spec}; use the same --preset")
