from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from celcam.media.photos import read_image
from celcam.paths import ROOT
from train.__main__ import main

CLIP = ROOT / "edge_app" / "samples"


def test_every_run_is_measured_and_compared_with_target_and_photo(
    smoke_run: Path, pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("comic-keras", "comic-quality-keras"):
        shutil.copytree(smoke_run, tmp_path / "models" / name, ignore=shutil.ignore_patterns("checkpoint*"))
    shutil.copytree(pairs, tmp_path / "pairs" / "comic")
    words = ["--models", str(tmp_path / "models"), "--pairs", str(tmp_path / "pairs"), "--clips", str(CLIP)]
    assert main(["figures", *words, "--frames", "3", "--sheets", str(tmp_path / "sheets")]) == 0
    shown = capsys.readouterr().out
    for name in ("comic-keras", "comic-quality-keras"):
        figures = json.loads((tmp_path / "models" / name / "evaluation.json").read_text())
        assert f"{figures['to_target']['ssim']:.4f}" in shown
        flicker = figures["flicker"]["street_walk"]
        assert flicker["target"]["motion_compensated"] > 0
        assert f"{flicker['network']['motion_compensated'] / flicker['input']['motion_compensated']:.2f}" in shown
    assert read_image(tmp_path / "sheets" / "comic.jpg").shape[1] > 4 * 200


def test_a_folder_without_runs_is_one_line(pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--models", str(tmp_path), "--pairs", str(pairs)]) == 2
    assert "holds no run; expected folders with config.json" in capsys.readouterr().err


def test_a_clip_in_which_nothing_moves_has_no_ratio() -> None:
    from celcam.flicker import Flicker
    from train.figures import flicker_table

    still = Flicker(0.0, 0.0)
    table = flicker_table({"run": {"clip": {"input": still, "target": still, "network": still}}})
    assert table.splitlines()[-1].split() == ["run", "clip", "0.000", "0.000", "0.000", "-"] + ["0.000"] * 3 + ["-"]
