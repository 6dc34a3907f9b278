"""Every example runs and is short."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from celcam.image_io import read_image

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_draws_what_it_promises(example: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    subprocess.run([sys.executable, str(example), str(out)], cwd=ROOT, check=True, capture_output=True)
    assert min(read_image(out).shape[:2]) > 400


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_has_30_lines_at_most(example: Path) -> None:
    assert len(example.read_text(encoding="utf-8").splitlines()) <= 30
