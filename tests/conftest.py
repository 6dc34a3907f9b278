"""Fixtures that many tests share: a bundled photo, pairs of the bundled photos, and a tiny training run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from celcam.arrays import Uint8Array
from celcam.media.photos import read_image
from celcam.paths import ROOT, SAMPLES

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
cv2.setNumThreads(2)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of several processes, one runs all tests that need the files of every recipe, which take a minute to make."""
    if not config.pluginmanager.has_plugin("xdist"):
        return
    for item in items:
        needs_files = "models" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("models" if needs_files else item.nodeid.partition("::")[0]))


@pytest.fixture(scope="session")
def photo() -> Uint8Array:
    """A cup of coffee, ``(400, 600, 3) uint8 RGB``."""
    return read_image(SAMPLES / "food_scikit_image_coffee.jpg")


@pytest.fixture(scope="session")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pairs of the bundled photos with a short side of 64 pixels."""
    out = tmp_path_factory.mktemp("pairs")
    command = [sys.executable, "-m", "datasets", "build", "--out", str(out), "--sizes", "64"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return out


@pytest.fixture(scope="session")
def smoke_run(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with the preset ``smoke``: four steps in two epochs, with a discriminator."""
    from train.__main__ import main

    out = tmp_path_factory.mktemp("runs") / "smoke"
    words = ["--pairs", str(pairs), "--preset", "smoke", "--out", str(out), "--steps", "4", "--steps-per-epoch", "2"]
    assert main(words) == 0
    return out
