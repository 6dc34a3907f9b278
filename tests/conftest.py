"""What many tests need: the bundled photos, pairs of them, and a run trained for two steps."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from celcam.arrays import Uint8Array
from celcam.image_io import read_image

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
cv2.setNumThreads(2)

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "datasets" / "samples"


@pytest.fixture(scope="session")
def photo() -> Uint8Array:
    """A cup of coffee, ``(400, 600, 3) uint8 RGB``."""
    return read_image(SAMPLES / "food_scikit_image_coffee.jpg")


@pytest.fixture(scope="session")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pairs of the bundled photos, 64 pixels high or wide."""
    out = tmp_path_factory.mktemp("pairs")
    command = [sys.executable, "-m", "datasets", "build", "--out", str(out), "--size", "64"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return out


@pytest.fixture(scope="session")
def smoke_run(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the preset ``smoke``: four steps in two epochs, with a discriminator."""
    from train.__main__ import main

    out = tmp_path_factory.mktemp("runs") / "smoke"
    words = ["--pairs", str(pairs), "--preset", "smoke", "--out", str(out), "--steps", "4", "--steps-per-epoch", "2"]
    assert main(words) == 0
    return out
