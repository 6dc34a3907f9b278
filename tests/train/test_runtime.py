from __future__ import annotations

import os
import subprocess
import sys

import pytest

from celcam.errors import UsageError
from celcam.paths import ROOT
from train.runtime import load_keras, quiet_native_logs


def test_what_native_code_writes_is_dropped_and_what_python_writes_is_not(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_native_logs():
        os.write(2, b"I0000 native\n")
        print("python", file=sys.stderr)
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "python\nafter\n"


def test_a_failure_shows_what_native_code_wrote(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), quiet_native_logs():
        os.write(2, b"native reason\n")
        raise KeyError
    assert capfd.readouterr().err == "native reason\n"


def test_a_crash_shows_a_traceback() -> None:
    probe = "import os; from train.runtime import quiet_native_logs\nwith quiet_native_logs(): os.abort()"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode < 0
    assert "Fatal Python error: Aborted" in done.stderr


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
