"""The real picamera2 over the fake libcamera."""

from __future__ import annotations

import hashlib
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from tests.pi.caching import cached

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements-picamera2.txt"
# Four columns of the scene; the last is grey.
COLUMNS = ((220, 30, 40), (30, 200, 60), (40, 50, 210), (128, 128, 128))


def _install(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    environ = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run([*command, "-r", str(REQUIREMENTS)], check=True, env=environ)


@pytest.fixture(scope="session")
def picamera2() -> Any:
    """The module of the real picamera2, with buffers in memory."""
    made_from = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    sys.path += [str(HERE / "fake_libcamera"), str(cached("picamera2", made_from, _install))]
    module: Any = importlib.import_module("picamera2.picamera2")
    module.DmaAllocator = importlib.import_module("memory_buffers").MemoryAllocator
    return module


@pytest.fixture(params=["VC4", "PISP"], ids=["pi4", "pi5"])
def isp(request: pytest.FixtureRequest, picamera2: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The camera processor of a Pi 4 or a Pi 5, by which picamera2 chooses what streams it grants."""
    platform = importlib.import_module("picamera2.platform").Platform
    monkeypatch.setattr(picamera2.Picamera2, "platform", getattr(platform, request.param))
    return str(request.param)


@pytest.fixture
def camera(picamera2: Any) -> Iterator[Any]:
    """The fake camera, which sees four columns of colour."""
    module = importlib.import_module("libcamera.camera")
    module.set_scene(lambda number: columns())
    camera = module.CameraManager.singleton().cameras[0]
    yield camera
    camera.stalled, camera.gone_until_s = False, 0.0
    assert not camera.acquired, "a test left the camera open"


def columns() -> Uint8Array:
    """The scene, ``(480, 640, 3) uint8 RGB``."""
    return np.repeat(np.tile(np.array(COLUMNS, np.uint8), (480, 1, 1)), 160, axis=1)


def largest_error(rgb_u8: Uint8Array) -> int:
    """The largest difference of the four columns' centres from the scene, in levels."""
    height, width = rgb_u8.shape[:2]
    places = [rgb_u8[height // 2, width * (2 * column + 1) // 8] for column in range(len(COLUMNS))]
    return int(np.abs(np.array(places, int) - np.array(COLUMNS, int)).max())
