from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from celcam.image_io import write_image
from celcam.manifest import pairs_of, read_manifest, write_manifest
from celcam.paths import MODELS
from train.__main__ import main
from train.networks import SMOKE_GENERATOR
from train.presets import PRESETS
from train.run_config import read_config, write_config
from train.run_folder import find_checkpoint
from train.unet import UNET256


def words(pairs: Path, out: Path, *more: str) -> list[str]:
    options = ["--preset", "smoke", "--steps", "2", "--steps-per-epoch", "1", "--adversarial-weight", "0"]
    return ["--pairs", str(pairs), "--out", str(out), *options, *more]


@pytest.fixture
def own_pairs(pairs: Path, tmp_path: Path) -> Path:
    """A copy of the pairs that a test may damage."""
    return Path(shutil.copytree(pairs, tmp_path / "pairs"))


def error_of(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    return lines[0]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--preset", "huge"), "unknown preset 'huge'; known: autoencoder, live, live-l1, quality, smoke, unet256"),
        (("--adversarial", "duel"), "unknown adversarial loss 'duel'; known: bce, hinge, lsgan"),
        (("--optimizer", "sgd"), "unknown optimizer 'sgd'; known: adam, muon"),
        (("--precision", "float8"), "--precision float8: expected float32, mixed_bfloat16, mixed_float16"),
        (("--crop", "30"), "--crop 30: this network takes multiples of 4"),
        (("--crop", "96"), "is smaller than a crop of 96; lower --crop, or build larger pairs"),
        (("--crop", "64", "--temporal-weight", "1"), "is smaller than a crop of 66"),
        (("--devices", "2"), "--devices 2: several devices need the JAX backend; set KERAS_BACKEND=jax"),
        (("--augment-on", "device"), "--augment-on device: needs the JAX backend; set KERAS_BACKEND=jax"),
        (("--feed", "device"), "--augment-on device: needs the JAX backend; set KERAS_BACKEND=jax"),
        (("--augment-on", "moon"), "--augment-on moon: expected host or device"),
        (("--augment-on", "device", "--devices", "2"), "--devices 2: only one device can augment"),
        (("--temporal-weight", "1", "--batch-size", "3"), "a batch can't hold two views of each place; make it even"),
        (("--ema", "1"), "--ema 1.0: expected 0 or more, and less than 1"),
        (("--minutes", "-1"), "--minutes -1.0: expected more than 0"),
        (("--minutes", "nan"), "--minutes nan: expected more than 0"),
        (("--crop", "8", "--ssim-weight", "1"), "the windows of SSIM have 11 pixels; choose a larger crop"),
        (("--ssim-weight", "inf"), "--ssim-weight inf: expected 0 or more"),
        (("--l1-weight", "0"), "--l1-weight 0 --adversarial-weight 0: nothing to learn"),
        (("--feature-weight", "1"), "--feature-weight 1.0 needs a discriminator; set --adversarial-weight above 0"),
        (("--cache-gb", "nan"), "--cache-gb nan: expected 0 or more"),
        (("--seed", "-1"), "--seed -1: expected 0 or more"),
        (("--init", "nowhere"), "nowhere/config.json: can't be read"),
        (("--init", str(MODELS / "comic-keras")), "use the same --preset"),
        (("--distill-from", "nowhere"), "nowhere/config.json: can't be read"),
        (("--mentor", "nowhere"), "nowhere/config.json: can't be read"),
        (("--distill-weight", "5"), "--distill-weight 5.0 needs a distillation teacher; add --distill-from RUN"),
        (("--resume",), "run/config.json: can't be read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_refusal_is_one_line_and_leaves_no_folder(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], message: str
) -> None:
    assert message in error_of(words(pairs, tmp_path / "run", *more), capsys)
    assert list(tmp_path.iterdir()) == []


def test_missing_pairs_say_how_to_make_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "python -m datasets build" in error_of(words(tmp_path / "none", tmp_path / "run"), capsys)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("split", ["train", "validation"])
def test_an_empty_split_leaves_no_folder(
    own_pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], split: str
) -> None:
    write_manifest(own_pairs, [pair for pair in read_manifest(own_pairs) if pair.split != split])
    assert f"no pairs in the {split} split" in error_of(words(own_pairs, tmp_path / "run"), capsys)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("split", ["train", "validation"])
@pytest.mark.parametrize("damage", ["missing", "no picture", "another size"])
def test_a_damaged_pair_leaves_no_folder(
    own_pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], split: str, damage: str
) -> None:
    pair = pairs_of(own_pairs, split)[0]
    path = own_pairs / pair.cartoon
    if damage == "missing":
        path.unlink()
    elif damage == "no picture":
        path.write_bytes(b"torn")
    else:
        write_image(path, np.zeros((40, 40, 3), np.uint8))
    message = error_of(words(own_pairs, tmp_path / "run"), capsys)
    assert (pair.photo if damage == "another size" else pair.cartoon) in message
    assert not (tmp_path / "run").exists()


