"""Kill recordings, builds, trainings and exports at random moments: `make test-kills KILLS=300`.

Every job must resume: a recording plays and lacks two seconds at most, a build and an export end with the files of an
undisturbed one, a training with its weights and its log.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celcam.paths import ROOT
from tests.kills.worker import JOBS

# The share of the kills that each job gets; a training and an export take longer.
SHARES = {"record": 0.5, "build": 0.3, "train": 0.13, "export": 0.07}
WORKER = "tests.kills.worker"


@dataclass(frozen=True)
class Share:
    """The part of one worker."""

    name: str
    kills: int
    seed: int


def shares(names: list[str], kills: int, seed: int, jobs: int) -> list[Share]:
    """Divide ``kills`` among the jobs, and recordings, which mostly wait, among several workers."""
    total = sum(SHARES[name] for name in names)
    counts = {name: round(kills * SHARES[name] / total) for name in names[1:]}
    counts = {names[0]: kills - sum(counts.values())} | counts
    parts = []
    for name, count in counts.items():
        workers = min(jobs, count) if name == "record" else 1
        for number in range(workers):
            parts.append(Share(name, count // workers + (number < count % workers), seed + number))
    return [part for part in parts if part.kills]


def run_share(share: Share, folder: Path) -> dict[str, Any]:
    """The figures of one worker; a worker that fails is a fault."""
    place = folder / f"{share.name}-{share.seed}"
    command = [sys.executable, "-m", WORKER, share.name, str(share.kills), str(share.seed), str(place)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, errors="replace")
    if done.returncode:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        return {"trials": 0, "kills": 0, "resumed": 0, "worst_loss_s": 0.0, "faults": [f"{share.name}: {last}"]}
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def table(results: list[tuple[str, dict[str, Any]]]) -> str:
    """A line for each job, and their sum."""
    lines = [f"{'job':8} {'trials':>7} {'kills':>6} {'resumed':>8} {'worst loss, s':>14}"]
    for name in [*dict.fromkeys(name for name, _ in results), "all"]:
        some = [figures for job, figures in results if name in ("all", job)]
        trials, kills, resumed = (sum(figures[key] for figures in some) for key in ("trials", "kills", "resumed"))
        worst_s = max(figures["worst_loss_s"] for figures in some)
        loss = f"{worst_s:.2f}" if name in ("record", "all") else "-"
        lines.append(f"{name:8} {trials:7} {kills:6} {resumed:8} {loss:>14}")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Kill, print the figures, and return 1 if a job did not resume."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills.run", description=__doc__)
    parser.add_argument("--kills", type=int, default=300, help="kills of all jobs together")
    parser.add_argument("--seed", type=int, default=1, help="decides the moments, as shares of a job's run time")
    parser.add_argument("--only", nargs="+", choices=sorted(JOBS), default=list(SHARES), help="jobs that are killed")
    parser.add_argument("--jobs", type=int, default=2, help="workers at a time")
    parser.add_argument("--folder", type=Path, default=Path("out/kills"), help="folder for what the jobs write")
    options = parser.parse_args(argv)
    parts = shares(options.only, options.kills, options.seed, options.jobs)
    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda part: run_share(part, options.folder), parts))
    print(table([(part.name, figures) for part, figures in zip(parts, results, strict=True)]))
    faults = [fault for figures in results for fault in figures["faults"]]
    print("\n".join(faults) if faults else "every job resumed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
