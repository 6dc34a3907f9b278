"""Every example runs from any folder, explains itself and is short."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from celcam.paths import ROOT, SAMPLES

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
# They draw all bundled photos, or a clip in every look.
SLOW = ("joint_upsampling_sheet", "looks_clip", "looks_sheet")
PHOTO = SAMPLES / "food_scikit_image_coffee.jpg"


def run(example: Path, *words: str | Path, cwd: Path) -> str:
    command = [sys.executable, str(example), *map(str, words)]
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    "example",
    [pytest.param(each, marks=pytest.mark.slow if each.stem in SLOW else ()) for each in EXAMPLES],
    ids=lambda path: path.stem,
)
def test_an_example_draws_what_it_promises_from_any_folder(example: Path, tmp_path: Path) -> None:
    from celcam.media.photos import read_image

    assert run(example, "sheet.png", cwd=tmp_path)
    assert min(read_image(tmp_path / "sheet.png").shape[:2]) >= 400


@each_example
def test_an_example_explains_its_arguments(example: Path, tmp_path: Path) -> None:
    text = run(example, "--help", cwd=tmp_path)
    assert text.startswith(f"usage: {example.name} [-h]")
    assert "to write" in text
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name", ["one_photo", "demo_sheet", "looks_sheet", pytest.param("joint_upsampling_sheet", marks=pytest.mark.slow)]
)
def test_an_example_draws_a_photo_of_the_user(name: str, tmp_path: Path) -> None:
    from celcam.media.photos import read_image

    run(ROOT / "examples" / f"{name}.py", "own.png", PHOTO, cwd=tmp_path)
    assert read_image(tmp_path / "own.png").any()


@each_example
def test_an_example_has_30_lines_at_most(example: Path) -> None:
    assert len(example.read_text(encoding="utf-8").splitlines()) <= 30
