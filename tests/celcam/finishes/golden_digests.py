"""Draws the pictures whose digests ``test_golden.py`` compares.

``python -m tests.celcam.finishes.golden_digests`` writes the digests again, after a finish was changed on purpose.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from celcam.arrays import Uint8Array
from celcam.finishes.shipped import FINISHES
from celcam.media.photos import read_image
from celcam.paths import SAMPLES
from celcam.pixels import resize

FILE = Path(__file__).with_name("golden.json")
PHOTOS = {
    "portrait": "people_scikit_image_astronaut.jpg",
    "cup": "food_scikit_image_coffee.jpg",
    "street": "street_buildings_roads_debian_opencv_doc_home.jpg",
}
# A network's picture and a finished one, as large as an app would show, but for an odd row and column.
SMALL_WH, FULL_WH = (240, 180), (641, 481)


def small_picture(photo: str) -> Uint8Array:
    """A bundled photo in place of what a network draws: ``(180, 240, 3) uint8 RGB``."""
    return resize(read_image(SAMPLES / PHOTOS[photo]), SMALL_WH)


def digest(picture_u8: Uint8Array) -> str:
    """Of all bytes, the first 16 digits."""
    return hashlib.sha256(picture_u8.tobytes()).hexdigest()[:16]


def draw_digests(photo: str) -> dict[str, str]:
    """For each look the digest of one photo finished; ``input`` is that of the photo."""
    small = small_picture(photo)
    digests = {"input": digest(small)}
    for name, finish in FINISHES.items():
        # Bilinear: bicubic enlarging, as the app does it, differs by a level from processor to processor.
        enlarged = resize(finish.prepare_small(SMALL_WH)(small), FULL_WH)
        digests[name] = digest(finish.prepare(FULL_WH)(enlarged))
    return digests


if __name__ == "__main__":
    FILE.write_text(json.dumps({photo: draw_digests(photo) for photo in PHOTOS}, indent=1) + "\n", encoding="utf-8")
