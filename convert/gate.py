"""The gate: whether a model file is as close to its Keras generator, and to the teacher, as its card demands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

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
from train.run_config import CONFIG_NAME, read_config

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
    """Hold each of ``files`` to the thresholds in its card; the teacher draws once for those of one look.

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
    runs = {file: run or _find_run(file, card.recipe) for file, card in cards.items()}
    for style in dict.fromkeys(card.style for card in cards.values()):
        members = {file: runs[file] for file, card in cards.items() if card.style == style}
        for file, (found, pictures) in _measure(members, style, photos).items():
            yield Verdict(file, pictures, found, cards[file].gate)


def _measure(runs: dict[Path, Path], style: str, photos: Path) -> dict[Path, tuple[dict[str, float], int]]:
    """What `DEMANDS` names of each file of ``style``, and on how many pictures; ``runs`` is by file."""
    drawings = {run: load_drawing(run) for run in dict.fromkeys(runs.values())}
    models = {file: TFLiteModel(file) for file in runs}
    to_keras: dict[Path, list[Likeness]] = {file: [] for file in runs}
    to_teacher: dict[Path, list[Likeness]] = {file: [] for file in runs}
    flips: dict[Path, list[float]] = {file: [] for file in runs}
    keras_to_teacher: dict[Path, list[Likeness]] = {run: [] for run in drawings}
    pairs = photos_to_draw(photos, style, SHORT_SIDE)
    for read in pairs:
        photo, cartoon = read()
        expected = {run: drawing(photo) for run, drawing in drawings.items()}
        percepts = {run: perceive(drawn) for run, drawn in expected.items()}
        for run, drawn in expected.items():
            keras_to_teacher[run].append(compare(drawn, cartoon))
        for file, run in runs.items():
            drawn = models[file](photo)
            to_keras[file].append(compare(drawn, expected[run]))
            to_teacher[file].append(compare(drawn, cartoon))
            flips[file].append(float(flip_map(percepts[run], perceive(drawn)).mean()))
    found = {}
    for file, run in runs.items():
        own = mean_likeness(to_keras[file])
        figures = {
            "to_keras_psnr_db": own.psnr_db,
            "to_keras_ssim": own.ssim,
            "to_keras_flip": float(np.mean(flips[file])),
            "teacher_ssim_loss": mean_likeness(keras_to_teacher[run]).ssim - mean_likeness(to_teacher[file]).ssim,
        }
        found[file] = figures, len(pairs)
    return found


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
        if f"{model_name(read_config(config.parent))}{suffix}" == file.stem:
            return config.parent
    raise DataError(f"{file}: the run it was made from is not in {file.parent}; name it with --run")
