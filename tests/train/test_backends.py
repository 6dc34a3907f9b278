"""Training on each backend that is installed, in a process of its own: Keras takes its backend once."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OPTIONS = ("--preset", "smoke", "--steps", "2", "--steps-per-epoch", "1", "--ema", "0.9", "--ssim-weight", "1")


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_two_steps_are_trained_and_drawn(backend: str, pairs: Path, tmp_path: Path) -> None:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    run = tmp_path / "run"
    environment = os.environ | {"KERAS_BACKEND": backend}

    def call(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "train", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    call("--pairs", str(pairs), "--out", str(run), *OPTIONS, "--line-weight", "1")
    assert json.loads((run / "config.json").read_text())["versions"]["backend"] == backend
    assert [path.name for path in run.glob("checkpoint-*")] == ["checkpoint-00002"]
    assert "2 pictures of the test part" in call("evaluate", str(run), "--sheet", str(tmp_path / "sheet.png"))
