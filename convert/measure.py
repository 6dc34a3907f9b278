"""How good and how fast a TFLite file is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from celcam.arrays import Uint8Array
from celcam.manifest import Pair
from celcam.metrics import Likeness, compare, mean_likeness
from celcam.tflite_model import TFLiteModel
from train.batches import read_pair
from train.draw import draw

WARM_UP_RUNS = 5


@dataclass(frozen=True)
class Quality:
    """Means over pictures; the gaps apart: network to teacher, file to Keras float, photo to teacher."""

    pictures: int
    to_teacher: dict[str, Likeness]  # by model file's stem
    to_keras: dict[str, Likeness]
    keras_to_teacher: Likeness
    photo_to_teacher: Likeness


@dataclass(frozen=True)
class Latency:
    """Milliseconds of a call: the median of some, and the one that 95 of 100 stay below."""

    median_ms: float
    p95_ms: float


def measure_quality(
    models: Sequence[Path], generator: Any, folder: Path, pairs: Sequence[Pair], *, quiet: bool = False
) -> Quality:
    """Compare each file with the teacher and with the Keras generator it was made from."""
    loaded = {path.stem: TFLiteModel(path) for path in models}
    to_teacher: dict[str, list[Likeness]] = {name: [] for name in loaded}
    to_keras: dict[str, list[Likeness]] = {name: [] for name in loaded}
    keras_to_teacher, photo_to_teacher = [], []
    for pair in tqdm(pairs, unit="picture", desc="comparing", disable=quiet):
        photo, cartoon = read_pair(folder, pair)
        reference = draw(generator, photo)
        keras_to_teacher.append(compare(reference, cartoon))
        photo_to_teacher.append(compare(photo, cartoon))
        for name, model in loaded.items():
            drawn = model(photo)
            to_teacher[name].append(compare(drawn, cartoon))
            to_keras[name].append(compare(drawn, reference))
    return Quality(
        len(pairs),
        {name: mean_likeness(values) for name, values in to_teacher.items()},
        {name: mean_likeness(values) for name, values in to_keras.items()},
        mean_likeness(keras_to_teacher),
        mean_likeness(photo_to_teacher),
    )


def measure_latency(calls: dict[str, Callable[[], object]], runs: int) -> dict[str, Latency]:
    """How long each call takes, the calls taken in turn, so that a slow moment hits all."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(WARM_UP_RUNS + runs):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            if number >= WARM_UP_RUNS:
                times[name].append(1000 * (time.perf_counter() - started))
    return {name: Latency(float(np.median(values)), float(np.percentile(values, 95))) for name, values in times.items()}


def measure_ms(models: dict[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """Median milliseconds of each call, as `measure_latency` takes them."""
    return {name: latency.median_ms for name, latency in measure_latency(models, runs).items()}


def picture_call(model: Path, picture: Uint8Array, threads: int) -> Callable[[], object]:
    """A call that draws ``picture``."""
    loaded = TFLiteModel(model, threads=threads)
    return lambda: loaded(picture)
