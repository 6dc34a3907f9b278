"""Time until the first picture and peak memory of a new process that draws with a model file.

The processes load `celcam.tflite_model` and nothing else of the project.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from celcam.errors import ModelError
from celcam.paths import ROOT

STARTS = 3
# The peak comes from /proc. With getrusage, a process starts with the peak of its parent.
CHILD = """
import json, sys
from pathlib import Path

import numpy as np

from celcam.tflite_model import TFLiteModel

def memory_kb():
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), None)

before = memory_kb()
side = int(sys.argv[2])
TFLiteModel(Path(sys.argv[1]), threads=int(sys.argv[3]))(np.zeros((side, side, 3), np.uint8))
print(json.dumps({"before_kb": before, "peak_kb": memory_kb()}), flush=True)
"""


@dataclass(frozen=True)
class Start:
    """Cost of a new process, median of `STARTS`; memory is None if the system does not report it."""

    first_picture_ms: float  # from the start of Python until the first picture
    peak_memory_mb: float | None  # of the whole process
    before_model_mb: float | None  # the peak before the runtime and the model were loaded


def measure_start(model: Path, side: int, threads: int) -> Start:
    """Start a process several times that draws one picture of ``side`` x ``side`` with ``model``.

    Raises:
        ModelError: the process failed.
    """
    times_ms, peaks, befores = [], [], []
    for _ in range(STARTS):
        command = [sys.executable, "-c", CHILD, str(model.absolute()), str(side), str(threads)]
        started = time.perf_counter()
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        ) as child:
            line = child.stdout.readline() if child.stdout else ""
            times_ms.append(1000 * (time.perf_counter() - started))
            _, error = child.communicate()
        if child.returncode:
            reason = error.strip().splitlines()[-1:] or [f"exit status {child.returncode}"]
            raise ModelError(f"{model}: a new process can't draw with it ({reason[0]})")
        memory = json.loads(line)
        peaks.append(memory["peak_kb"])
        befores.append(memory["before_kb"])
    return Start(statistics.median(times_ms), _megabytes(peaks), _megabytes(befores))


def _megabytes(kilobytes: list[int | None]) -> float | None:
    known = [value for value in kilobytes if value is not None]
    return statistics.median(known) * 1024 / 1e6 if known else None
