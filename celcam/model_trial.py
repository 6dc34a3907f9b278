"""Try a model file without a card in a process of its own, because a damaged file can crash the runtime."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from celcam.errors import ModelError
from celcam.paths import ROOT

# What a trial may use. A network of the project needs about 100 MB at 256x256, most of it for Python and its packages.
TIMEOUT_S = 120
MOST_DATA_BYTES = 500_000_000
EXIT_REFUSED = 2
_tried: set[tuple[str, str | None]] = set()  # digests, each with its delegate


def try_model(path: Path, digest: str, delegate: str | None) -> None:
    """Load a model and draw with it in another process; a file that passed before is not tried again.

    Args:
        path: of the file.
        digest: of its contents.
        delegate: as in `TFLiteModel`.

    Raises:
        ModelError: the runtime refuses the file or crashes on it, or it needs too much time or memory.
    """
    if (digest, delegate) in _tried:
        return
    command = [sys.executable, "-c", "from celcam.model_child import main; main()", str(path), delegate or ""]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    try:
        child = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"{path}: damaged, or too large: it draws nothing in {TIMEOUT_S} s") from error
    said = child.stdout.decode(errors="replace").strip()
    if child.returncode == EXIT_REFUSED and said:
        raise ModelError(said)
    if child.returncode:
        raise ModelError(f"{path}: damaged, or too large: {_end(child.returncode)}; get an intact copy of the file")
    _tried.add((digest, delegate))


def _end(status: int) -> str:
    """How the trial ended, for people."""
    if status >= 0:
        return f"the runtime ends with status {status}"
    try:
        return f"the runtime crashes with {signal.Signals(-status).name}"
    except ValueError:
        return f"the runtime crashes with signal {-status}"
