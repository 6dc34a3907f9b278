"""The gate: whether a model file is as close to its Keras generator, and to the teacher, as its card demands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from celcam.errors import DataError
from celcam.metrics import compare, mean_likeness
from celcam.model_card import read_model
from celcam.tflite_model import TFLiteModel
from convert.export import model_name
from convert.perceptual import flip
from convert.recipes import find_recipe
from train.draw import load_drawing
from train.evaluation import photos_to_draw
from train.run_folder import CONFIG_NAME, read_config

# What pictures are drawn at: what the networks are taught at.
SHORT_SIDE = 256


@dataclass(frozen=True)
class Demand:
    """One threshold of a card: what is measured, and whether it may be no less or no more."""

    text: str
    at_least: bool


# The names that a card's ``gate`` may use; figures are means over pictures.
DEMANDS = {
    "to_keras_psnr_db": Demand("PSNR to Keras float, dB", at_least=True),
    "to_keras_ssim": Demand("SSIM to Keras float", at_least=True),
    "to_keras_flip": Demand("FLIP to Keras float", at_least=False),
    "teacher_ssim_loss": Demand("SSIM to the teacher lost against Keras float", at_least=False),
}


@dataclass(frozen=True)
class Verdict:
    """What was measured of a file against what its card demands."""

    file: Path
    pictures: int
    found: dict[str, float]
    gate: dict[str, float]

    def holds(self, name: str) -> bool:
        """Whether one demand is met."""
        found, wanted = self.found[name], self.gate[name]
        return found >= wanted if DEMANDS[name].at_least else found <= wanted

    @property
    def passed(self) -> bool:
        """Whether every demand is met."""
        return all(self.holds(name) for name in self.gate)

    def lines(self) -> list[str]:
        """The figures for people."""
        lines = [f"{self.file}: {'passed' if self.passed else 'FAILED'} on {self.pictures} pictures"]
        for name, wanted in self.gate.items():
            bound = "at least" if DEMANDS[name].at_least else "at most"
            mark = "" if self.holds(name) else "  <-- falls short"
            lines.append(f"  {DEMANDS[name].text:46}{self.found[name]:9.4f}, {bound} {wanted:g}{mark}")
        return lines


def check_file(file: Path, run: Path | None, photos: Path) -> Verdict:
    """Hold ``file`` to the thresholds in its card.

    Args:
        file: a model with its card.
        run: folder of the run it was made from; None: the one beside the file that fits.
        photos: folder of photos; the teacher of the card's style draws them now.

    Raises:
        ModelError: the file is damaged or disagrees with its card.
        DataError: no card, no thresholds in it, or no run.
        MediaError: no photos.
    """
    _, card = read_model(file)
    if card is None or not card.gate:
        raise DataError(f"{file}: has no card with thresholds; make it again with 'python -m convert export'")
    if unknown := set(card.gate) - set(DEMANDS):
        raise DataError(f"{file}: its card demands {', '.join(sorted(unknown))}; known: {', '.join(DEMANDS)}")
    model, generator = TFLiteModel(file), load_drawing(run or _find_run(file, card.recipe))
    to_keras, to_teacher, keras_to_teacher, flips = [], [], [], []
    pairs = photos_to_draw(photos, card.style, SHORT_SIDE)
    for read in pairs:
        photo, cartoon = read()
        drawn, expected = model(photo), generator(photo)
        to_keras.append(compare(drawn, expected))
        to_teacher.append(compare(drawn, cartoon))
        keras_to_teacher.append(compare(expected, cartoon))
        flips.append(flip(expected, drawn))
    own = mean_likeness(to_keras)
    found = {
        "to_keras_psnr_db": own.psnr_db,
        "to_keras_ssim": own.ssim,
        "to_keras_flip": float(np.mean(flips)),
        "teacher_ssim_loss": mean_likeness(keras_to_teacher).ssim - mean_likeness(to_teacher).ssim,
    }
    return Verdict(file, len(pairs), found, card.gate)


def _find_run(file: Path, recipe: str) -> Path:
    suffix = find_recipe(recipe).file_suffix
    for config in sorted(file.parent.glob(f"*/{CONFIG_NAME}")):
        described: dict[str, Any] = read_config(config.parent)
        if f"{model_name(described)}{suffix}" == file.stem:
            return config.parent
    raise DataError(f"{file}: the run it was made from is not in {file.parent}; name it with --run")
