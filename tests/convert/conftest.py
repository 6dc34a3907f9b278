from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from celcam.paths import MODELS


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files of one run, and their cards."""
    folder = tmp_path_factory.mktemp("lab")
    for name in ("comic-float32", "comic"):
        for suffix in (".tflite", ".json"):
            shutil.copy(MODELS / f"{name}{suffix}", folder)
    return folder
