"""The pairs that files are calibrated on, fine-tuned on and measured on.

By default they are the pairs that the run was trained on. If those are not on this machine, the style filter draws
targets for the bundled photos.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from celcam.errors import DataError
from celcam.image_io import read_bytes, write_image
from celcam.manifest import MANIFEST_NAME, Pair, pairs_of, read_manifest, write_manifest
from celcam.paths import SAMPLES
from celcam.styles import STYLES, find_style
from convert.measuring import SHORT_SIDE
from train.evaluation import draw_pair, find_photos
from train.run_config import RunConfig

# Every fourth of the bundled photos is a test picture.
TEST_INTERVAL = 4


@dataclass(frozen=True)
class PairsFolder:
    """A folder of pairs, and what a reader of figures from it must know."""

    path: Path
    photos: Path | None = None  # the photos that the pairs were drawn from just now; None for pairs that were built
    note: str = ""  # a warning about figures on these pairs

    def facts(self) -> dict[str, str]:
        """What a card says about the pictures."""
        return {"split": "bundled photos", "note": self.note} if self.note else {"split": "test"}

    def pairs_to_measure(self, most: int = 0) -> tuple[Pair, ...]:
        """The pairs of the test split, or all pairs if they were drawn just now.

        Args:
            most: how many pairs at most, spread evenly; 0 for all.

        Raises:
            DataError: there is no pair.
        """
        pairs = pairs_of(self.path, "test") if self.photos is None else read_manifest(self.path)
        count = min(most or len(pairs), len(pairs))
        return tuple(pairs[number * len(pairs) // count] for number in range(count))  # sorted by digest: shuffled


def find_pairs_folder(config: RunConfig, named: Path | None, scratch: Path) -> PairsFolder:
    """The folder of pairs for a run.

    Args:
        config: of the run.
        named: a folder of pairs, or one with such a folder for each style; None: the pairs that the run was trained on.
        scratch: an existing or new folder. It gets pairs of the bundled photos if the others are not on this machine.

    Raises:
        DataError: ``named`` holds no pairs, or pairs of another style; or imported pairs are missing.
    """
    style, own = config.style, config.pairs
    if named is None and not own.is_dir():
        if style not in STYLES:
            raise DataError(f"{own}: no such folder; no style filter draws {style}, so put its imported pairs there")
        drawn = draw_pairs(SAMPLES, style, scratch / style)
        return PairsFolder(
            scratch / style,
            SAMPLES,
            f"The pairs that the network was trained on are not on this machine, so the {len(drawn)} bundled photos "
            "are used. They are few, and the network may have been trained on them: the figures flatter.",
        )
    folder = named or own
    # `datasets build --style all` writes a manifest of all styles next to the folders of each style.
    if (folder / style / MANIFEST_NAME).is_file():
        folder = folder / style
    found = pairs_of(folder, "test")[0].style
    if found != style:
        raise DataError(f"{folder}: its pairs are in the style {found}, but the run draws {style}; name its own pairs")
    return PairsFolder(folder)


def draw_pairs(photos: Path, style: str, folder: Path) -> list[Pair]:
    """Make pairs of all photos at and below ``photos``, in a new or existing ``folder``.

    Raises:
        MediaError: there is no photo, or one can't be read.
        UnknownNameError: there is no such style.
    """
    filter_ = find_style(style)
    digests = {path: hashlib.sha256(read_bytes(path)).hexdigest() for path in find_photos(photos)}
    pairs = []
    for number, path in enumerate(sorted(digests, key=lambda path: digests[path])):
        split = "test" if number % TEST_INTERVAL == 0 else "train"
        pair = Pair(digests[path], style, split, f"photo/{number:05}.png", f"{style}/{number:05}.png", path.name)
        photo, target = draw_pair(path, filter_, SHORT_SIDE)
        write_image(folder / pair.photo, photo)
        write_image(folder / pair.cartoon, target)
        pairs.append(pair)
    write_manifest(folder, pairs)
    return pairs
