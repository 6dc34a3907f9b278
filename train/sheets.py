"""Contact sheets of trained runs: photo, target, and the output of each run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from celcam.arrays import Uint8Array
from celcam.errors import UsageError
from celcam.image_io import encode_image, write_whole
from celcam.sheet import contact_sheet
from train.draw import load_drawing
from train.evaluation import photos_to_draw
from train.run_config import read_config

Drawing = Callable[[Uint8Array], Uint8Array]

HEIGHT = 256
JPEG_QUALITY = 82


def write_sheet(path: Path, drawings: Mapping[str, Drawing], pictures: Iterable[tuple[Uint8Array, Uint8Array]]) -> None:
    """Write a sheet with a row for each picture: photo, target, and each drawing.

    Args:
        path: of the sheet; its suffix decides the format.
        drawings: by title.
        pictures: photos and cartoons, each ``(H, W, 3) uint8 RGB``.
    """
    rows = [(photo, cartoon, *(drawing(photo) for drawing in drawings.values())) for photo, cartoon in pictures]
    sheet = contact_sheet(rows, height=HEIGHT, titles=("photo", "target", *drawings))
    write_whole(path, encode_image(sheet, path.suffix.lower(), quality=JPEG_QUALITY))


def write_photo_sheet(path: Path, runs: Sequence[Path], photos: Path, short_side: int) -> None:
    """Write a sheet of the photos in ``photos``, drawn by the style filter of the runs' look and by each run.

    Raises:
        UsageError: the runs are not all of one look.
        MediaError: there is no photo.
    """
    styles = {read_config(run).style for run in runs}
    if len(styles) > 1:
        raise UsageError(f"runs of {' and '.join(sorted(styles))}: expected one look a sheet")
    drawings = {run.name: load_drawing(run) for run in runs}
    write_sheet(path, drawings, (read() for read in photos_to_draw(photos, styles.pop(), short_side)))
