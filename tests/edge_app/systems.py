"""Fake systems for the doctor's checks."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from celcam.paths import MODELS
from edge_app.device.video_devices import CAPABILITY
from edge_app.device.vitals import Vitals
from edge_app.doctor.finding import Finding, System

WELL = Vitals(52.0, (), 90.0, 95.0, 0.4, 4)
LATER_S = 4e9  # in the year 2096, so that no clock is behind
CAPTURE, METADATA, STREAMING, NODE = 0x1, 0x00800000, 0x04000000, 0x80000000


def load(**modules: Any) -> Any:
    """Imports the given ones; None is missing, an error is raised, others are the real ones."""

    def load_module(name: str) -> Any:
        if name not in modules:
            return importlib.import_module(name)
        module = modules[name]
        if isinstance(module, Exception):
            raise module
        if module is None:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        return module

    return load_module


def system(root: Path, vitals: Vitals = WELL, **changes: Any) -> System:
    values: dict[str, Any] = {
        "folder": root / "out" / "camera",
        "vitals": vitals,
        "root": root,
        "environ": {},
        "models": MODELS,
        "load": load(picamera2=None),
        "query": None,
        "now_s": LATER_S,
    }
    return System(**(values | changes))


def pi(root: Path) -> None:
    write(root, "proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0\0")


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def capability(driver: str, card: str, of_device: int, of_node: int) -> bytes:
    return CAPABILITY.pack(driver.encode(), card.encode(), b"usb-0000:01:00.0-1.2", 0x60600, of_device, of_node)


def only(findings: Sequence[Finding]) -> Finding:
    assert len(findings) == 1
    return findings[0]


def picamera(*models: str) -> SimpleNamespace:
    camera = SimpleNamespace(global_camera_info=lambda: [{"Model": model, "Num": 0} for model in models])
    return SimpleNamespace(Picamera2=camera)
