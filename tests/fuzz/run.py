"""Fuzz everything that reads input from outside: `make fuzz MINUTES=20`.

Each target runs in processes of its own, some seconds each, so that a crash or a hang is seen and the rest goes on. The
inputs depend on the seed alone; how many there are depends on the time. A fault's input stays in the folder.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from celcam.paths import ROOT
from tests.fuzz.targets import TARGETS
from tests.fuzz.worker import CURRENT

SLICE_S = 20.0
# A reader that takes longer than this for one input hangs.
HANG_S = 60.0
# The service's limit is 800 MB.
MOST_MB = 700.0
WORKER = str(Path(__file__).with_name("worker.py"))


def fuzz(names: list[str], minutes: float, seed: int, folder: Path) -> tuple[Counter[str], list[str], float]:
    """Run all targets in turn until the time is over.

    Returns:
        The number of inputs of each target, a line for each fault, and the largest peak of memory in MB.
    """
    counts: Counter[str] = Counter()
    faults: list[str] = []
    peak_mb = 0.0
    end_s = time.monotonic() + 60 * minutes
    number = seed
    while time.monotonic() < end_s:
        for name in names:
            seconds = min(SLICE_S, 60 * minutes / len(names))
            result = _run_slice(name, number, seconds, folder, faults)
            if result is None:
                continue
            counts[name] += result["inputs"]
            faults += result["faults"]
            peak_mb = max(peak_mb, result["peak_mb"])
            if result["peak_mb"] > MOST_MB:
                faults.append(f"{name}, seed {number}: {result['peak_mb']:.0f} MB; expected at most {MOST_MB:.0f}")
        number += 1
    return counts, faults, peak_mb


def _run_slice(name: str, number: int, seconds: float, folder: Path, faults: list[str]) -> dict[str, Any] | None:
    """The counts of one worker; None, and a line in ``faults``, if it crashed or hung."""
    place = folder / f"{name}-{number}"
    shutil.rmtree(place, ignore_errors=True)
    command = [sys.executable, WORKER, name, str(number), str(seconds), str(place)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as worker:
        try:
            said, errors = worker.communicate(timeout=seconds + HANG_S)
        except subprocess.TimeoutExpired:
            worker.kill()
            faults.append(f"{name}, seed {number}: hangs on the file in {place / CURRENT}")
            return None
    if worker.returncode:
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        faults.append(f"{name}, seed {number}: exit status {worker.returncode} on {place / CURRENT} {' '.join(last)}")
        return None
    result: dict[str, Any] = json.loads(said.splitlines()[-1])
    if not result["faults"]:
        shutil.rmtree(place, ignore_errors=True)
    return result


def main(argv: list[str] | None = None) -> int:
    """Run the fuzzing and print the counts; return 1 if there was a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0, help="time for all targets together")
    parser.add_argument("--seed", type=int, default=1, help="first seed; each round takes the next")
    parser.add_argument("--targets", nargs="+", choices=sorted(TARGETS), default=list(TARGETS), help="what is read")
    parser.add_argument("--folder", type=Path, default=Path("out/fuzz"), help="folder for inputs that fail")
    options = parser.parse_args(argv)
    counts, faults, peak_mb = fuzz(options.targets, options.minutes, options.seed, options.folder)
    for name in options.targets:
        print(f"{name:10} {counts[name]:7} inputs")
    print(f"{'all':10} {counts.total():7} inputs, {len(faults)} faults, peak memory {peak_mb:.0f} MB")
    for fault in faults:
        print(fault)
    return 1 if faults or not counts.total() else 0


if __name__ == "__main__":
    sys.exit(main())
