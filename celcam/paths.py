"""Where the project's own folders are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "models"
SAMPLES = ROOT / "datasets" / "samples"  # the bundled photos
