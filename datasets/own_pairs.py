"""Find pairs that others drew: two folders, a CSV list, or pictures that hold photo and target side by side."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from celcam.errors import DataError, MediaError
from celcam.image_io import read_bytes
from datasets.photo import Photo, Rejected, printable
from datasets.sources import find_photos

SIDES = ("left", "right")
COLUMNS = ("photo", "target")


@dataclass(frozen=True)
class PairFiles:
    """The files of a pair."""

    name: str  # of the photo, relative to its folder; stored in the manifest
    photo: Path
    target: Path
    photo_side: str = ""  # of SIDES: both files are one picture, and this half is the photo


FoundPairs = Iterator[PairFiles | Rejected]


def match_folders(photos: Path, targets: Path, exclude: Path) -> FoundPairs:
    """Pair the pictures of two folders by relative path, without suffix.

    Args:
        photos: folder of photos, searched recursively.
        targets: folder of targets, searched recursively.
        exclude: a folder to skip, such as the output folder.

    Yields:
        The pairs; a picture without a match is rejected.

    Raises:
        MediaError: a folder is missing, two files have one name, or no name matches.
    """
    found: list[dict[str, Photo]] = []
    for folder in (photos, targets):
        found.append({})
        for picture in _pictures_in(folder, exclude):
            if isinstance(picture, Rejected):
                yield picture
                continue
            same = found[-1].setdefault(_without_suffix(picture.name), picture)
            if same is not picture:
                raise MediaError(f"{folder}: {same.name} and {picture.name} have one name; remove one of them")
    if not found[0].keys() & found[1].keys():
        raise MediaError(
            f"{photos} and {targets}: no file names match; expected names such as cat.jpg in one and cat.png in the "
            "other, or a list (--csv)"
        )
    for name, photo in found[0].items():
        if name in found[1]:
            yield PairFiles(photo.name, _path(photo), _path(found[1][name]))
        else:
            yield Rejected(photo.place, "no target", f"{photo.place}: {targets} has no target of this name")
    for name, target in found[1].items():
        if name not in found[0]:
            yield Rejected(target.place, "no photo", f"{target.place}: {photos} has no photo of this name")


def read_list(path: Path) -> FoundPairs:
    """Read pairs from a CSV file with the columns ``photo`` and ``target``: paths relative to its folder.

    Raises:
        MediaError: the file can't be read.
        DataError: a column is missing, or a line has no value in it.
    """
    rows = csv.DictReader(read_bytes(path).decode("utf-8-sig", "replace").splitlines())
    missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        got = ", ".join(rows.fieldnames or ()) or "an empty file"
        raise DataError(f"{path}: no column {' and '.join(missing)}; expected the columns photo and target, got {got}")
    for row in rows:
        if not (row["photo"] and row["target"]):
            raise DataError(f"{path}, line {rows.line_num}: expected a photo and a target, got {dict(row)}")
        yield PairFiles(printable(row["photo"]), path.parent / row["photo"], path.parent / row["target"])


def find_side_by_side(folder: Path, photo_side: str, exclude: Path) -> FoundPairs:
    """Find the pictures in ``folder`` and its subfolders; ``photo_side``, one of SIDES, is the half with the photo.

    Raises:
        MediaError: there is no such folder.
    """
    for picture in _pictures_in(folder, exclude):
        if isinstance(picture, Rejected):
            yield picture
        else:
            yield PairFiles(picture.name, _path(picture), _path(picture), photo_side)


def _pictures_in(folder: Path, exclude: Path) -> Iterator[Photo | Rejected]:
    if not folder.is_dir():
        raise MediaError(f"{folder}: no such folder; expected a folder of pictures")
    return find_photos([folder], frame_interval_s=1.0, exclude=exclude)


def _path(picture: Photo) -> Path:
    return picture.path or Path(picture.key)


def _without_suffix(name: str) -> str:
    return name.rpartition(".")[0]
