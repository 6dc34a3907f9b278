"""Who draws: processes on this machine, or the workers of a Dask cluster. Both take work as futures.

A photo that kills whoever draws it (no memory, a fault inside a decoder) costs that photo, not the build.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import Protocol, TypeVar

import cv2

from celcam.errors import CelcamError, UsageError

# Photos in the queue for each worker: enough to keep it busy, few enough that memory does not grow with their number.
QUEUED_PER_WORKER = 4
PATIENCE_S = 20.0

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")


class WorkerLostError(CelcamError):
    """Whoever worked on a task died of it, or all of them are gone."""


class Workers(Protocol):
    """Where tasks run."""

    def run(
        self, work: Callable[[TaskT], ResultT], tasks: Iterable[TaskT]
    ) -> Iterator[tuple[TaskT, ResultT | WorkerLostError]]:
        """Results as they come, each with its task; only a few tasks are taken ahead."""
        ...


class LocalWorkers:
    """Processes on this machine."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._pool = _open_pool(jobs)

    def run(
        self, work: Callable[[TaskT], ResultT], tasks: Iterable[TaskT]
    ) -> Iterator[tuple[TaskT, ResultT | WorkerLostError]]:
        """As `Workers.run`; where a process dies, the tasks that were under way are tried again one by one."""
        waiting = iter(tasks)
        suspects: list[TaskT] = []
        while True:
            yield from self._run_until_broken(work, waiting, suspects)
            if not suspects:
                return
            for task in suspects:
                yield task, self._run_alone(work, task)
            suspects.clear()

    def close(self) -> None:
        """Let what is under way end; nothing new begins."""
        self._pool.shutdown(cancel_futures=True)

    def _run_until_broken(
        self, work: Callable[[TaskT], ResultT], tasks: Iterator[TaskT], suspects: list[TaskT]
    ) -> Iterator[tuple[TaskT, ResultT]]:
        """Results until a process dies; then the tasks that had none lie in ``suspects``."""
        for task, future in _run_ahead(self._pool, work, tasks, self._jobs * QUEUED_PER_WORKER, suspects):
            try:
                yield task, future.result()
            except BrokenProcessPool:
                suspects.append(task)
        if suspects:
            self._renew()

    def _run_alone(self, work: Callable[[TaskT], ResultT], task: TaskT) -> ResultT | WorkerLostError:
        try:
            return self._pool.submit(work, task).result()
        except BrokenProcessPool:
            self._renew()
            return WorkerLostError("the process that drew it died, twice: no memory left, or a fault in a decoder")

    def _renew(self) -> None:
        self._pool.shutdown()
        self._pool = _open_pool(self._jobs)


class ClusterWorkers:
    """The workers of a Dask cluster, which sees to it that the work of one that is lost is done by another."""

    def __init__(self, address: str) -> None:
        self._address = address
        try:
            from distributed import Client
        except ImportError as error:
            raise UsageError(
                "--scheduler needs Dask; install it with 'pip install -r datasets/requirements-cluster.txt'"
            ) from error
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what goes wrong, we report
        try:
            self._client = Client(address, timeout=PATIENCE_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"--scheduler {address}: no answer in {PATIENCE_S:.0f} s; expected a running Dask scheduler, "
                "started with 'dask scheduler'"
            ) from error
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE_S)
        except OSError as error:  # TimeoutError is one
            self._client.close()
            raise UsageError(
                f"--scheduler {address}: no worker in {PATIENCE_S:.0f} s; expected one at least, started with "
                f"'dask worker {address}'"
            ) from error

    def run(
        self, work: Callable[[TaskT], ResultT], tasks: Iterable[TaskT]
    ) -> Iterator[tuple[TaskT, ResultT | WorkerLostError]]:
        """As `Workers.run`."""
        from distributed.comm import CommClosedError
        from distributed.scheduler import KilledWorker

        threads = max(1, sum(self._client.nthreads().values()))
        pool = self._client.get_executor(pure=False)
        for task, future in _run_ahead(pool, work, iter(tasks), threads * QUEUED_PER_WORKER, []):
            try:
                yield task, future.result()
            except KilledWorker as error:
                yield task, WorkerLostError(f"each worker that drew it died: {' '.join(str(error).split())}")
            except (CancelledError, CommClosedError) as error:
                raise WorkerLostError(
                    f"{self._address}: the scheduler is gone; start it and run the same again to go on where it stopped"
                ) from error

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()


@contextmanager
def open_workers(jobs: int, scheduler: str | None) -> Iterator[Workers]:
    """``jobs`` processes on this machine, or the cluster whose ``scheduler`` has that address.

    Raises:
        UsageError: Dask is not installed, or the scheduler does not answer.
    """
    workers = ClusterWorkers(scheduler) if scheduler else LocalWorkers(jobs)
    try:
        yield workers
    finally:
        workers.close()


def _run_ahead(
    pool: Executor, work: Callable[[TaskT], ResultT], tasks: Iterator[TaskT], ahead: int, left: list[TaskT]
) -> Iterator[tuple[TaskT, Future[ResultT]]]:
    """Finished futures, with at most ``ahead`` tasks handed out; no further ones once ``left`` is not empty."""
    waiting: dict[Future[ResultT], TaskT] = {}
    while True:
        for task in islice(tasks, 0 if left else ahead - len(waiting)):
            try:
                waiting[pool.submit(work, task)] = task
            except BrokenProcessPool:
                left.append(task)
                break
        if not waiting:
            return
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            yield waiting.pop(future), future


def _open_pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_settle_in)


def _settle_in() -> None:
    """In a new process: leave interrupts to the parent, and never outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # what is wrong with a file, we report
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """A killed build leaves no process behind that would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
