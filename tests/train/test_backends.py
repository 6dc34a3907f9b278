"""Training on each backend that is installed, in a process of its own: Keras takes its backend once."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from train.run_folder import find_checkpoint, load_generator

ROOT = Path(__file__).parents[2]
OPTIONS = (
    *("--preset", "smoke", "--steps", "2", "--steps-per-epoch", "1", "--ema", "0.9"),
    *("--line-weight", "1", "--overshoot-weight", "1", "--ssim-weight", "1", "--temporal-weight", "1"),
)


def call_train(backend: str, *words: str, **environment: str) -> str:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed: make test-backends")
    done = subprocess.run(
        [sys.executable, "-m", "train", *words],
        cwd=ROOT,
        env=os.environ | {"KERAS_BACKEND": backend} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.backends
def test_two_devices_train_to_the_weights_of_one(pairs: Path, tmp_path: Path) -> None:
    import keras

    weights = []
    for devices in ("1", "2"):
        run = tmp_path / devices
        words = ("--pairs", str(pairs), "--out", str(run), *OPTIONS[:6], "--devices", devices)
        call_train("jax", *words, XLA_FLAGS="--xla_force_host_platform_device_count=2")
        assert json.loads((run / "config.json").read_text())["devices"] == int(devices)
        weights.append(load_generator(run, keras).get_weights())
    for one, other in zip(*weights, strict=True):
        assert np.allclose(one, other, atol=1e-5)


@pytest.mark.backends
def test_a_resumed_run_with_crops_from_the_device_equals_an_uninterrupted_one(pairs: Path, tmp_path: Path) -> None:
    import keras

    words = (
        "--pairs",
        str(pairs),
        "--preset",
        "smoke",
        "--steps-per-epoch",
        "2",
        "--steps",
        "4",
        "--augment-on",
        "device",
    )
    call_train("jax", *words, "--out", str(tmp_path / "whole"))
    stopped = tmp_path / "stopped"
    command = [sys.executable, "-m", "train", *words, "--out", str(stopped)]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"KERAS_BACKEND": "jax"}, stderr=subprocess.DEVNULL
    ) as process:
        while find_checkpoint(stopped) is None and process.poll() is None:
            time.sleep(0.01)
        process.kill()
    if not (stopped / "checkpoint-00002").exists():
        call_train("jax", *words, "--out", str(stopped), "--resume")
    one, other = (load_generator(tmp_path / name, keras).get_weights() for name in ("whole", "stopped"))
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.backends
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_two_steps_are_trained_and_drawn(backend: str, pairs: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    call = partial(call_train, backend)
    call("--pairs", str(pairs), "--out", str(run), *OPTIONS)
    assert json.loads((run / "config.json").read_text())["versions"]["backend"] == backend
    assert [path.name for path in run.glob("checkpoint-*")] == ["checkpoint-00002"]
    assert "2 pictures of the test split" in call("evaluate", str(run), "--sheet", str(tmp_path / "sheet.png"))


@pytest.fixture(scope="module")
def larger_pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pairs in which a crop of the default preset has room."""
    out = tmp_path_factory.mktemp("larger")
    command = [sys.executable, "-m", "datasets", "build", "--out", str(out), "--sizes", "160"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return out


@pytest.mark.backends
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
@pytest.mark.parametrize("words", [(), ("--adversarial-weight", "0")])
def test_the_default_preset_is_timed(backend: str, words: tuple[str, ...], larger_pairs: Path) -> None:
    printed = call_train(backend, "bench", "--pairs", str(larger_pairs), "--steps", "2", "--batch-size", "2", *words)
    assert "crops per second" in printed
