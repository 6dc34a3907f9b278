"""``python -m datasets``: build pairs from photos, or preview a style on one photo."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from celcam.cli import Command, option, require, run_commands

SAMPLES = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class BuildConfig:
    """Options of ``build``."""

    out: Path = option(help="folder for the pairs and manifest.jsonl")
    photos: Path = option(SAMPLES, help="folder of photos, searched with its subfolders")
    style: str = option("comic", help="the look to draw")
    size: int = option(256, help="short side of the pairs in pixels; 256 is what a live camera runs at")
    jobs: int = option(os.cpu_count() or 1, help="processes; one a core")

    def __post_init__(self) -> None:
        require(64 <= self.size <= 2048, f"--size {self.size}: expected 64 to 2048 pixels")
        require(self.jobs >= 1, f"--jobs {self.jobs}: expected 1 or more")


@dataclass(frozen=True)
class PreviewConfig:
    """Options of ``preview``."""

    photo: Path = option(help="the photo to draw", positional=True)
    style: str = option("comic", help="the look to draw")
    out: Path = option(Path("out/preview.png"), help="where the photo and its cartoon go, side by side")
    size: int = option(512, help="short side in pixels")


def build(config: BuildConfig) -> int:
    """Photos to pairs."""
    from datasets.build import build_pairs, count_splits

    result = build_pairs(config.photos, config.style, config.out, short_side=config.size, jobs=config.jobs)
    skipped = f"; {len(result.rejected)} skipped" if result.rejected else ""
    twice = f"; {result.duplicates} there twice" if result.duplicates else ""
    print(f"{len(result.pairs)} pairs ({count_splits(result.pairs)}){skipped}{twice}: {result.manifest}")
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


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    commands = [
        Command("build", BuildConfig, build, "photos to pairs and a manifest"),
        Command("preview", PreviewConfig, preview, "draw one photo beside its cartoon"),
    ]
    return run_commands("python -m datasets", "Photos to pairs of photo and cartoon.", commands, argv)


if __name__ == "__main__":
    sys.exit(main())
