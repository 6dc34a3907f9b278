from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from celcam.model_card import read_card, write_card
from celcam.paths import MODELS
from convert.__main__ import main
from convert.recipes import RECIPES


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two of the bundled photos."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for path in sorted((MODELS.parent / "datasets" / "samples").glob("*.jpg"))[:2]:
        shutil.copy(path, folder)
    return folder


@pytest.fixture
def demanding(tmp_path: Path) -> Path:
    """The comic model with a card that demands what no int8 file reaches."""
    for suffix in (".tflite", ".json"):
        shutil.copy(MODELS / f"comic{suffix}", tmp_path)
    file = tmp_path / "comic.tflite"
    card = read_card(file)
    assert card is not None
    write_card(file, dataclasses.replace(card, gate={"to_keras_psnr_db": 90.0, "to_keras_ssim": 0.9}))
    return file


def test_every_shipped_file_is_as_close_to_float_as_its_card_demands(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sorted(MODELS.glob("*.tflite"))
    assert main(["check", *map(str, files), "--photos", str(photos)]) == 0
    told = capsys.readouterr().out
    assert all(f"{file}: passed on 2 pictures" in told for file in files)


def test_shipped_cards_demand_no_less_than_their_recipe() -> None:
    for file in MODELS.glob("*.tflite"):
        card = read_card(file)
        assert card is not None
        assert card.gate == RECIPES[card.recipe].gate


@pytest.mark.parametrize("beside", [(), (MODELS / "comic-float16.tflite",)], ids=["alone", "beside another"])
def test_a_file_that_falls_short_fails(
    demanding: Path, photos: Path, capsys: pytest.CaptureFixture[str], beside: tuple[Path, ...]
) -> None:
    run = MODELS / "comic-keras"
    files = map(str, (*beside, demanding))
    assert main(["check", *files, "--photos", str(photos), "--run", str(run)]) == 1
    lines = capsys.readouterr().out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(str(demanding)))
    assert "FAILED on 2 pictures" in lines[at]
    assert lines[at + 1].endswith("at least 90  <-- falls short")
    assert lines[at + 2].endswith("at least 0.9")
    assert sum("FAILED" in line for line in lines) == 1


def test_a_file_without_its_run_is_told(demanding: Path, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(demanding), "--photos", str(photos)]) == 2
    assert "the run it was made from is not in" in capsys.readouterr().err


def test_a_card_that_demands_nothing_or_the_unknown_is_told(
    demanding: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card_file = demanding.with_suffix(".json")
    card = json.loads(card_file.read_text())
    for gate, message in (
        ({}, "no card with thresholds"),
        ({"beauty": 1.0}, "its card demands beauty; known: to_keras"),
    ):
        card_file.write_text(json.dumps(card | {"gate": gate}))
        assert main(["check", str(demanding), "--photos", str(photos)]) == 2
        assert message in capsys.readouterr().err
