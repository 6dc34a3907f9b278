"""The gate: whether a model file is as close to its Keras generator, and to the teacher, as its card demands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from celcam.errors import DataError
from celcam.metrics import Likeness, compare, mean_likeness
from celcam.model_card import ModelCard, read_model
from celcam.tflite_model import TFLiteModel
from convert.export import model_name
from convert.perceptual import flip_map, perceive
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


def check_files(files: Sequence[Path], run: Path | None, photos: Path) -> Iterator[Verdict]:
    """Hold each of ``files`` to the thresholds in its card; those of one run are drawn for together.

    Args:
        files: models with their cards.
        run: folder of the run they were made from; None: for each the one beside it that fits.
        photos: folder of photos; the teacher of the card's style draws them now.

    Raises:
        ModelError: a file is damaged or disagrees with its card.
        DataError: no card, no thresholds in it, or no run.
        MediaError: no photos.
    """
    cards = {file: _demanding_card(file) for file in files}
    groups: dict[tuple[Path, str], list[Path]] = {}
    for file, card in cards.items():
        groups.setdefault((run or _find_run(file, card.recipe), card.style), []).append(file)
    for (found, style), members in groups.items():
        yield from _check_group({file: cards[file].gate for file in members}, found, style, photos)


def _check_group(gates: dict[Path, dict[str, float]], run: Path, style: str, photos: Path) -> Iterator[Verdict]:
    generator, models = load_drawing(run), {file: TFLiteModel(file) for file in gates}
    to_keras: dict[Path, list[Likeness]] = {file: [] for file in gates}
    to_teacher: dict[Path, list[Likeness]] = {file: [] for file in gates}
    flips: dict[Path, list[float]] = {file: [] for file in gates}
    keras_to_teacher = []
    pairs = photos_to_draw(photos, style, SHORT_SIDE)
    for read in pairs:
        photo, cartoon = read()
        expected = generator(photo)
        percept = perceive(expected)
        keras_to_teacher.append(compare(expected, cartoon))
        for file, model in models.items():
            drawn = model(photo)
            to_keras[file].append(compare(drawn, expected))
            to_teacher[file].append(compare(drawn, cartoon))
            flips[file].append(float(flip_map(percept, perceive(drawn)).mean()))
    for file, gate in gates.items():
        own = mean_likeness(to_keras[file])
        found = {
            "to_keras_psnr_db": own.psnr_db,
            "to_keras_ssim": own.ssim,
            "to_keras_flip": float(np.mean(flips[file])),
            "teacher_ssim_loss": mean_likeness(keras_to_teacher).ssim - mean_likeness(to_teacher[file]).ssim,
        }
        yield Verdict(file, len(pairs), found, gate)


def _demanding_card(file: Path) -> ModelCard:
    """The card of ``file``, with thresholds that are known."""
    _, card = read_model(file)
    if card is None or not card.gate:
        raise DataError(f"{file}: has no card with thresholds; make it again with 'python -m convert export'")
    if unknown := set(card.gate) - set(DEMANDS):
        raise DataError(f"{file}: its card demands {', '.join(sorted(unknown))}; known: {', '.join(DEMANDS)}")
    return card


def _find_run(file: Path, recipe: str) -> Path:
    suffix = find_recipe(recipe).file_suffix
    for config in sorted(file.parent.glob(f"*/{CONFIG_NAME}")):
        described: dict[str, Any] = read_config(config.parent)
        if f"{model_name(described)}{suffix}" == file.stem:
            return config.parent
    raise DataError(f"{file}: the run it was made from is not in {file.parent}; name it with --run")
