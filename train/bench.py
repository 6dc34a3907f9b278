"""Training speed of this machine, and whether its input pipeline keeps up."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from celcam.arrays import FloatArray
from celcam.manifest import pairs_of
from train.input_pipeline import make_batches
from train.model import MAX_STEPS_PER_EXECUTION, build_model
from train.recipe import Budget, Hardware, Recipe

WARM_UP_STEPS = 2 * MAX_STEPS_PER_EXECUTION
SEED = 1


@dataclass(frozen=True)
class TrainingSpeed:
    """The result of `measure_training`."""

    backend: str
    devices: int
    crops_per_s: float
    step_ms: float  # median, on crops of the pairs
    step_without_input_ms: float  # median, on the same batch again and again

    @property
    def wait_ms(self) -> float:
        """How long a step waits for its pictures."""
        return max(0.0, self.step_ms - self.step_without_input_ms)

    def line(self) -> str:
        """The figures for people."""
        return (
            f"{self.backend}, {self.devices} device(s): {self.crops_per_s:.0f} crops per second, a step takes "
            f"{self.step_ms:.1f} ms, of which it waits {self.wait_ms:.1f} for its pictures"
        )


def measure_training(pairs: Path, recipe: Recipe, hardware: Hardware, *, steps: int) -> TrainingSpeed:
    """Train ``recipe`` for a moment on ``pairs``, and again on one batch that is in memory already.

    Raises:
        DataError: no usable pairs.
        UsageError: the machine does not have such hardware.
    """
    timed = MAX_STEPS_PER_EXECUTION * math.ceil(steps / MAX_STEPS_PER_EXECUTION)
    recipe = replace(recipe, steps_per_epoch=WARM_UP_STEPS + timed, budget=Budget(WARM_UP_STEPS + timed, minutes=1))
    chosen = pairs_of(pairs, "train")
    model = build_model(recipe, hardware)
    batches = make_batches(pairs, chosen, recipe, augment_on=hardware.augment_on, seed=SEED)
    for index in range(len(batches)):  # decode the pictures: during most of a training they are in the cache
        batches[index]
    step_s = _time_steps(model, batches)
    step_without_input_s = _time_steps(model, _SameBatch(batches[0], len(batches)))
    return TrainingSpeed(
        backend=keras.backend.backend(),
        devices=hardware.devices,
        crops_per_s=recipe.batch_size / float(np.median(step_s)),
        step_ms=1000 * float(np.median(step_s)),
        step_without_input_ms=1000 * float(np.median(step_without_input_s)),
    )


def _time_steps(model: Any, batches: keras.utils.PyDataset) -> FloatArray:
    """Seconds of each step, from the end of the previous one; several steps per execution count with their mean."""
    clock = _StepClock()
    model.fit(batches, epochs=1, verbose=0, callbacks=[clock])
    steps, ends_s = np.array([end for end in clock.ends if end[0] >= WARM_UP_STEPS - 1]).T
    return np.asarray(np.diff(ends_s) / np.diff(steps))


class _StepClock(keras.callbacks.Callback):  # type: ignore[misc]
    """Records when each step ends."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[tuple[int, float]] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        float(logs["loss"])  # wait for the device
        self.ends.append((batch, time.perf_counter()))


class _SameBatch(keras.utils.PyDataset):  # type: ignore[misc]
    """The same batch, repeated."""

    def __init__(self, batch: tuple[FloatArray, FloatArray], steps: int) -> None:
        super().__init__()
        self._batch, self._steps = batch, steps

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, index: int) -> tuple[FloatArray, FloatArray]:
        return self._batch
