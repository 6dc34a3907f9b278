from __future__ import annotations

import json
from pathlib import Path

import pytest

from celcam.media.photos import read_image
from celcam.paths import MODELS
from convert.__main__ import main
from tests.convert.report.measured import Report


@pytest.mark.slow
def test_one_table_has_all_shipped_files(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from convert.mobilenet import MOBILENET
    from convert.report import probe, speed

    monkeypatch.setattr(speed, "TIMED_RUNS", 5)
    monkeypatch.setattr(probe, "STARTS", 1)
    grid = tmp_path / "grid.png"
    assert main(["compare", str(MODELS / "comic-keras"), "--pairs", str(pairs), "--grid", str(grid)]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line.split() for line in lines}
    int8, float32 = rows["comic"], rows["comic-float32"]
    assert float(int8[1]) < 100  # kB
    assert float(int8[1]) < float(float32[1])
    assert float(int8[7]) > 38  # dB to Keras float
    assert float(float32[7]) > 60
    mobilenet = next(line for line in lines if line.startswith(MOBILENET))
    assert float(mobilenet.split()[-1]) == 1.0
    assert float(int8[4]) == pytest.approx(float(int8[3]) / float(mobilenet.split()[-2]), rel=0.05)
    assert read_image(grid).shape[1] > 5 * 200


def test_the_table_has_the_figures_of_the_report(report: Report) -> None:
    from convert.report.table import table_lines

    lines = list(table_lines(report.assessment, threads=1))
    described = json.loads(report.page.with_suffix(".json").read_text(encoding="utf-8"))
    for file in described["groups"][0]["files"]:
        row = next(line.split() for line in lines if line.split()[0] == file["name"])
        target, keras = file["gaps"]["to_target"], file["gaps"]["to_keras"]
        shown = [f"{target['psnr_db']:.2f}", f"{target['ssim']:.4f}", f"{keras['psnr_db']:.2f}", f"{keras['ssim']:.4f}"]
        assert row[-4:] == shown


def test_no_model_of_the_run_is_an_error(smoke_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(smoke_run), "--models", str(tmp_path)]) == 2
    assert "no .tflite file in it" in capsys.readouterr().err
