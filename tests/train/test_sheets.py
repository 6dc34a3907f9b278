from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from celcam.media.photos import read_image
from celcam.paths import SAMPLES
from train.__main__ import main


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    shutil.copy(next(SAMPLES.glob("*.jpg")), folder)
    return folder


def test_the_sheet_shows_photo_target_and_runs_side_by_side(smoke_run: Path, photos: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "new" / "sheet.jpg"
    words = ("--photos", str(photos), "--out", str(sheet), "--size", "64")
    assert main(["sheet", str(smoke_run), *words]) == 0
    alone = read_image(sheet).shape
    shutil.copytree(smoke_run, tmp_path / "other")
    assert main(["sheet", str(smoke_run), str(tmp_path / "other"), *words]) == 0
    assert read_image(sheet).shape[1] == pytest.approx(alone[1] * 4 / 3, rel=0.02)


def test_runs_of_two_looks_are_refused(
    smoke_run: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    shutil.copytree(smoke_run, other)
    config = json.loads((other / "config.json").read_text())
    (other / "config.json").write_text(json.dumps(config | {"style": "anime"}))
    sheet = tmp_path / "sheet.jpg"
    assert main(["sheet", str(smoke_run), str(other), "--photos", str(photos), "--out", str(sheet)]) == 2
    assert "runs of anime and comic: expected one look a sheet" in capsys.readouterr().err
    assert not sheet.exists()
