"""The thresholds in a card, and whether a file meets them. ``check`` and ``report`` both judge here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from celcam.errors import DataError
from celcam.model_card import ModelCard
from convert.measuring import Measured


@dataclass(frozen=True)
class Threshold:
    """A figure that a card may set a bound for."""

    text: str
    at_least: bool  # the bound is a minimum


# The names that a card's ``gate`` may use. All figures are means over pictures.
THRESHOLDS = {
    "to_keras_psnr_db": Threshold("PSNR to Keras float, dB", at_least=True),
    "to_keras_ssim": Threshold("SSIM to Keras float", at_least=True),
    "to_keras_flip": Threshold("FLIP to Keras float", at_least=False),
    "target_ssim_loss": Threshold("SSIM to the target lost against Keras float", at_least=False),
    "to_keras_steepness": Threshold("steepness of edges over Keras float", at_least=True),
    "target_swd_fine": Threshold("fine SWD to the target over that of Keras float", at_least=False),
}
# Names in cards of version 0.1.
RENAMED = {"teacher_ssim_loss": "target_ssim_loss"}


@dataclass(frozen=True)
class Verdict:
    """The figures of a file and the thresholds in its card."""

    file: Path
    pictures: int
    found: dict[str, float]
    gate: dict[str, float]

    def meets(self, name: str) -> bool:
        """Whether the file meets one threshold."""
        found, bound = self.found[name], self.gate[name]
        return found >= bound if THRESHOLDS[name].at_least else found <= bound

    @property
    def passed(self) -> bool:
        """Whether the file meets every threshold."""
        return all(self.meets(name) for name in self.gate)

    def lines(self) -> list[str]:
        """The verdict as text."""
        lines = [f"{self.file}: {'passed' if self.passed else 'FAILED'} on {self.pictures} pictures"]
        for name, bound in self.gate.items():
            word = "at least" if THRESHOLDS[name].at_least else "at most"
            mark = "" if self.meets(name) else "  <-- not met"
            lines.append(f"  {THRESHOLDS[name].text:46}{self.found[name]:9.4f}, {word} {bound:g}{mark}")
        return lines


def thresholds_in(file: Path, card: ModelCard) -> dict[str, float]:
    """The thresholds in the card of ``file``, by the names of this version.

    Raises:
        DataError: the card sets a threshold that this version does not know.
    """
    gate = {RENAMED.get(name, name): bound for name, bound in card.gate.items()}
    if unknown := set(gate) - set(THRESHOLDS):
        raise DataError(
            f"{file}: its card has a threshold for {', '.join(sorted(unknown))}; expected {', '.join(THRESHOLDS)}; "
            "update Celcam, or export the file again"
        )
    return gate


def judge(file: Path, card: ModelCard, measured: Measured) -> Verdict | None:
    """The verdict on ``file``, which was measured under its stem; None if its card has no thresholds."""
    if not card.gate:
        return None
    own, to_target = measured.to_keras(file.stem), measured.to_target(file.stem)
    found = {
        "to_keras_psnr_db": own.psnr_db,
        "to_keras_ssim": own.ssim,
        "to_keras_flip": own.flip,
        "target_ssim_loss": measured.keras_to_target.ssim - to_target.ssim,
        "to_keras_steepness": own.steepness,
        "target_swd_fine": _ratio(to_target.swd_fine, measured.keras_to_target.swd_fine),
    }
    return Verdict(file, len(measured.pictures), found, card.gate)


def _ratio(found: float, reference: float) -> float:
    """The quotient; 1 for two zeros."""
    return found / reference if reference else (1.0 if found == 0 else math.inf)
