"""The machine that a report was made on, which its milliseconds depend on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

RUNTIME = "ai-edge-litert"
PACKAGES = ("tensorflow", "keras", "tf-keras", RUNTIME, "opencv-python", "numpy")


def made_on() -> dict[str, Any]:
    """The machine and the versions."""
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }


def cpu_name() -> str:
    """The name of the processor; of a Raspberry Pi, the name of the board."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    found = dict(line.split(":", 1) for line in lines if ":" in line)
    named = {key.strip(): value.strip() for key, value in found.items()}
    return named.get("model name") or named.get("Model") or platform.processor() or platform.machine()
