from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from celcam.paths import MODELS
from train.__main__ import main
from train.run_config import Blend, read_config, write_config
from train.run_folder import load_generator, save_generator


@pytest.fixture
def farther(smoke_run: Path, tmp_path: Path) -> Path:
    """A run whose weights are all 1 more."""
    import keras

    generator = load_generator(smoke_run, keras)
    generator.set_weights([weight + 1 for weight in generator.get_weights()])
    write_config(tmp_path / "farther", read_config(smoke_run))
    save_generator(tmp_path / "farther", generator)
    return tmp_path / "farther"


def test_the_weights_are_interpolated_and_the_config_records_the_share(
    smoke_run: Path, farther: Path, tmp_path: Path
) -> None:
    import keras

    out = tmp_path / "between"
    assert main(["blend", str(smoke_run), str(farther), "--share", "0.25", "--out", str(out)]) == 0
    for near, found in zip(*(load_generator(run, keras).get_weights() for run in (smoke_run, out)), strict=True):
        np.testing.assert_allclose(found, near + 0.25, atol=1e-6)
    between = Blend(one=str(smoke_run), other=str(farther), share=0.25)
    assert read_config(out) == replace(read_config(smoke_run), blend=between)
    assert (out / "log.csv").read_text() == (smoke_run / "log.csv").read_text()


def test_runs_that_do_not_fit_are_refused(
    smoke_run: Path, farther: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other_look = tmp_path / "look"
    shutil.copytree(farther, other_look)
    write_config(other_look, replace(read_config(farther), style="anime"))
    for other, said in (
        (other_look, "expected runs of one look"),
        (MODELS / "comic-keras", "expected runs of one network"),
    ):
        assert main(["blend", str(smoke_run), str(other), "--out", str(tmp_path / "out")]) == 2
        assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert main(["blend", str(smoke_run), str(farther), "--out", str(farther)]) == 2
    assert "holds a run already; choose another --out" in capsys.readouterr().err
    assert main(["blend", str(smoke_run), str(farther), "--share", "1.5", "--out", str(tmp_path / "out")]) == 2
    assert "--share 1.5: expected 0..1" in capsys.readouterr().err
