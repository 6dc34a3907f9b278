from __future__ import annotations

import csv
import json
from pathlib import Path

import h5py  # type: ignore[import-untyped]
import keras
import numpy as np
import pytest

import train.callbacks
import train.run_folder
from celcam.arrays import FloatArray
from celcam.image_io import read_image
from train.__main__ import main
from train.callbacks import Budget, learning_rate_share
from train.run_folder import find_checkpoint, load_generator

AVERAGED = ("--ema", "0.9")


def words(pairs: Path, out: Path, *more: str) -> list[str]:
    options = ["--preset", "smoke", "--steps", "4", "--steps-per-epoch", "2"]
    return ["--pairs", str(pairs), "--out", str(out), *options, *more]


@pytest.fixture(scope="module")
def averaged_run(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `smoke_run`, with averaged weights."""
    out = tmp_path_factory.mktemp("runs") / "averaged"
    assert main(words(pairs, out, *AVERAGED)) == 0
    return out


def test_a_run_leaves_all_that_it_promises(smoke_run: Path) -> None:
    config = json.loads((smoke_run / "config.json").read_text())
    assert config["style"] == "comic"
    assert config["versions"]["keras"] == keras.__version__
    rows = list(csv.DictReader((smoke_run / "log.csv").read_text().splitlines()))
    assert [row["steps"] for row in rows] == ["2.0", "4.0"]
    assert 0 < float(rows[-1]["val_ssim"]) < 1
    assert float(rows[-1]["discriminator"]) > 0
    assert [path.name for path in smoke_run.glob("checkpoint-*")] == ["checkpoint-00002"]
    assert read_image(smoke_run / "samples" / "epoch-00002.png").shape[0] > 256


@pytest.mark.parametrize("more", [(), AVERAGED], ids=["plain", "averaged"])
def test_a_resumed_run_ends_as_an_undisturbed_one(
    pairs: Path,
    smoke_run: Path,
    averaged_run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
) -> None:
    def save_and_stop(*arguments: object) -> None:
        save(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    save = train.run_folder.save_checkpoint
    run = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(train.callbacks, "save_checkpoint", save_and_stop)
        assert main(words(pairs, run, *more)) == 130
    checkpoint = find_checkpoint(run)
    assert checkpoint is not None
    assert checkpoint.progress.steps == 2
    assert main(words(pairs, run, *more)) == 2
    assert "add --resume" in capsys.readouterr().err
    assert main(words(pairs, run, *more, "--resume")) == 0
    assert len((run / "log.csv").read_text().splitlines()) == 3
    whole = averaged_run if more else smoke_run
    resumed, undisturbed = (load_generator(folder, keras).get_weights() for folder in (run, whole))
    for one, other in zip(resumed, undisturbed, strict=True):
        assert np.allclose(one, other, atol=1e-5)
    assert main(words(pairs, run, *more, "--resume")) == 2
    assert "whole budget already" in capsys.readouterr().err


def test_the_average_is_saved_while_training_goes_on_from_its_own_weights(smoke_run: Path, averaged_run: Path) -> None:
    own, of_averaged = (kernel_in_checkpoint(run) for run in (smoke_run, averaged_run))
    assert np.allclose(own, of_averaged, atol=1e-5)
    saved, averaged = (load_generator(run, keras).get_layer("stem").kernel.numpy() for run in (smoke_run, averaged_run))
    assert np.allclose(saved, own, atol=1e-7)
    assert np.abs(averaged - own).max() > 1e-4


def kernel_in_checkpoint(run: Path) -> FloatArray:
    checkpoint = find_checkpoint(run)
    assert checkpoint is not None
    with h5py.File(checkpoint.weights) as file:
        return np.asarray(file["generator/layers/conv2d/vars/0"])


def test_a_run_can_start_from_another(pairs: Path, smoke_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    more = ("--init", str(smoke_run), "--learning-rate", "1e-9", "--adversarial-weight", "0")
    assert main(words(pairs, run, *more)) == 0
    before, after = (load_generator(folder, keras) for folder in (smoke_run, run))
    for one, other in zip(before.trainable_variables, after.trainable_variables, strict=True):
        assert np.allclose(one.numpy(), other.numpy(), atol=1e-6)


def test_a_loss_that_is_no_number_stops_and_keeps_the_checkpoint(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    more = ("--learning-rate", "1e30", "--adversarial-weight", "0", "--steps-per-epoch", "1")
    with np.errstate(all="ignore"):
        assert main(words(pairs, run, *more)) == 2
    assert "lower --learning-rate" in capsys.readouterr().err.splitlines()[-1]
    checkpoint = find_checkpoint(run)
    assert checkpoint is not None
    assert checkpoint.progress.steps < 4


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--preset", "huge"), "unknown preset 'huge'; known: autoencoder, live, quality, smoke, unet256"),
        (("--adversarial", "duel"), "unknown adversarial loss 'duel'; known: bce, hinge, lsgan"),
        (("--ema", "1"), "--ema 1.0: expected 0 or more, and less than 1"),
        (("--minutes", "-1"), "--minutes -1.0: expected more than 0"),
        (("--init", "nowhere"), "nowhere/config.json: can't be read"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], message: str
) -> None:
    assert main(words(pairs, tmp_path / "run", *more)) == 2
    error = capsys.readouterr().err.strip()
    assert message in error
    assert "\n" not in error


def test_the_learning_rate_rises_then_falls_to_nothing() -> None:
    shares = [learning_rate_share(spent) for spent in (0.0, 0.005, 0.01, 0.5, 1.0)]
    assert shares[0] < shares[1] < shares[2] == 1.0
    assert shares[3] == pytest.approx(0.5, abs=0.02)
    assert shares[4] == pytest.approx(0.0, abs=1e-9)


def test_a_budget_is_steps_or_minutes() -> None:
    assert Budget(steps=10, minutes=60).spent(5, 9999) == 0.5
    assert Budget(steps=0, minutes=2).spent(5, 60) == 0.5
    assert Budget(steps=0, minutes=2).spent(5, 9999) == 1.0


def test_missing_pairs_say_how_to_make_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words(tmp_path / "none", tmp_path / "run")) == 2
    assert "python -m datasets build" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
