from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from celcam.arrays import FloatArray
from celcam.comparison import Likeness
from celcam.media.photos import read_image
from celcam.paths import ROOT
from train.__main__ import main
from train.networks import GeneratorSpec
from train.recipe import Budget
from train.run_config import read_config, write_config
from train.run_folder import find_checkpoint, load_generator

AVERAGED = ("--ema", "0.9")


def words(pairs: Path, out: Path, *more: str) -> list[str]:
    options = ["--preset", "smoke", "--steps", "4", "--steps-per-epoch", "2"]
    return ["--pairs", str(pairs), "--out", str(out), *options, *more]


@pytest.fixture(autouse=True)
def without_board(monkeypatch: pytest.MonkeyPatch) -> None:
    """What TensorBoard shows is `test_board`'s; to write it takes a quarter of so short a training."""
    import train.training

    monkeypatch.setattr(train.training, "board_callbacks", lambda run: [])


@pytest.fixture(scope="module")
def averaged_run(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `smoke_run`, with averaged weights."""
    out = tmp_path_factory.mktemp("runs") / "averaged"
    assert main(words(pairs, out, *AVERAGED)) == 0
    return out


def test_a_run_writes_all_its_files(smoke_run: Path) -> None:
    import keras

    config = read_config(smoke_run)
    assert config.style == "comic"
    assert config.versions["keras"] == keras.__version__
    rows = list(csv.DictReader((smoke_run / "log.csv").read_text().splitlines()))
    assert [row["steps"] for row in rows] == ["2.0", "4.0"]
    assert 0 < float(rows[-1]["val_ssim"]) < 1
    assert float(rows[-1]["discriminator"]) > 0
    assert [path.name for path in smoke_run.glob("checkpoint-*")] == ["checkpoint-00002"]
    assert read_image(smoke_run / "samples" / "epoch-00002.png").shape[0] > 256


@pytest.mark.parametrize(
    "more", [pytest.param((), id="plain"), pytest.param(AVERAGED, id="averaged", marks=pytest.mark.slow)]
)
def test_a_resumed_run_equals_an_uninterrupted_one(
    pairs: Path,
    smoke_run: Path,
    averaged_run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
) -> None:
    import keras

    import train.training

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


def test_the_average_is_saved_and_training_continues_from_its_own_weights(smoke_run: Path, averaged_run: Path) -> None:
    import keras

    own, of_averaged = (kernel_in_checkpoint(run) for run in (smoke_run, averaged_run))
    assert np.allclose(own, of_averaged, atol=1e-5)
    saved, averaged = (load_generator(run, keras).get_layer("stem").kernel.numpy() for run in (smoke_run, averaged_run))
    assert np.allclose(saved, own, atol=1e-7)
    assert np.abs(averaged - own).max() > 1e-4


def kernel_in_checkpoint(run: Path) -> FloatArray:
    import h5py  # type: ignore[import-untyped]

    checkpoint = find_checkpoint(run)
    assert checkpoint is not None
    with h5py.File(checkpoint.weights) as file:
        return np.asarray(file["generator/layers/centered_conv2d/vars/0"])


def test_a_run_can_start_from_another(pairs: Path, smoke_run: Path, tmp_path: Path) -> None:
    import keras

    run = tmp_path / "run"
    more = ("--init", str(smoke_run), "--learning-rate", "1e-9", "--adversarial-weight", "0")
    assert main(words(pairs, run, *more)) == 0
    before, after = (load_generator(folder, keras) for folder in (smoke_run, run))
    for one, other in zip(before.trainable_variables, after.trainable_variables, strict=True):
        assert np.allclose(one.numpy(), other.numpy(), atol=1e-6)


def test_a_run_started_from_another_has_its_network_and_crops(
    pairs: Path, smoke_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older, run = tmp_path / "older", tmp_path / "run"
    shutil.copytree(smoke_run, older)
    config = read_config(older)
    assert isinstance(config.recipe.generator, GeneratorSpec)
    network = replace(config.recipe.generator, linear_up=False)
    write_config(older, replace(config, recipe=replace(config.recipe, generator=network, crop=16, batch_size=4)))
    short = ("--steps", "2", "--adversarial-weight", "0")
    assert main(["--pairs", str(pairs), "--out", str(run), "--init", str(older), *short]) == 0
    kept = read_config(run).recipe
    assert (kept.generator, kept.crop, kept.batch_size) == (network, 16, 4)
    for other in ((tmp_path / "other", "--init", str(older)), (older, "--resume")):
        assert main(words(pairs, *other)) == 2
        assert "use the same --preset" in capsys.readouterr().err


def test_a_nan_loss_stops_training_and_keeps_the_checkpoint(
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


def test_the_learning_rate_rises_then_falls_to_0() -> None:
    from train.callbacks import learning_rate_share

    shares = [learning_rate_share(spent) for spent in (0.0, 0.005, 0.01, 0.5, 1.0)]
    assert shares[0] < shares[1] < shares[2] == 1.0
    assert shares[3] == pytest.approx(0.5, abs=0.02)
    assert shares[4] == pytest.approx(0.0, abs=1e-9)


def test_a_budget_is_steps_or_minutes() -> None:
    assert Budget(steps=10, minutes=60).spent(5, 9999) == 0.5
    assert Budget(steps=0, minutes=2).spent(5, 60) == 0.5
    assert Budget(steps=0, minutes=2).spent(5, 9999) == 1.0


def test_a_run_without_progress_stops_and_keeps_its_best_weights(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import train.training

    ssims = iter([0.5, 0.7, 0.6, 0.65, 0.9])
    kept: list[Path] = []
    monkeypatch.setattr(
        train.callbacks,
        "mean_likeness",
        lambda likenesses: Likeness(20.0, next(ssims), 0.5, 0.5, 0.5) if list(likenesses) else 0,
    )
    monkeypatch.setattr(train.callbacks, "save_generator", lambda run, generator: kept.append(run))
    run = tmp_path / "run"
    more = ("--steps", "5", "--steps-per-epoch", "1", "--patience", "2", "--adversarial-weight", "0")
    assert main(words(pairs, run, *more)) == 0
    assert logged_steps(run) == ["1.0", "2.0", "3.0", "4.0"]
    assert len(kept) == 2  # the first epoch and the second, which no later one beat


def test_an_epoch_that_was_logged_but_not_saved_is_logged_once(pairs: Path, tmp_path: Path) -> None:
    import train.training

    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    run = tmp_path / "run"
    more = ("--steps-per-epoch", "1", "--adversarial-weight", "0")
    save, calls = train.run_folder.save_checkpoint, iter([False, True])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            train.callbacks,
            "save_checkpoint",
            lambda *arguments: stop() if next(calls) else save(*arguments),
        )
        assert main(words(pairs, run, *more)) == 130
    assert logged_steps(run) == ["1.0", "2.0"]
    assert main(words(pairs, run, *more, "--resume")) == 0
    assert logged_steps(run) == ["1.0", "2.0", "3.0", "4.0"]


def logged_steps(run: Path) -> list[str]:
    return [row["steps"] for row in csv.DictReader((run / "log.csv").read_text().splitlines())]


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_result_of_an_uninterrupted_one(
    pairs: Path, smoke_run: Path, tmp_path: Path
) -> None:
    import keras

    run = tmp_path / "run"
    command = [sys.executable, "-m", "train", *words(pairs, run)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        while find_checkpoint(run) is None and process.poll() is None:
            time.sleep(0.01)
        process.kill()
    assert main(words(pairs, run, "--resume")) == 0 or (run / "checkpoint-00002").exists()
    for one, other in zip(*(load_generator(folder, keras).get_weights() for folder in (run, smoke_run)), strict=True):
        assert np.allclose(one, other, atol=1e-5)


def test_a_network_learns_from_another(pairs: Path, smoke_run: Path, tmp_path: Path) -> None:
    import keras

    plain, taught = tmp_path / "plain", tmp_path / "taught"
    for run, more in ((plain, ()), (taught, ("--distill-from", str(smoke_run), "--distill-weight", "1000"))):
        assert main(words(pairs, run, "--adversarial-weight", "0", *more)) == 0
    before, after = (load_generator(run, keras).get_weights() for run in (plain, taught))
    assert max(float(np.abs(one - other).max()) for one, other in zip(before, after, strict=True)) > 1e-5
    assert read_config(taught).distill_from == smoke_run


def test_mixed_precision_trains_weights_that_stay_float32(pairs: Path, tmp_path: Path) -> None:
    import keras

    run = tmp_path / "run"
    more = ("--precision", "mixed_bfloat16", "--ssim-weight", "10", "--ema", "0.9")
    assert main(words(pairs, run, *more)) == 0
    generator = load_generator(run, keras)
    assert {str(weight.dtype) for weight in generator.get_weights()} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"
    assert np.abs(generator.get_layer("difference").kernel.numpy()).max() > 0


class ResourceExhaustedError(Exception):
    """As TensorFlow says that a device is full."""


@pytest.mark.parametrize(
    "error",
    [MemoryError(), ResourceExhaustedError("OOM when allocating"), RuntimeError("RESOURCE_EXHAUSTED: Out of memory")],
)
def test_out_of_memory_names_the_flags_that_help(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    from train.pix2pix import Pix2Pix

    def run_out(*arguments: object, **settings: object) -> None:
        raise error

    monkeypatch.setattr(Pix2Pix, "fit", run_out)
    assert main(words(pairs, tmp_path / "run", "--batch-size", "6")) == 2
    shown = capsys.readouterr().err
    assert "a step of 6 crops of 32: lower --batch-size or --crop, or try --precision mixed_bfloat16" in shown


def test_a_log_file_gets_a_line_for_each_epoch_and_no_bar(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(pairs, tmp_path / "run", "--adversarial-weight", "0")) == 0
    first, second = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"2 steps, l1 0\.\d{4}, val_ssim 0\.\d{4}, \d+ min left", first)
    assert re.fullmatch(r"4 steps, l1 0\.\d{4}, val_ssim 0\.\d{4}, 0 min left", second)
