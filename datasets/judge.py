"""Blind test: two folders of pictures become sheets that hide which picture comes from which folder.

The folder of a test holds

    sheet-1.jpg, ...    a row for each picture: 1, the photo if there is one, 2
    form.csv            a line for each row, for the vote
    key.json            which folder picture 1 is from; nobody opens it before the votes are complete

`datasets.votes` reads form and key.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import DataError, MediaError
from celcam.image_io import write_image, write_whole
from celcam.media.photos import read_image
from celcam.pixels import resize
from celcam.sheet import CAPTION_HEIGHT, captioned, contact_sheet
from datasets.alignment import have_one_shape
from datasets.photo import is_photo_name

FORM_NAME, KEY_NAME = "form.csv", "key.json"
VOTES = ("1", "2", "=")
HEADING = "row"  # of the form's first column
JPEG_QUALITY = 95
# How many names an error message lists.
MAX_NAMES = 5

FORM_HEAD = """\
# Blind test {test}: which picture of each row do you prefer? Look at the sheets, and leave {key} closed.
# Write 1, 2 or = behind each comma. Then count: python -m datasets count-votes {form}
{heading},vote
"""


@dataclass(frozen=True)
class Row:
    """A row of a sheet."""

    number: int  # from 1
    name: str  # of the files, without suffix
    first: str  # the folder that picture 1 is from: "A" or "B"


@dataclass(frozen=True)
class Key:
    """What a blind test hides."""

    a: str  # folders, as they were given
    b: str
    seed: int
    rows: tuple[Row, ...]

    def encode(self) -> bytes:
        """The key as JSON."""
        return (json.dumps(asdict(self), indent=1) + "\n").encode()

    def test(self) -> str:
        """A short name of the test, which form and key share."""
        return hashlib.sha256(self.encode()).hexdigest()[:8]


def write_test(
    a: Path, b: Path, out: Path, *, photos: Path | None, height: int, per_sheet: int, seed: int | None = None
) -> list[Path]:
    """Write the sheets, the form and the key of a blind test.

    Args:
        a: folder of pictures.
        b: folder of pictures of the same names; suffixes and sizes may differ.
        out: folder of the test.
        photos: folder of the source photos, of the same names; None shows no photo.
        height: of each picture on a sheet, in pixels.
        per_sheet: most rows on a sheet.
        seed: of the hidden order; None draws one, and the key records it.

    Returns:
        The sheets.

    Raises:
        MediaError: a folder or picture can't be read, the names do not match, or two pictures have different shapes.
        DataError: ``out`` already holds a test.
    """
    if (out / FORM_NAME).exists():
        raise DataError(f"{out / FORM_NAME}: a test with votes may be lost; choose another --out")
    columns = [_pictures_in(folder) for folder in (a, b)]
    names = _common_names((a, b), columns)
    if photos is not None:
        columns.append(_pictures_in(photos))
        _require_photos(photos, names, columns[2])
    seed = secrets.randbelow(2**32) if seed is None else seed
    key = Key(str(a), str(b), seed, _hide(names, seed))
    sheets: list[Path] = []
    for start in range(0, len(key.rows), per_sheet):
        rows = [_draw(row, [column[row.name] for column in columns], height) for row in key.rows[start:][:per_sheet]]
        sheets.append(out / f"sheet-{len(sheets) + 1}.jpg")
        write_image(sheets[-1], contact_sheet(rows, height=height + CAPTION_HEIGHT), quality=JPEG_QUALITY)
    write_whole(out / KEY_NAME, key.encode())
    write_whole(out / FORM_NAME, _empty_form(out, key))
    return sheets


def _hide(names: Sequence[str], seed: int) -> tuple[Row, ...]:
    """Picture 1 is from each folder in half of the rows, in an order that only ``seed`` decides."""
    order = np.random.default_rng(seed).permutation(len(names)) % 2
    return tuple(Row(number, name, "AB"[order[number - 1]]) for number, name in enumerate(names, start=1))


def _pictures_in(folder: Path) -> dict[str, Path]:
    """The pictures in ``folder``, without its subfolders, by name without suffix.

    Raises:
        MediaError: no folder, no pictures, or two pictures of one name.
    """
    if not folder.is_dir():
        raise MediaError(f"{folder}: no such folder; expected a folder of pictures")
    pictures: dict[str, Path] = {}
    for path in sorted(path for path in folder.iterdir() if is_photo_name(path.name)):
        if path.stem in pictures:
            raise MediaError(f"{folder}: {pictures[path.stem].name} and {path.name} have one name; remove one of them")
        pictures[path.stem] = path
    if not pictures:
        raise MediaError(f"{folder}: contains no picture; expected files such as .jpg, .png or .webp")
    return pictures


def _common_names(folders: Sequence[Path], columns: Sequence[dict[str, Path]]) -> list[str]:
    """The names of the pictures, sorted; MediaError if a picture has no match in the other folder."""
    unmatched = [
        f"{_listed(columns[side].keys() - columns[1 - side].keys())} only in {folders[side]}"
        for side in (0, 1)
        if columns[side].keys() - columns[1 - side].keys()
    ]
    if unmatched:
        raise MediaError(
            f"{'; '.join(unmatched)}; expected the same names in both folders, such as cat.png and cat.jpg"
        )
    return sorted(columns[0])


def _require_photos(folder: Path, names: Sequence[str], photos: dict[str, Path]) -> None:
    missing = set(names) - photos.keys()
    if missing:
        raise MediaError(f"--photos {folder}: has no photo for {_listed(missing)}; expected the names of the pictures")


def _listed(names: set[str]) -> str:
    shown = ", ".join(sorted(names)[:MAX_NAMES])
    return shown if len(names) <= MAX_NAMES else f"{shown} and {len(names) - MAX_NAMES} more"


def _draw(row: Row, paths: Sequence[Path], height: int) -> list[Uint8Array]:
    """The pictures of a row with captions, from the paths of A, B and the photo, if any."""
    size = _display_size(paths, pictures := [read_image(path) for path in paths], height)
    cells = [resize(picture, size) for picture in pictures]
    first, second = cells[:2] if row.first == "A" else reversed(cells[:2])
    captions = {"1": first, "photo": cells[2], "2": second} if len(cells) > 2 else {"1": first, "2": second}
    return [captioned(cell, f"row {row.number}: {caption}") for caption, cell in captions.items()]


def _display_size(paths: Sequence[Path], pictures: Sequence[Uint8Array], height: int) -> tuple[int, int]:
    """One width and height for all pictures of a row, so that no shape shows which is which."""
    for path, picture in zip(paths, pictures, strict=True):
        if not have_one_shape(pictures[0], picture):
            sizes = [f"{each.shape[1]}x{each.shape[0]}" for each in (pictures[0], picture)]
            raise MediaError(
                f"{paths[0]} is {sizes[0]} and {path} is {sizes[1]}; expected the same shape; crop one like the other"
            )
    return round(height * sum(picture.shape[1] / picture.shape[0] for picture in pictures[:2]) / 2), height


def _empty_form(out: Path, key: Key) -> Iterator[bytes]:
    head = FORM_HEAD.format(test=key.test(), key=KEY_NAME, form=out / FORM_NAME, heading=HEADING)
    yield head.encode()
    yield from (f"{row.number},\n".encode() for row in key.rows)
