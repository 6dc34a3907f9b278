"""``python -m datasets``: build pairs from photos, fetch photos, look at what was built."""

from __future__ import annotations

from celcam.startup import check_python

check_python()

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from celcam.cli import Command, option, require, run_commands
from celcam.errors import UsageError
from celcam.paths import SAMPLES

SUFFIXES = {"png": ".png", "jpeg": ".jpg"}
SMALLEST_SIZE, LARGEST_SIZE = 64, 2048


@dataclass(frozen=True)
class BuildConfig:
    """Options of ``build``."""

    out: Path = option(help="folder for the pairs and manifest.jsonl")
    photos: tuple[Path, ...] = option(
        (SAMPLES,),
        help="folders (with what is below), globs, photos, zip or tar archives, video clips",
        metavar="PHOTOS",
    )
    style: str = option("comic", help="the look to draw, or 'all' for each")
    sizes: str = option(
        "256", help="short sides of the pairs in pixels, such as 256,384; 256 is what a live camera runs at"
    )
    format: str = option("png", help="png, or jpeg at a quarter of the room and with its faults")
    every: float = option(
        2.0, help="seconds between the frames taken of a clip; nearer ones show the same", metavar="S"
    )
    max_megapixels: float = option(
        100.0, help="larger photos are left out: each process holds one, at 6 MB a megapixel"
    )
    jobs: int = option(os.cpu_count() or 1, help="processes; one a core")
    scheduler: str | None = option(None, help="work on a Dask cluster instead: tcp://HOST:PORT of its scheduler")

    def __post_init__(self) -> None:
        for size in self.short_sides():
            require(
                SMALLEST_SIZE <= size <= LARGEST_SIZE,
                f"--sizes {size}: expected {SMALLEST_SIZE} to {LARGEST_SIZE} pixels",
            )
        require(self.format in SUFFIXES, f"--format {self.format}: expected {' or '.join(SUFFIXES)}")
        require(self.every > 0, f"--every {self.every}: expected more than 0 seconds")
        require(self.max_megapixels > 0, f"--max-megapixels {self.max_megapixels}: expected more than 0")
        require(self.jobs >= 1, f"--jobs {self.jobs}: expected 1 or more")

    def short_sides(self) -> tuple[int, ...]:
        """The sizes as numbers, smallest first."""
        try:
            return tuple(sorted({int(size) for size in self.sizes.split(",")}))
        except ValueError:
            raise UsageError(f"--sizes {self.sizes}: expected numbers such as 256 or 256,384") from None


@dataclass(frozen=True)
class PreviewConfig:
    """Options of ``preview``."""

    photo: Path = option(help="the photo to draw", positional=True)
    style: str = option("comic", help="the look to draw")
    out: Path = option(Path("out/preview.png"), help="where the photo and its cartoon go, side by side")
    size: int = option(512, help="short side in pixels")

    def __post_init__(self) -> None:
        require(
            SMALLEST_SIZE <= self.size <= LARGEST_SIZE,
            f"--size {self.size}: expected {SMALLEST_SIZE} to {LARGEST_SIZE} pixels",
        )


@dataclass(frozen=True)
class FetchConfig:
    """Options of ``fetch``."""

    name: str | None = option(None, help="the set to fetch; without a name, all are listed", positional=True)
    out: Path = option(Path("photos"), help="folder for the archive; 'build' reads it as it is")
    timeout: float = option(30.0, help="seconds without a byte before the connection is given up and made anew")
    tries: int = option(5, help="connections in a row that may bring nothing")

    def __post_init__(self) -> None:
        require(self.timeout > 0, f"--timeout {self.timeout}: expected more than 0 seconds")
        require(self.tries >= 1, f"--tries {self.tries}: expected 1 or more")


@dataclass(frozen=True)
class ReportConfig:
    """Options of ``report``."""

    pairs: Path = option(help="folder that 'build' made", positional=True)
    out: Path | None = option(None, help="where the page goes; report.html in the folder if not given")
    rows: int = option(24, help="photos in the grid of pairs")

    def __post_init__(self) -> None:
        require(self.rows >= 1, f"--rows {self.rows}: expected 1 or more")


