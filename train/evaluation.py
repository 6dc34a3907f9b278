"""How close a run's generator comes to its teacher on the test part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import keras
from tqdm import tqdm

from celcam.errors import UnknownNameError
from celcam.manifest import SPLITS, pairs_of
from celcam.metrics import Likeness, compare, mean_likeness
from train.batches import read_pair
from train.draw import draw
from train.run_folder import load_generator


@dataclass(frozen=True)
class Evaluation:
    """Means over the test part: the network against the teacher, and the photo itself against the teacher."""

    pictures: int
    network: Likeness
    photo: Likeness


def evaluate(run: Path, pairs: Path, split: str = "test") -> Evaluation:
    """Measure the generator of ``run`` on one part of ``pairs``.

    Raises:
        UnknownNameError: no such part.
        DataError: the run has no weights, or the part no pairs.
    """
    if split not in SPLITS:
        raise UnknownNameError("part", split, SPLITS)
    generator = load_generator(run, keras)
    network, photo_itself = [], []
    for pair in tqdm(pairs_of(pairs, split), unit="picture", desc=split):
        photo, cartoon = read_pair(pairs, pair)
        network.append(compare(draw(generator, photo), cartoon))
        photo_itself.append(compare(photo, cartoon))
    return Evaluation(len(network), mean_likeness(network), mean_likeness(photo_itself))
