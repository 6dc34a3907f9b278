"""Fine-tuning of a network that is pruned or quantized.

The student, a tf_keras generator, learns from the output of the float network and from the targets: distillation as in
Hinton et al., "Distilling the Knowledge in a Neural Network" (2015). The TensorFlow Model Optimization toolkit prunes
the kernels. Pictures are ``(B, H, W, 3) float32``, 0..1.
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

# Weights of the loss terms: L1 to the output of the float network, and 1 - SSIM to the target. A larger first weight
# gives a file that is closer to float and further from the target: see docs/notebook/compression.md.
FLOAT_WEIGHT, TARGET_WEIGHT = 100.0, 20.0
LEARNING_RATE = 1e-3
# A network that loses weights has more to learn.
PRUNING_RATE = 2e-3
# Zhu and Gupta, "To prune, or not to prune" (2017): prune during this share of the steps, then recover.
PRUNED_BY = 0.6
PRUNING_INTERVAL = 25
# Steps between checkpoints.
SAVE_INTERVAL = 200
REPORT_INTERVAL = 20

sparsity: Any = tfmot.sparsity.keras


def with_pruned_kernels(model: Any, share: float, steps: int) -> Any:
    """``model`` with kernels that lose their smallest weights: ``share`` (0..1) of all weights in ``steps`` steps."""
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
    """``model`` with kernels whose zeros stay 0 in training; the layers are shared with ``model``."""

    def wrap(layer: Any) -> Any:
        zeros = float((layer.kernel.numpy() == 0).mean())
        # The mask is set once, at the first step, when the zeros are still the smallest weights.
        return sparsity.prune_low_magnitude(layer, sparsity.ConstantSparsity(zeros, 1, 1, 1)) if zeros else layer

    return _with_wrapped_convolutions(model, wrap)


def kept_shares(kernels: Mapping[str, tuple[int, ...]], sparsity_of_all: float) -> dict[str, float]:
    """The share of each kernel that is kept if ``sparsity_of_all`` of all weights together are 0.

    Small kernels keep more: the share is proportional to the sum of a kernel's sides over their product
    (Erdos-Renyi-Kernel, Evci et al., "Rigging the Lottery: Making All Tickets Winners", 2020), and at most 1.

    Args:
        kernels: the shape of each kernel by name.
        sparsity_of_all: 0 or more, less than 1.
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
    """Copy the weights of the pruned ``model`` into ``twin``, a network of the same layers without pruning."""
    for layer in model.layers:
        inner = getattr(layer, "layer", layer)
        if isinstance(inner, tf_keras.layers.Conv2D):
            twin.get_layer(inner.name).set_weights(inner.get_weights())
    return twin


def fine_tune(
    student: Any,
    float_network: Any,
    batches: Any,
    folder: Path,
    *,
    steps: int,
    float_weight: float = FLOAT_WEIGHT,
    learning_rate: float = LEARNING_RATE,
    title: str = "fine-tuning",
    quiet: bool = False,
) -> None:
    """Train ``student`` in place. If it is stopped, the next call continues from the newest checkpoint in ``folder``.

    Args:
        student: a tf_keras model from photo to cartoon.
        float_network: the generator before compression; the student learns from its output.
        batches: ``batches[n]`` is ``(photo, target)`` of step n, each ``(B, H, W, 3) float32``, 0..1.
        folder: for checkpoints.
        steps: number of steps.
        float_weight: weight of L1 to the output of the float network; SSIM to the target has `TARGET_WEIGHT`.
        learning_rate: the peak; it falls along a cosine.
        title: of the progress bar.
        quiet: no progress bar.

    Raises:
        TrainingError: the loss is NaN or infinite.
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
    step = _make_step(student, float_network, optimizer, float_weight)
    pruning.on_train_begin()
    first = int(done.numpy())
    bar = trange(first, steps, initial=first, total=steps, unit="step", desc=title, disable=quiet or None)
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


def _make_step(student: Any, float_network: Any, optimizer: Any, float_weight: float) -> Any:
    """A function of ``(photo, target)`` that takes one step and returns the loss."""

    @tf.function  # type: ignore[untyped-decorator]
    def step(photo: Any, target: Any) -> Any:
        expected = tf.clip_by_value(float_network(photo, training=False), 0.0, 1.0)
        with tf.GradientTape() as tape:
            drawn = student(photo, training=True)
            loss = float_weight * tf.reduce_mean(tf.abs(expected - drawn)) + TARGET_WEIGHT * ssim_loss(target, drawn)
        variables = student.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return step


def _with_wrapped_convolutions(model: Any, wrap: Callable[[Any], Any]) -> Any:
    """A model of the same layers with wrapped convolutions."""
    return tf_keras.models.clone_model(
        model, clone_function=lambda layer: wrap(layer) if isinstance(layer, tf_keras.layers.Conv2D) else layer
    )
