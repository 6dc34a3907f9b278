from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from celcam.errors import UsageError
from celcam.paths import ROOT
from train.runtime import load_keras


def test_a_crash_shows_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "keras.py").write_text("import os; os.abort()")
    probe = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from train.runtime import load_keras; load_keras()"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode < 0
    assert "Fatal Python error: Aborted" in done.stderr


def test_a_backend_that_is_not_installed_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "keras.py").write_text("raise ModuleNotFoundError('No module named jax', name='jax')")
    probe = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from train.runtime import load_keras; load_keras()"
    environment = os.environ | {"KERAS_BACKEND": "jax"}
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert "KERAS_BACKEND=jax: jax is not installed; 'pip install jax'" in done.stderr


@pytest.mark.slow
def test_keras_starts_without_a_line_on_stderr() -> None:
    probe = "from train.runtime import load_keras\nload_keras()\nimport keras\nprint(keras.backend.backend())"
    environment = os.environ | {"KERAS_BACKEND": "tensorflow"}
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("tensorflow\n", "")


def test_an_unknown_backend_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    with pytest.raises(UsageError, match="KERAS_BACKEND=theano: expected tensorflow, jax, torch"):
        load_keras()


def test_a_training_prints_only_its_own_lines(pairs: Path, tmp_path: Path) -> None:
    options = ["--pairs", str(pairs), "--out", "run", "--preset", "smoke", "--steps", "1"]
    environment = os.environ | {"KERAS_BACKEND": "tensorflow", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "train", *options],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "trained: run; see run/samples, measure with 'python -m train evaluate run'\n"
    assert re.fullmatch(r"1 steps, l1 [\d.]+, val_ssim [\d.]+, 0 min left\n", done.stderr)
