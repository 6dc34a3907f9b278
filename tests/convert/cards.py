"""Copies of shipped models whose cards differ from the shipped ones."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

from celcam.model_card import card_path, read_card, write_card
from celcam.paths import MODELS


def copy_with_card(folder: Path, name: str = "comic", **changes: Any) -> Path:
    """A shipped model in ``folder``, with a card that has other values for the fields in ``changes``."""
    file = folder / f"{name}.tflite"
    for path in (file, card_path(file)):
        shutil.copy(MODELS / path.name, path)
    card = read_card(file)
    assert card is not None
    write_card(file, dataclasses.replace(card, **changes))
    return file
