"""Compares a network with the target, on pairs or on photos whose target the style filter draws on the fly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from celcam.arrays import Uint8Array
from celcam.comparison import Likeness, View, compare, mean_likeness
from celcam.errors import MediaError, UnknownNameError
from celcam.manifest import SPLITS, pairs_of
from celcam.media.photos import read_image
from celcam.pixels import to_short_side
from celcam.progress import Progress
from celcam.sheet import contact_sheet
from celcam.styles import Style, find_style, stroke_scale
from celcam.suffixes import IMAGE_SUFFIXES
from train.batches import read_pair

# Rows of the contact sheet: more than that, and nobody looks at them with care.
SHEET_ROWS = 24
SHEET_TITLES = ("photo", "target", "network")

ReadPair = Callable[[], tuple[Uint8Array, Uint8Array]]  # photo and cartoon, each (H, W, 3) uint8 RGB


@dataclass(frozen=True)
class Evaluation:
    """Means over pictures: of the network, and of the unchanged photo (identity baseline), both against the target."""

    pictures: int
    network: Likeness
    photo: Likeness
    sheet: Uint8Array  # photo, target and network of the first pictures

    def table(self) -> str:
        """The figures for people."""
        lines = [f"  {'':22}{likeness_titles()}"]
        for name, likeness in (("network", self.network), ("photo (identity)", self.photo)):
            lines.append(f"  {name:22}{likeness_columns(likeness)}")
        return "\n".join(lines)


def likeness_titles() -> str:
    """The titles of `likeness_columns`."""
    return f"{'PSNR dB':>9}{'SSIM':>8}{'edge-F1':>9}{'steepness':>11}{'SWD fine':>10}{'middle':>8}{'coarse':>8}"


def likeness_columns(likeness: Likeness) -> str:
    """The figures that a training is judged by, for a line of a table."""
    return (
        f"{likeness.psnr_db:9.2f}{likeness.ssim:8.4f}{likeness.edge_f1:9.4f}{likeness.steepness:11.3f}"
        f"{likeness.swd_fine:10.0f}{likeness.swd_middle:8.0f}{likeness.swd_coarse:8.0f}"
    )


def pairs_to_read(folder: Path, split: str) -> list[ReadPair]:
    """One split of the pairs in ``folder``.

    Raises:
        UnknownNameError: there is no such split.
        DataError: the split has no pairs.
    """
    if split not in SPLITS:
        raise UnknownNameError("split", split, SPLITS)
    return [partial(read_pair, folder, pair) for pair in pairs_of(folder, split)]


def photos_to_draw(folder: Path, style: str, short_side: int) -> list[ReadPair]:
    """The photos at and below ``folder``; when one is read, the style filter ``style`` draws its target.

    Raises:
        MediaError: there is no photo.
    """
    return [partial(draw_pair, path, find_style(style), short_side) for path in find_photos(folder)]


def find_photos(folder: Path) -> list[Path]:
    """The photos at and below ``folder``, sorted.

    Raises:
        MediaError: there is no photo.
    """
    photos = sorted(path for path in folder.rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES)
    if not photos:
        raise MediaError(f"{folder}: no photo in it; expected a folder with JPEG, PNG, WebP, BMP or TIFF files")
    return photos


def evaluate(
    drawing: Callable[[Uint8Array], Uint8Array], pairs: Sequence[ReadPair], *, quiet: bool = False
) -> Evaluation:
    """Compare a network, given as a function of pictures, with the target.

    Raises:
        MediaError: a picture can't be read.
    """
    network, photo_itself = [], []
    rows: list[tuple[Uint8Array, Uint8Array, Uint8Array]] = []
    with Progress("compare", len(pairs), "pictures", quiet=quiet) as progress:
        for read in pairs:
            photo, cartoon = read()
            drawn = drawing(photo)
            target = View(cartoon)
            network.append(compare(target, View(drawn)))
            photo_itself.append(compare(target, View(photo)))
            if len(rows) < SHEET_ROWS:
                rows.append((photo, cartoon, drawn))
            progress.advance()
    sheet = contact_sheet(rows, height=256, titles=SHEET_TITLES)
    return Evaluation(len(network), mean_likeness(network), mean_likeness(photo_itself), sheet)


def draw_pair(path: Path, style: Style, short_side: int) -> tuple[Uint8Array, Uint8Array]:
    """A photo at ``short_side`` pixels and its target, which the style filter draws: each ``(H, W, 3) uint8 RGB``.

    Raises:
        MediaError: the photo can't be read.
    """
    full = read_image(path)
    photo = to_short_side(full, short_side)
    return photo, style.draw(photo, stroke_scale(photo))
