"""What training still gives to a network that is compressed: weights that know what is pruned, and what int8 rounds.

The student, a tf_keras generator, learns from its float self beside the teacher's pairs: distillation as in Hinton et
al., "Distilling the Knowledge in a Neural Network" (2015). Kernels are pruned by the TensorFlow Model Optimization
toolkit. Pictures are ``(B, H, W, 3) float32``, 0..1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
import tensorflow_model_optimization as tfmot
import tf_keras
from tqdm import trange

from celcam.errors import TrainingError
from train.losses import ssim_loss
from train.optimizers import build_optimizer

# Weights of the terms: L1 to what float draws, and 1 - SSIM to what the teacher draws. The more the first weighs, the
# nearer to float and the farther from the teacher: docs/results.md has figures of both ends.
FLOAT_WEIGHT, TEACHER_WEIGHT = 100.0, 20.0
LEARNING_RATE = 1e-3
# What loses weights has more to learn.
PRUNING_RATE = 2e-3
# Zhu and Gupta, "To prune, or not to prune" (2017): weights go over the first part of the steps, the rest heals.
PRUNED_BY = 0.6
PRUNING_INTERVAL = 25
# Steps between two checkpoints.
SAVE_INTERVAL = 200
REPORT_INTERVAL = 20

sparsity: Any = tfmot.sparsity.keras


def with_pruned_kernels(model: Any, share: float, steps: int) -> Any:
    """``model`` with kernels that lose their smallest weights: in ``steps`` steps ``share`` (0..1) of them all."""
    last = max(1, round(PRUNED_BY * steps))
    kernels = {layer.name: layer.kernel.shape for layer in model.layers if isinstance(layer, tf_keras.layers.Conv2D)}
    schedules = {
        name: sparsity.PolynomialDecay(
            0.0, 1.0 - kept, begin_step=0, end_step=last, frequency=max(1, min(PRUNING_INTERVAL, last // 4))
        )
        for name, kept in kept_shares(kernels, share).items()
    }

    def wrap(layer: Any) -> Any:
        return sparsity.prune_low_magnitude(layer, schedules[layer.name]) if layer.name in schedules else layer

    return _with_wrapped_convolutions(model, wrap)


def with_kept_zeros(model: Any) -> Any:
    """``model`` with kernels whose zeros stay 0 while it learns; its layers are shared."""

    def wrap(layer: Any) -> Any:
        zeros = float((layer.kernel.numpy() == 0).mean())
        # Found once, at the first step, when they are still the smallest.
        return sparsity.prune_low_magnitude(layer, sparsity.ConstantSparsity(zeros, 1, 1, 1)) if zeros else layer

    return _with_wrapped_convolutions(model, wrap)


def kept_shares(kernels: Mapping[str, tuple[int, ...]], sparsity_of_all: float) -> dict[str, float]:
    """How much of each kernel is left when ``sparsity_of_all`` (0..1) of their weights together are 0.

    Small kernels keep more: a kernel's share goes with the sum of its sides over their product (Erdos-Renyi-Kernel,
    Evci et al., "Rigging the Lottery: Making All Tickets Winners", 2020). What would keep more than all keeps all.

    Args:
        kernels: the shape of each.
        sparsity_of_all: less than 1.
    """
    left = (1.0 - sparsity_of_all) * sum(math.prod(shape) for shape in kernels.values())
    kept: dict[str, float] = {}
    rest = dict(kernels)
    while rest:
        unit = left / sum(sum(shape) for shape in rest.values())
        whole = [name for name, shape in rest.items() if unit * sum(shape) >= math.prod(shape)]
        for name in whole:
            kept[name] = 1.0
            left -= math.prod(rest.pop(name))
        if not whole:
            kept |= {name: unit * sum(shape) / math.prod(shape) for name, shape in rest.items()}
            break
    return kept


def bare(model: Any, twin: Any) -> Any:
    """``twin``, an untouched network of the same make, with what the pruned layers of ``model`` have learned."""
    for layer in model.layers:
        inner = getattr(layer, "layer", layer)
        if isinstance(inner, tf_keras.layers.Conv2D):
            twin.get_layer(inner.name).set_weights(inner.get_weights())
    return twin


def fine_tune(
    student: Any,
    mentor: Any,
    batches: Any,
    folder: Path,
    *,
    steps: int,
    float_weight: float = FLOAT_WEIGHT,
    learning_rate: float = LEARNING_RATE,
    title: str = "fine-tuning",
    quiet: bool = False,
) -> None:
    """Train ``student`` in place; killed, it goes on from its newest checkpoint in ``folder``.

    Args:
        student: a tf_keras model from photo to cartoon.
        mentor: the float generator.
        batches: ``batches[n]`` is ``(photo, cartoon)`` of step n, each ``(B, H, W, 3) float32``, 0..1.
        folder: for checkpoints.
        steps: how many.
        float_weight: of L1 to the mentor, beside `TEACHER_WEIGHT`.
        learning_rate: the peak; it falls along a cosine.
        title: of the progress bar.
        quiet: no progress bar.

    Raises:
        TrainingError: the loss is no number any more.
    """
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    optimizer = build_optimizer("muon", schedule, adversarial=False, ema=0.0)
    optimizer.build(student.trainable_variables)
    done = tf.Variable(0, dtype="int64")
    pruning = sparsity.UpdatePruningStep()
    pruning.set_model(student)
    checkpoint = tf.train.Checkpoint(student=student, optimizer=optimizer, done=done)
    manager = tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=1)
    checkpoint.restore(manager.latest_checkpoint)

    @tf.function  # type: ignore[untyped-decorator]
    def step(photo: Any, cartoon: Any) -> Any:
        advice = tf.clip_by_value(mentor(photo, training=False), 0.0, 1.0)
        with tf.GradientTape() as tape:
            drawn = student(photo, training=True)
            loss = float_weight * tf.reduce_mean(tf.abs(advice - drawn)) + TEACHER_WEIGHT * ssim_loss(cartoon, drawn)
        variables = student.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    pruning.on_train_begin()
    first = int(done.numpy())
    bar = trange(first, steps, initial=first, total=steps, unit="step", desc=title, disable=quiet)
    for number in bar:
        pruning.on_train_batch_begin(number)
        loss = float(step(*batches[number]))
        if not math.isfinite(loss):
            raise TrainingError(f"{title}: the loss is {loss} at step {number}; lower the learning rate")
        done.assign_add(1)
        if number % REPORT_INTERVAL == 0:
            bar.set_postfix(loss=f"{loss:.3f}")
        if (number + 1) % SAVE_INTERVAL == 0 or number + 1 == steps:
            manager.save()
    pruning.on_epoch_end(0)


def _with_wrapped_convolutions(model: Any, wrap: Callable[[Any], Any]) -> Any:
    """The same layers, each convolution wrapped."""
    return tf_keras.models.clone_model(
        model, clone_function=lambda layer: wrap(layer) if isinstance(layer, tf_keras.layers.Conv2D) else layer
    )
