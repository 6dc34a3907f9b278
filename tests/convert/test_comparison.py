from __future__ import annotations

from pathlib import Path

import pytest

from celcam.image_io import read_image
from celcam.paths import MODELS
from convert import comparison
from convert.__main__ import main
from convert.mobilenet import MOBILENET


def test_the_shipped_files_stand_in_one_table(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "TIMED_RUNS", 5)
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


def test_no_model_of_the_style_is_an_error(smoke_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(smoke_run), "--models", str(tmp_path)]) == 2
    assert "no comic.tflite of any recipe" in capsys.readouterr().err
