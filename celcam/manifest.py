"""The file that passes from ``datasets`` to ``train``: ``manifest.jsonl``, one JSON line a pair."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from celcam.errors import DataError
from celcam.image_io import write_whole

MANIFEST_NAME = "manifest.jsonl"
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, order=True)
class Pair:
    """A photo and its cartoon; both files hold ``(H, W, 3) uint8 RGB`` of the same size."""

    digest: str  # sha256 of the source photo's bytes
    style: str
    split: str  # one of SPLITS, decided by the digest alone
    photo: str  # paths relative to the manifest's folder
    cartoon: str
    source: str  # the source photo's name, for people


def write_manifest(folder: Path, pairs: Iterable[Pair]) -> Path:
    """Write the manifest of ``folder``, sorted, whole or not at all."""
    path = folder / MANIFEST_NAME
    lines = [json.dumps(asdict(pair), ensure_ascii=False) for pair in sorted(pairs)]
    write_whole(path, "".join(f"{line}\n" for line in lines).encode())
    return path


def read_manifest(folder: Path) -> list[Pair]:
    """The pairs of ``folder``, sorted.

    Raises:
        DataError: there is no manifest, or a line of it is not a pair.
    """
    path = folder / MANIFEST_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(
            f"{path}: can't be read: {error.strerror}; make the pairs with 'python -m datasets build --out {folder}'"
        ) from error
    pairs = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            pairs.append(Pair(**json.loads(line)))
        except (TypeError, ValueError) as error:
            raise DataError(f"{path}, line {number}: not a pair ({error}); build the pairs again") from error
    return sorted(pairs)


def pairs_of(folder: Path, split: str) -> list[Pair]:
    """The pairs of one split.

    Raises:
        DataError: the split is empty.
    """
    pairs = [pair for pair in read_manifest(folder) if pair.split == split]
    if not pairs:
        raise DataError(f"{folder / MANIFEST_NAME}: no pair in the {split} part; build pairs from more photos")
    return pairs
