"""Small photos."""

from __future__ import annotations

import pytest
from PIL import Image

from celcam.paths import SAMPLES


@pytest.fixture(scope="session")
def small_photo() -> Image.Image:
    """A real photo without symmetry: 240x160."""
    with Image.open(SAMPLES / "nature_debian_lomiri_wallpapers_seeding_by_Clements_Engelhardt.jpg") as picture:
        return picture.convert("RGB").resize((240, 160))
