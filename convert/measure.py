"""How good and how fast a TFLite file is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from celcam.arrays import Uint8Array
from celcam.manifest import Pair
from celcam.metrics import Likeness, compare, mean_likeness
from celcam.tflite_model import TFLiteModel
from train.batches import read_pair
from train.draw import draw


@dataclass(frozen=True)
class Quality:
    """Means over pictures; the gaps apart: network to teacher, file to Keras float, photo to teacher."""

    pictures: int
    to_teacher: dict[str, Likeness]  # by model file's stem
    to_keras: dict[str, Likeness]
    keras_to_teacher: Likeness
    photo_to_teacher: Likeness


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


def picture_call(model: Path, picture: Uint8Array, threads: int) -> Callable[[], object]:
    """A call that draws ``picture``."""
    loaded = TFLiteModel(model, threads=threads)
    return lambda: loaded(picture)