def test_a_damaged_description_of_the_pairs_leaves_no_folder(
    own_pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (own_pairs / "build.json").write_text("{")
    assert "build.json: can't be read" in error_of(words(own_pairs, tmp_path / "run"), capsys)
    assert not (tmp_path / "run").exists()


def test_a_run_that_can_not_be_started_from_or_learned_from_leaves_no_folder(
    pairs: Path, smoke_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, config = tmp_path / "run", read_config(smoke_run)
    write_config(tmp_path / "untrained", config)
    write_config(tmp_path / "torn", config)
    (tmp_path / "torn" / "generator.weights.h5").write_bytes(b"torn")
    unet = replace(config, recipe=replace(PRESETS["unet256"].recipe, generator=UNET256))
    write_config(tmp_path / "unet", unet)
    shutil.copy(smoke_run / "generator.weights.h5", tmp_path / "unet")
    for option in ("--init", "--distill-from"):
        for name, message in (
            ("untrained", "missing; train the run to the end of its first epoch"),
            ("torn", "not the weights of this run's generator"),
            ("unet", "use the same --preset" if option == "--init" else "takes multiples of 256 pixels"),
        ):
            assert message in error_of(words(pairs, out, option, str(tmp_path / name)), capsys)
            assert not out.exists()


@pytest.mark.parametrize("place", ["file", "file/run"])
def test_a_folder_that_can_not_be_written_is_one_line(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    (tmp_path / "file").write_text("kept")
    assert "can't be written" in error_of(words(pairs, tmp_path / place), capsys)
    assert (tmp_path / "file").read_text() == "kept"


def test_a_call_that_was_refused_can_be_corrected(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert "can't be read" in error_of(words(pairs, run, "--distill-from", "/nowhere/run"), capsys)
    assert main(words(pairs, run)) == 0


def test_a_run_that_failed_before_its_first_checkpoint_resumes_with_other_options(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from train.pix2pix import Pix2Pix

    def run_out(*arguments: object, **settings: object) -> None:
        raise MemoryError

    run = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(Pix2Pix, "fit", run_out)
        assert "lower --batch-size" in error_of(words(pairs, run, "--batch-size", "6"), capsys)
    assert "add --resume" in error_of(words(pairs, run), capsys)
    assert main(words(pairs, run, "--resume")) == 0
    assert read_config(run).recipe.batch_size == 2


def test_a_run_that_stopped_while_it_saved_its_first_checkpoint_resumes(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import train.callbacks

    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    run = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(train.callbacks, "save_checkpoint", stop)
        assert main(words(pairs, run)) == 130
    assert (run / "generator.weights.h5").exists()
    assert find_checkpoint(run) is None
    assert main(words(pairs, run, "--resume")) == 0
    assert find_checkpoint(run) is not None
    assert not (run / "checkpoint.part").exists()


def test_shipped_weights_are_not_trained_over(pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "comic-keras"
    shutil.copytree(MODELS / "comic-keras", run)
    before = (run / "generator.weights.h5").read_bytes()
    assert "no checkpoint to continue from; start a new run with --init" in error_of(
        words(pairs, run, "--preset", "live", "--crop", "32", "--resume"), capsys
    )
    assert "holds a run already" in error_of(words(pairs, run), capsys)
    assert (run / "generator.weights.h5").read_bytes() == before


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--batch-size", "4"), "was started with batch_size 2, not 4"),
        (("--seed", "7"), "was started with seed 1, not 7"),
        (("--optimizer", "adam"), "was started with optimizer muon, not adam"),
        (("--adversarial-weight", "0"), "a discriminator can't be added or removed in between"),
    ],
)
def test_a_resume_with_other_options_is_refused_and_changes_nothing(
    pairs: Path,
    smoke_run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
    message: str,
) -> None:
    run = tmp_path / "run"
    shutil.copytree(smoke_run, run)
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    again = ["--preset", "smoke", "--steps", "8", "--steps-per-epoch", "2", *more, "--resume"]
    assert message in error_of(["--pairs", str(pairs), "--out", str(run), *again], capsys)
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("name", "data"), [("state.json", b""), ("state.json", b'{"epochs": "two"}'), ("model.weights.h5", b"")]
)
def test_a_damaged_checkpoint_is_one_line(
    pairs: Path, smoke_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, data: bytes
) -> None:
    run = tmp_path / "run"
    shutil.copytree(smoke_run, run)
    (run / "checkpoint-00002" / name).write_bytes(data)
    again = ["--preset", "smoke", "--steps", "8", "--steps-per-epoch", "2", "--resume"]
    message = error_of(["--pairs", str(pairs), "--out", str(run), *again], capsys)
    assert f"{name}: can't be read" in message
    assert "start a new run with --init" in message


def test_the_config_of_a_new_run_says_how_its_pairs_were_built(smoke_run: Path, pairs: Path) -> None:
    config = read_config(smoke_run)
    assert config.pairs_recipe == json.loads((pairs / "build.json").read_text())
    assert config.recipe.generator == SMOKE_GENERATOR
    assert config.train_pairs == len(pairs_of(pairs, "train"))
