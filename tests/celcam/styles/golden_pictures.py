"""Draws the pictures that ``test_golden.py`` compares.

``python -m tests.celcam.styles.golden_pictures`` writes them again, after a style was changed on purpose.
"""

from __future__ import annotations

from pathlib import Path

from celcam.arrays import Uint8Array
from celcam.image_io import write_image
from celcam.media.photos import read_image
from celcam.pixels import to_short_side
from celcam.styles import STYLES, stroke_scale

FOLDER = Path(__file__).with_name("golden")
SAMPLES = Path(__file__).parents[3] / "datasets" / "samples"
PHOTOS = {"portrait": "*astronaut*", "cup": "*coffee*", "street": "*china*"}
SHORT_SIDE = 96


def names() -> list[tuple[str, str]]:
    """Each style with each photo."""
    return [(style, photo) for style in STYLES for photo in PHOTOS]


def draw(style: str, photo: str) -> Uint8Array:
    """One picture."""
    (path,) = SAMPLES.glob(PHOTOS[photo])
    full = read_image(path)
    small = to_short_side(full, SHORT_SIDE)
    return STYLES[style].draw(small, stroke_scale(small))


def path_of(style: str, photo: str) -> Path:
    """Where its golden picture lies."""
    return FOLDER / f"{style}-{photo}.png"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for one in names():
        write_image(path_of(*one), draw(*one))
