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
    split: str  # one of SPLITS, decided by the digest, or by that of the group
    photo: str  # paths relative to the manifest's folder
    cartoon: str
    source: str  # the source photo's name, for people
    group: str = ""  # the smallest digest among photos that look alike; empty where there is no other


def write_manifest(folder: Path, pairs: Iterable[Pair]) -> Path:
    """Write the manifest of ``folder``, whole or not at all, a line at a time: there may be millions."""
    path = folder / MANIFEST_NAME
    write_whole(path, (f"{json.dumps(_as_line(pair), ensure_ascii=False)}\n".encode() for pair in pairs))
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
    """The pairs of one split, all in one style.

    Raises:
        DataError: the split is empty, or there are several styles: a network learns one look.
    """
    pairs = [pair for pair in read_manifest(folder) if pair.split == split]
    if not pairs:
        raise DataError(f"{folder / MANIFEST_NAME}: no pair in the {split} part; build pairs from more photos")
    styles = sorted({pair.style for pair in pairs})
    if len(styles) > 1:
        raise DataError(
            f"{folder / MANIFEST_NAME}: pairs in {len(styles)} styles ({', '.join(styles)}), expected one; "
            f"take the folder of one style, such as {folder / styles[0]}"
        )
    return pairs


def _as_line(pair: Pair) -> dict[str, str]:
    """The fields of ``pair``, without a group where there is none."""
    return {name: value for name, value in asdict(pair).items() if value or name != "group"}
