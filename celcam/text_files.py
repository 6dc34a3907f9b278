"""Read JSON and TOML that others have written: of bounded size and depth."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

# Settings, looks, cards and configs have a few kilobytes.
MOST_BYTES = 10_000_000
MOST_TOML_BYTES = 1_000_000
# The time for a dotted key grows with the square of its parts.
MOST_DOTS = 200


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text; raises ValueError if it is no JSON, or nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def read_json(path: Path) -> Any:
    """The value of a JSON file.

    Raises:
        MediaError: the file can't be read, or is larger than `MOST_BYTES`.
        ValueError: it is no JSON, or nested too deeply.
    """
    return parse_json(_read(path, MOST_BYTES))


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        MediaError: the file can't be read, or is larger than `MOST_TOML_BYTES`.
        ValueError: it is no TOML, nested too deeply, or a text in it has a NUL character.
    """
    text = _read(path, MOST_TOML_BYTES).decode()
    if any(line.count(".") > MOST_DOTS for line in text.split("\n")):
        raise ValueError(f"a line has more than {MOST_DOTS} dots")
    try:
        values = tomllib.loads(text)
        _refuse_nul(values)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return values


def _read(path: Path, most: int) -> bytes:
    from celcam.image_io import read_bytes  # loads OpenCV, which `--help` does without

    return read_bytes(path, most=most)


def _refuse_nul(value: Any) -> None:
    """Raise ValueError for a text that no file name and no option can contain."""
    if isinstance(value, str) and "\0" in value:
        raise ValueError(f"{value!r} has a NUL character")
    if isinstance(value, dict):
        for key, each in value.items():
            _refuse_nul(key)
            _refuse_nul(each)
    elif isinstance(value, list):
        for each in value:
            _refuse_nul(each)