@dataclass(frozen=True)
class BenchConfig:
    """Options of ``bench``."""

    photos: tuple[Path, ...] = option((SAMPLES,), help="photos to draw, as for 'build'", metavar="PHOTOS")
    style: str = option("all", help="the look to draw, or 'all' for each")
    sizes: str = option("256,512", help="short sides to measure")
    pairs: int = option(38, help="pairs drawn for each number; more are steadier")
    jobs: int = option(2, help="processes to compare with one")

    def __post_init__(self) -> None:
        require(self.pairs >= 1, f"--pairs {self.pairs}: expected 1 or more")
        require(self.jobs >= 1, f"--jobs {self.jobs}: expected 1 or more")
        require(
            all(size.isdigit() and SMALLEST_SIZE <= int(size) <= LARGEST_SIZE for size in self.sizes.split(",")),
            f"--sizes {self.sizes}: expected numbers such as 256,512, from {SMALLEST_SIZE} to {LARGEST_SIZE}",
        )


def build(config: BuildConfig) -> int:
    """Photos to pairs."""
    from datasets.build import build_pairs, count_splits, resolve_styles
    from datasets.pair import Plan

    plan = Plan(
        config.out,
        resolve_styles(config.style),
        config.short_sides(),
        SUFFIXES[config.format],
        config.max_megapixels,
    )
    result = build_pairs(
        config.photos, plan, jobs=config.jobs, scheduler=config.scheduler, seconds_per_frame=config.every
    )
    skipped = f"; {result.rejected} skipped" if result.rejected else ""
    twice = f"; {result.duplicates} there twice" if result.duplicates else ""
    alike = f"; {result.alike} on the side of one that looks alike" if result.alike else ""
    total = sum(result.pairs.values())
    print(f"{total} pairs ({count_splits(result.pairs)}){skipped}{twice}{alike}: {result.manifest}")
    return 0


def preview(config: PreviewConfig) -> int:
    """One photo beside its cartoon."""
    import numpy as np

    from celcam.image_io import read_image, write_image
    from celcam.pixels import resize, size_for_short_side
    from celcam.styles import find_style, stroke_scale

    style = find_style(config.style)
    full = read_image(config.photo)
    photo = resize(full, size_for_short_side((full.shape[1], full.shape[0]), config.size))
    write_image(config.out, np.hstack([photo, style.draw(photo, stroke_scale(photo))]))
    print(config.out)
    return 0


def fetch(config: FetchConfig) -> int:
    """Fetch a public set of photos, or list those that are known."""
    from datasets.fetch import fetch_set
    from datasets.public_sets import PUBLIC_SETS, describe, find_set

    if config.name is None:
        print("\n".join(describe(public_set) for public_set in PUBLIC_SETS))
        return 0
    archive = fetch_set(find_set(config.name), config.out, timeout_s=config.timeout, tries=config.tries)
    print(f"{archive}: fetched; next: python -m datasets build --photos {archive} --out pairs")
    return 0


def report(config: ReportConfig) -> int:
    """A page about what was built."""
    from datasets.report import write_report

    print(write_report(config.pairs, config.out or config.pairs / "report.html", rows=config.rows))
    return 0


def bench(config: BenchConfig) -> int:
    """Pairs per second, by style and size."""
    from datasets.bench import measure_all
    from datasets.build import resolve_styles

    sizes = [int(size) for size in config.sizes.split(",")]
    for line in measure_all(config.photos, resolve_styles(config.style), sizes, pairs=config.pairs, jobs=config.jobs):
        print(line, flush=True)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    commands = [
        Command("build", BuildConfig, build, "photos to pairs and a manifest"),
        Command("preview", PreviewConfig, preview, "draw one photo beside its cartoon"),
        Command("fetch", FetchConfig, fetch, "fetch a public set of photos, or list them"),
        Command("report", ReportConfig, report, "a page about the pairs: counts, spread, what was rejected, a grid"),
        Command("bench", BenchConfig, bench, "measure pairs per second of each style and size"),
    ]
    return run_commands("python -m datasets", "Photos to pairs of photo and cartoon.", commands, argv)


if __name__ == "__main__":
    sys.exit(main())
