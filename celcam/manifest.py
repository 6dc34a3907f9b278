"""The manifest that ``datasets`` writes and ``train`` reads: ``manifest.jsonl``, one JSON object per line and pair."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from celcam.errors import DataError, MediaError
from celcam.image_io import read_bytes, write_whole
from celcam.text_files import parse_json

MANIFEST_NAME = "manifest.jsonl"
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, order=True)
class Pair:
    """A photo and its cartoon; both files hold ``(H, W, 3) uint8 RGB`` of the same size."""

    digest: str  # sha256 of the source photo's bytes
    style: str
    split: str  # one of SPLITS; depends on the group's digest, or on the photo's digest if it has no group
    photo: str  # paths relative to the manifest's folder
    cartoon: str
    source: str  # name of the source photo, for humans
    group: str = ""  # the smallest digest of its near-duplicates; empty if it has none


def write_manifest(folder: Path, pairs: Iterable[Pair]) -> Path:
    """Write the manifest of ``folder`` atomically; return its path.

    ``pairs`` may be a generator of millions: each pair is written immediately.
    """
    path = folder / MANIFEST_NAME
    write_whole(path, (f"{json.dumps(_as_line(pair), ensure_ascii=False)}\n".encode() for pair in pairs))
    return path


def read_manifest(folder: Path) -> list[Pair]:
    """Read the pairs of ``folder``, sorted.

    Raises:
        DataError: the manifest is missing, or a line of it is not a pair.
    """
    path = folder / MANIFEST_NAME
    try:
        lines = read_bytes(path).split(b"\n")  # not `splitlines`: a name may contain another line separator
    except MediaError as error:
        raise DataError(f"{error}; make the pairs with 'python -m datasets build --out {folder}'") from error
    pairs = []
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            pairs.append(_pair(parse_json(line)))
        except (TypeError, ValueError) as error:
            raise DataError(f"{path}, line {number}: not a pair ({error}); build the pairs again") from error
    return sorted(pairs)


def pairs_of(folder: Path, split: str) -> list[Pair]:
    """Read the pairs of one split, all in one style.

    Raises:
        DataError: the split is empty, or the folder has several styles; a network learns one style.
    """
    pairs = [pair for pair in read_manifest(folder) if pair.split == split]
    if not pairs:
        raise DataError(f"{folder / MANIFEST_NAME}: no pairs in the {split} split; build pairs from more photos")
    styles = sorted({pair.style for pair in pairs})
    if len(styles) > 1:
        raise DataError(
            f"{folder / MANIFEST_NAME}: pairs in {len(styles)} styles ({', '.join(styles)}), expected one; "
            f"use the folder of one style, such as {folder / styles[0]}"
        )
    return pairs


def _pair(fields: Any) -> Pair:
    pair = Pair(**fields)
    if not all(isinstance(value, str) for value in fields.values()):
        raise TypeError("expected texts")
    return pair


def _as_line(pair: Pair) -> dict[str, str]:
    """The fields of ``pair``, without an empty group."""
    return {name: value for name, value in asdict(pair).items() if value or name != "group"}
