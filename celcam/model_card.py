"""The card beside a model: ``NAME.json`` says what ``NAME.tflite`` is, how it was made and how good it is."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from celcam.errors import ModelError, UnknownNameError
from celcam.image_io import write_whole
from celcam.paths import MODELS


@dataclass(frozen=True)
class ModelCard:
    """What is known of a model file."""

    name: str
    style: str
    recipe: str  # of `convert.recipes`
    summary: str
    licence: str
    sha256: str  # of the .tflite file
    bytes: int
    parameters: int
    gmac_256: float  # multiply-accumulates for a picture of 256x256, in thousand millions
    tensors: str  # shape, dtype and range of input and output
    training: dict[str, Any] = field(default_factory=dict)  # data, losses, budget, versions
    quality: dict[str, Any] = field(default_factory=dict)  # figures on the test part, and what they compare
    cost: dict[str, Any] = field(default_factory=dict)  # sizes, memory, and time as ratios, with the device it was on
    gate: dict[str, float] = field(default_factory=dict)  # what `python -m convert check` holds the file to
    # How many times as large as in the network each channel of a layer's output is in the file, where it is scaled.
    channel_factors: dict[str, list[float]] = field(default_factory=dict)


def card_path(model: Path) -> Path:
    """Where the card of ``model`` lies."""
    return model.with_suffix(".json")


def write_card(model: Path, card: ModelCard) -> Path:
    """Write the card of ``model``, whole or not at all."""
    path = card_path(model)
    text = json.dumps(asdict(card), indent=1, ensure_ascii=False)
    text = re.sub(r"(?<=\[)[\s\d.,e+-]+(?=\])", lambda numbers: " ".join(numbers[0].split()), text)  # a list, a line
    write_whole(path, (text + "\n").encode())
    return path


def read_card(model: Path) -> ModelCard | None:
    """The card of ``model``; None where it has none.

    Raises:
        ModelError: the card can't be read.
    """
    path = card_path(model)
    if not path.is_file():
        return None
    try:
        return ModelCard(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, TypeError, ValueError) as error:
        raise ModelError(f"{path}: not a model card ({error}); export the model again") from error


def read_model(model: Path) -> tuple[bytes, ModelCard | None]:
    """The contents of a model file and its card, which must agree.

    Raises:
        ModelError: missing, not TFLite, or not the file that its card describes.
    """
    try:
        data = model.read_bytes()
    except OSError as error:
        raise ModelError(f"{model}: can't be read: {error.strerror}; expected a .tflite file") from error
    card = read_card(model)
    if card is not None and sha256(data) != card.sha256:
        raise ModelError(
            f"{model}: disagrees with its card: expected sha256 {card.sha256[:12]}..., {card.bytes} bytes, "
            f"got {sha256(data)[:12]}..., {len(data)} bytes; restore the file or export the model again"
        )
    if data[4:8] != b"TFL3":
        raise ModelError(f"{model}: not a TFLite file ({len(data)} bytes); expected one made by 'python -m convert'")
    return data, card


def find_model(style: str, models: Path = MODELS) -> Path:
    """The file that a style's name stands for.

    Raises:
        UnknownNameError: there is none; the message lists those that exist.
    """
    known = {path.stem for path in models.glob("*.tflite")}
    if style not in known:
        raise UnknownNameError("style", style, known or {f"none in {models}"})
    return models / f"{style}.tflite"


def sha256(data: bytes) -> str:
    """The digest as hexadecimal."""
    return hashlib.sha256(data).hexdigest()
