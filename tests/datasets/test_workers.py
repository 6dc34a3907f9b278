from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from datasets.workers import QUEUED_PER_WORKER, LocalWorkers, WorkerLostError, open_workers

ROOT = Path(__file__).parents[2]
DEADLY = 5


def work(number: int) -> int:
    if number == DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def deadly_once(path: str) -> str:
    """Kill this process on the first call only, like a short lack of memory; the file marks the first call."""
    if not Path(path).exists():
        Path(path).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return path


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_task_that_kills_its_process_fails_alone() -> None:
    with open_workers(2, None) as workers:
        outcomes = dict(workers.run(work, range(20)))
    assert isinstance(outcomes.pop(DEADLY), WorkerLostError)
    assert outcomes == {number: number * number for number in range(20) if number != DEADLY}


def test_a_task_whose_process_died_once_is_retried(tmp_path: Path) -> None:
    path = str(tmp_path / "tried")
    with open_workers(1, None) as workers:
        assert list(workers.run(deadly_once, [path])) == [(path, path)]


def test_only_a_few_tasks_are_taken_in_advance() -> None:
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield 0

    workers = LocalWorkers(2)
    try:
        for done, _ in enumerate(workers.run(work, tasks())):
            assert taken <= done + 2 * QUEUED_PER_WORKER + 2
    finally:
        workers.close()
    assert taken == 100


def test_worker_processes_exit_when_the_parent_is_killed() -> None:
    script = (
        "import os, time\n"
        "from datasets.workers import open_workers\n"
        "def main():\n"
        "    with open_workers(2, None) as workers:\n"
        "        for _ in workers.run(time.sleep, [0.01] * 8): pass\n"
        "        print(*workers._pool._processes, flush=True)\n"
        "        time.sleep(60)\n"
        "if __name__ == '__main__': main()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    children = [int(word) for word in parent.stdout.readline().split()]
    assert len(children) == 2
    assert all(map(alive, children))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline_s = time.monotonic() + 20
    while any(map(alive, children)):
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
