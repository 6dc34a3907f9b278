"""Where the project's own folders are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]  # the checkout, or the folder that the wheel is installed in
_IN_WHEEL = Path(__file__).parent / "models"
MODELS = _IN_WHEEL if _IN_WHEEL.is_dir() else ROOT / "models"
SAMPLES = ROOT / "datasets" / "samples"  # the bundled photos; not in the wheel
