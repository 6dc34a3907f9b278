"""Kill one job again and again, in a process of its own: `tests.kills.run` adds up.

    python -m tests.kills.worker JOB KILLS SEED FOLDER

The last line that it prints holds the figures as JSON. The folders of trials that fail are kept.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from tests.kills.building import BuildingJob
from tests.kills.children import Child
from tests.kills.exporting import ExportingJob
from tests.kills.job import Job, KillError
from tests.kills.recording import RecordingJob
from tests.kills.training import TrainingJob

JOBS: dict[str, type[Job]] = {job.name: job for job in (RecordingJob, BuildingJob, TrainingJob, ExportingJob)}
KILLS_IN_A_TRIAL = 3  # then the job may run to its end
TIMEOUT_S = 300.0


@dataclass
class Figures:
    """What happened to one job."""

    trials: int = 0
    kills: int = 0
    resumed: int = 0  # of the kills
    worst_loss_s: float = 0.0
    run_s: float = 0.0  # of an undisturbed run
    faults: list[str] = field(default_factory=list)


def kill_repeatedly(job: Job, kills: int, seed: int, folder: Path) -> Figures:
    """Kill ``job`` ``kills`` times, each time at a random moment of its run time.

    A trial is a chain: the job is started, killed, repeated, killed, ... and at last runs to its end. Of two kills one
    hits the whole process group, as the system does when the power or the memory goes, and one the process alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    job.prepare(folder)
    figures, chance = Figures(), random.Random(f"{job.name} {seed}")
    reference = _new_place(folder, "0")
    figures.run_s = _finish(job, reference)
    with suppress(KillError):  # the reference is its own measure; this only ends what the job counts
        job.check(reference, reference)
    while figures.kills < kills:
        figures.trials += 1
        place = _new_place(folder, str(figures.trials))
        hit = 0
        try:
            for _ in range(min(KILLS_IN_A_TRIAL, kills - figures.kills)):
                after_s = chance.uniform(0.0, figures.run_s)
                if not _kill(job, place, after_s, group=chance.random() < 0.5):
                    break
                hit += 1
                figures.kills += 1
                figures.worst_loss_s = max(figures.worst_loss_s, job.lost_s(place))
            else:
                _finish(job, place)
            job.check(place, reference)
        except (KillError, OSError, ValueError) as error:
            figures.faults.append(f"{job.name}, seed {seed}, trial {figures.trials}, {place}: {error}")
        else:
            figures.resumed += hit
            shutil.rmtree(place)
            _log_of(place).unlink(missing_ok=True)
    return figures


def _kill(job: Job, place: Path, after_s: float, *, group: bool) -> bool:
    """Start or continue the job and kill it ``after_s`` later; False if it reached its end before."""
    child = Child(partial(job.work, place), _log_of(place))
    status = child.wait(after_s)
    killed = status is None and child.kill(group=group) == -signal.SIGKILL
    if not killed:
        _require_success(job, place, child.wait(0.0))
    return killed


def _finish(job: Job, place: Path) -> float:
    """Let the job run to its end; returns the seconds that it took."""
    child = Child(partial(job.work, place), _log_of(place))
    status = child.wait(TIMEOUT_S)
    if status is None:
        child.kill(group=True)
        raise KillError(f"still runs after {TIMEOUT_S:.0f} s")
    _require_success(job, place, status)
    return child.duration_s


def _require_success(job: Job, place: Path, status: int | None) -> None:
    text = _log_of(place).read_text(encoding="utf-8", errors="replace").strip()
    last = text.splitlines()[-1] if text else ""
    if status and not (status == 2 and any(words in last for words in job.done_already)):
        raise KillError(f"exit status {status}: {last}")


def _new_place(folder: Path, name: str) -> Path:
    place = folder / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    _log_of(place).unlink(missing_ok=True)
    return place


def _log_of(place: Path) -> Path:
    return place.with_name(f"{place.name}.log")


def main(argv: list[str], jobs: dict[str, Callable[[], Job]] | None = None) -> int:
    """Run the worker."""
    name, kills, seed, folder = argv
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    figures = kill_repeatedly((jobs or JOBS)[name](), int(kills), int(seed), Path(folder).resolve())
    print(json.dumps(asdict(figures)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
