"""The card of a model: ``NAME.json`` says what ``NAME.tflite`` is, how it was made and how good it is."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from celcam.errors import MediaError, ModelError, UnknownNameError
from celcam.image_io import read_bytes, write_whole
from celcam.paths import MODELS
from celcam.text_files import read_json
from celcam.typed_json import build

# A larger file is no network for live pictures.
MOST_BYTES = 100_000_000


@dataclass(frozen=True)
class ModelCard:
    """The facts about a model file."""

    name: str
    style: str
    recipe: str  # of `convert.recipes`
    summary: str
    licence: str
    sha256: str  # of the .tflite file
    bytes: int
    parameters: int
    gmac_256: float  # thousand million multiply-accumulates for a picture of 256x256
    tensors: str  # shape, dtype and range of input and output
    weights_sha256: str = ""  # of the Keras weights that the file was made from; empty in cards of older versions
    celcam_version: str = ""  # that exported the file; empty in cards of older versions
    training: dict[str, Any] = field(default_factory=dict)  # data, losses, budget, versions
    quality: dict[str, Any] = field(default_factory=dict)  # similarity of the pictures, and on which photos
    cost: dict[str, Any] = field(default_factory=dict)  # sizes, memory, and time as ratios, with the device
    gate: dict[str, float] = field(default_factory=dict)  # thresholds for `python -m convert check`
    # Factors of the channels of a layer's output in the file, relative to the network; only for scaled layers.
    channel_factors: dict[str, list[float]] = field(default_factory=dict)


def card_path(model: Path) -> Path:
    """The path of the card of ``model``."""
    return model.with_suffix(".json")


def write_card(model: Path, card: ModelCard) -> Path:
    """Write the card of ``model`` atomically."""
    path = card_path(model)
    text = json.dumps(asdict(card), indent=1, ensure_ascii=False)
    text = re.sub(r"(?<=\[)[\s\d.,e+-]+(?=\])", lambda numbers: " ".join(numbers[0].split()), text)  # one line per list
    write_whole(path, (text + "\n").encode())
    return path


def read_card(model: Path) -> ModelCard | None:
    """The card of ``model``; None if it has none.

    Fields that this version does not know are ignored, and missing optional fields have their defaults. So an app reads
    the cards of newer and of older versions.

    Raises:
        ModelError: the card can't be read, lacks a required field, or has a value of the wrong type.
    """
    path = card_path(model)
    if not path.is_file():
        return None
    try:
        fields = read_json(path)
        if not isinstance(fields, dict):
            raise TypeError(f"expected a JSON object, got {type(fields).__name__}")
        card: ModelCard = build(ModelCard, fields)
    except (MediaError, TypeError, ValueError) as error:
        raise ModelError(f"{path}: not a model card ({error}); export the model again") from error
    return card


def read_model(model: Path) -> tuple[bytes, ModelCard | None]:
    """The contents of a model file and its card; the two must agree.

    Raises:
        ModelError: the file is missing, is not a TFLite file, or is not the file that its card describes.
    """
    try:
        data = read_bytes(model, most=MOST_BYTES)
    except MediaError as error:
        raise ModelError(f"{error}; expected a .tflite file") from error
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
    """The model file of a style.

    Raises:
        UnknownNameError: there is no such file; the message lists the styles that exist.
    """
    known = {path.stem for path in models.glob("*.tflite")}
    if style not in known:
        raise UnknownNameError("style", style, known or {f"none in {models}"})
    return models / f"{style}.tflite"


def sha256(data: bytes) -> str:
    """The SHA-256 digest in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
