"""The options of each command of ``python -m datasets``."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from celcam.cli import MOST_SECONDS, MOST_THREADS, option, require, require_between
from celcam.errors import UsageError
from celcam.media.limits import MAX_MEGAPIXELS
from celcam.paths import SAMPLES

SUFFIXES = {"png": ".png", "jpeg": ".jpg"}
MIN_SIZE, MAX_SIZE = 64, 2048


@dataclass(frozen=True)
class BuildConfig:
    """Options of ``build``."""

    out: Path = option(help="folder for the pairs and manifest.jsonl")
    photos: tuple[Path, ...] = option(
        (SAMPLES,),
        help="folders (searched recursively), globs, photos, zip or tar archives, video clips",
        metavar="PHOTOS",
    )
    style: str = option("comic", help="the style to draw, or 'all'")
    sizes: str = option("256", help="short sides of the pairs in pixels, such as 256,384; a live camera runs at 256")
    format: str = option("png", help="png, or jpeg: a quarter of the disk space, with compression artifacts")
    every: float = option(2.0, help="seconds between the frames taken from a clip", metavar="S")
    max_megapixels: float = option(
        MAX_MEGAPIXELS, help="skip larger photos; each process needs 6 MB of memory per megapixel"
    )
    jobs: int = option(os.cpu_count() or 1, help="number of processes; the default is one per core")
    scheduler: str | None = option(None, help="draw on a Dask cluster; tcp://HOST:PORT of its scheduler")

    def __post_init__(self) -> None:
        for size in self.short_sides():
            _require_size("--sizes", size)
        require(self.format in SUFFIXES, f"--format {self.format}: expected {' or '.join(SUFFIXES)}")
        require(self.every > 0, f"--every {self.every}: expected more than 0 seconds")
        require(self.max_megapixels > 0, f"--max-megapixels {self.max_megapixels}: expected more than 0")
        require_between("--jobs", self.jobs, 1, MOST_THREADS)

    def short_sides(self) -> tuple[int, ...]:
        """The short sides in pixels, smallest first, without repeats."""
        return tuple(sorted(set(_parse_sizes(self.sizes))))


@dataclass(frozen=True)
class ImportConfig:
    """Options of ``import``."""

    style: str = option(help="a name for the look, such as gouache; it names the folder of the targets", metavar="NAME")
    out: Path = option(help="folder for the pairs and manifest.jsonl")
    photos: Path | None = option(None, help="folder of photos, with --targets", metavar="DIR")
    targets: Path | None = option(
        None, help="folder of targets, with the names of their photos; suffixes and sizes may differ", metavar="DIR"
    )
    csv: Path | None = option(
        None, help="instead: a CSV file with the columns photo and target, paths relative to the file", metavar="FILE"
    )
    side_by_side: Path | None = option(
        None, help="instead: folder of pictures that hold photo and target side by side, as for pix2pix", metavar="DIR"
    )
    photo_side: str = option("left", help="half of such a picture that is the photo: left (A to B), right (B to A)")
    size: int = option(256, help="short side of the pairs in pixels")
    format: str = option("png", help="png, or jpeg: a quarter of the disk space, with compression artifacts")
    unaligned: bool = option(
        False, help="also keep pairs whose target shows other content than the photo or is shifted"
    )
    max_megapixels: float = option(100.0, help="skip larger pictures")
    jobs: int = option(os.cpu_count() or 1, help="number of processes; the default is one per core")

    def __post_init__(self) -> None:
        given = [name for name in ("photos", "csv", "side_by_side") if getattr(self, name) is not None]
        require(
            len(given) == 1 and (self.photos is None) == (self.targets is None),
            "expected one of: --photos DIR --targets DIR; --csv FILE; --side-by-side DIR",
        )
        require(self.photo_side in ("left", "right"), f"--photo-side {self.photo_side}: expected left or right")
        require(
            re.fullmatch(r"[a-z0-9][a-z0-9_-]*", self.style) is not None and self.style != "photo",
            f"--style {self.style}: expected lower-case letters, digits and hyphens, and not 'photo'",
        )
        _require_size("--size", self.size)
        require(self.format in SUFFIXES, f"--format {self.format}: expected {' or '.join(SUFFIXES)}")
        require(self.max_megapixels > 0, f"--max-megapixels {self.max_megapixels}: expected more than 0")
        require(self.jobs >= 1, f"--jobs {self.jobs}: expected 1 or more")


@dataclass(frozen=True)
class PreviewConfig:
    """Options of ``preview``."""

    photo: Path = option(help="the photo to draw", positional=True, reads=True)
    style: str = option("comic", help="the style to draw")
    out: Path = option(
        Path("out/preview.png"), help="image file for the photo and its cartoon, side by side", writes=True
    )
    size: int = option(512, help="short side in pixels")

    def __post_init__(self) -> None:
        _require_size("--size", self.size)


@dataclass(frozen=True)
class FetchConfig:
    """Options of ``fetch``."""

    name: str | None = option(None, help="the set to download; without a name, list all sets", positional=True)
    out: Path = option(Path("photos"), help="folder for the archive; 'build --photos' reads the archive directly")
    timeout: float = option(30.0, help="seconds without data before reconnecting")
    tries: int = option(5, help="give up after this many connections in a row without data")

    def __post_init__(self) -> None:
        require_between("--timeout", self.timeout, 0.001, MOST_SECONDS)
        require(self.tries >= 1, f"--tries {self.tries}: expected 1 or more")


@dataclass(frozen=True)
class ReportConfig:
    """Options of ``report``."""

    pairs: Path = option(help="folder made by 'build'", positional=True)
    out: Path | None = option(None, help="HTML file to write; report.html in the pairs' folder by default")
    rows: int = option(24, help="number of photos in the grid of pairs")

    def __post_init__(self) -> None:
        require(self.rows >= 1, f"--rows {self.rows}: expected 1 or more")


@dataclass(frozen=True)
class BenchConfig:
    """Options of ``bench``."""

    photos: tuple[Path, ...] = option((SAMPLES,), help="photos to draw, as for 'build'", metavar="PHOTOS")
    style: str = option("all", help="the style to draw, or 'all'")
    sizes: str = option("256,512", help="short sides in pixels")
    pairs: int = option(38, help="pairs drawn for each figure; more pairs give steadier figures")
    jobs: int = option(2, help="number of processes to compare with one process")

    def __post_init__(self) -> None:
        require(self.pairs >= 1, f"--pairs {self.pairs}: expected 1 or more")
        require_between("--jobs", self.jobs, 1, MOST_THREADS)
        for size in self.short_sides():
            _require_size("--sizes", size)

    def short_sides(self) -> tuple[int, ...]:
        """The short sides in pixels, in the order given."""
        return _parse_sizes(self.sizes)


@dataclass(frozen=True)
class JudgeConfig:
    """Options of ``judge``."""

    a: Path = option(help="folder of pictures", positional=True, metavar="A")
    b: Path = option(
        help="folder of pictures of the same names; suffixes and sizes may differ", positional=True, metavar="B"
    )
    photos: Path | None = option(
        None, help="folder of the source photos, to show between the two pictures", metavar="DIR"
    )
    out: Path = option(Path("out/judge"), help="folder for sheets, form.csv and key.json")
    height: int = option(384, help="height of each picture on a sheet in pixels")
    per_sheet: int = option(4, help="number of rows per sheet, each with one vote")
    seed: int | None = option(None, help="of the hidden order; random by default")

    def __post_init__(self) -> None:
        require(
            MIN_SIZE <= self.height <= MAX_SIZE, f"--height {self.height}: expected {MIN_SIZE} to {MAX_SIZE} pixels"
        )
        require(self.per_sheet >= 1, f"--per-sheet {self.per_sheet}: expected 1 or more")
        require(self.seed is None or self.seed >= 0, f"--seed {self.seed}: expected 0 or more")


@dataclass(frozen=True)
class CountVotesConfig:
    """Options of ``count-votes``."""

    form: Path = option(help="the form that 'judge' wrote, with a vote on each line", positional=True, metavar="FORM")
    key: Path | None = option(None, help="the key of the test; key.json in the form's folder by default")
    group: tuple[str, ...] = option(
        (),
        help="pictures to count separately: a name, and a file with a picture's name on each line, such as "
        "faces=faces.txt; by default the parts of the names before the first '_'",
        metavar="NAME=FILE",
    )


def _parse_sizes(sizes: str) -> tuple[int, ...]:
    """``"256,384"`` to ``(256, 384)``."""
    try:
        return tuple(int(size) for size in sizes.split(","))
    except ValueError:
        raise UsageError(f"--sizes {sizes}: expected numbers such as 256 or 256,384") from None


def _require_size(option_name: str, size: int) -> None:
    require(MIN_SIZE <= size <= MAX_SIZE, f"{option_name} {size}: expected {MIN_SIZE} to {MAX_SIZE} pixels")
