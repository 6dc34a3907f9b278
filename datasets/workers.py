"""Workers that draw: processes on this machine, or a Dask cluster; both execute futures.

A photo that kills its worker (out of memory, a crash in a decoder) is reported; the build continues.
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
from multiprocessing import get_context, parent_process
from typing import Protocol, TypeVar

import cv2

from celcam.errors import CelcamError, UsageError

# Queued photos per worker: enough to keep it busy, few enough to bound the memory.
QUEUED_PER_WORKER = 4
# Photos that wait for a worker take at most so much memory, and one photo more.
MOST_WAITING_BYTES = 100_000_000
TIMEOUT_S = 20.0

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")


class WorkerLostError(CelcamError):
    """The worker of a task died, or all workers are gone."""


class Workers(Protocol):
    """Executes tasks in parallel."""

    def run(
        self, work: Callable[[TaskT], ResultT], tasks: Iterable[TaskT]
    ) -> Iterator[tuple[TaskT, ResultT | WorkerLostError]]:
        """Yield ``(task, result)`` in order of completion; only a few tasks are taken in advance."""
        ...


class LocalWorkers:
    """Processes on this machine."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._pool = _open_pool(jobs)

    def run(
        self, work: Callable[[TaskT], ResultT], tasks: Iterable[TaskT]
    ) -> Iterator[tuple[TaskT, ResultT | WorkerLostError]]:
        """Like `Workers.run`; if a process dies, the unfinished tasks are retried one by one."""
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
        """Finish the running tasks and cancel the queued ones."""
        self._pool.shutdown(cancel_futures=True)

    def _run_until_broken(
        self, work: Callable[[TaskT], ResultT], tasks: Iterator[TaskT], suspects: list[TaskT]
    ) -> Iterator[tuple[TaskT, ResultT]]:
        """Yield results until a process dies; then append the tasks without a result to ``suspects``."""
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
            return WorkerLostError("its process died twice: out of memory, or a crash in a decoder")

    def _renew(self) -> None:
        self._pool.shutdown()
        self._pool = _open_pool(self._jobs)


class ClusterWorkers:
    """The workers of a Dask cluster; Dask gives the tasks of a lost worker to another worker."""

    def __init__(self, address: str) -> None:
        self._address = address
        try:
            from distributed import Client
        except ImportError as error:
            raise UsageError(
                "--scheduler needs Dask; run 'pip install -r datasets/requirements-cluster.txt'"
            ) from error
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # `run` reports errors
        try:
            self._client = Client(address, timeout=TIMEOUT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"--scheduler {address}: no answer in {TIMEOUT_S:.0f} s; expected a running Dask scheduler, "
                "started with 'dask scheduler'"
            ) from error
        try:
            self._client.wait_for_workers(1, timeout=TIMEOUT_S)
        except OSError as error:  # includes TimeoutError
            self._client.close()
            raise UsageError(
                f"--scheduler {address}: no worker in {TIMEOUT_S:.0f} s; expected at least one, started with "
                f"'dask worker {address}'"
            ) from error

    def run(
        self, work: Callable[[TaskT], ResultT], tasks: Iterable[TaskT]
    ) -> Iterator[tuple[TaskT, ResultT | WorkerLostError]]:
        """Like `Workers.run`."""
        from distributed.comm import CommClosedError
        from distributed.scheduler import KilledWorker

        threads = max(1, sum(self._client.nthreads().values()))
        pool = self._client.get_executor(pure=False)
        for task, future in _run_ahead(pool, work, iter(tasks), threads * QUEUED_PER_WORKER, []):
            try:
                yield task, future.result()
            except KilledWorker as error:
                yield task, WorkerLostError(f"every worker that drew it died: {' '.join(str(error).split())}")
            except (CancelledError, CommClosedError) as error:
                raise WorkerLostError(
                    f"{self._address}: lost the scheduler; restart it, then run the same command to resume"
                ) from error

    def close(self) -> None:
        """Disconnect from the cluster."""
        self._client.close()


@contextmanager
def open_workers(jobs: int, scheduler: str | None) -> Iterator[Workers]:
    """Start ``jobs`` processes on this machine, or connect to the cluster at ``scheduler``, ``tcp://HOST:PORT``.

    Raises:
        UsageError: Dask is not installed, or the scheduler or its workers do not answer.
    """
    workers = ClusterWorkers(scheduler) if scheduler else LocalWorkers(jobs)
    try:
        yield workers
    finally:
        workers.close()


def _run_ahead(
    pool: Executor, work: Callable[[TaskT], ResultT], tasks: Iterator[TaskT], ahead: int, left: list[TaskT]
) -> Iterator[tuple[TaskT, Future[ResultT]]]:
    """Yield finished futures; submit at most ``ahead`` tasks in advance, and no more once ``left`` is not empty.

    Tasks that hold the bytes of a photo are not submitted while `MOST_WAITING_BYTES` wait.
    """
    waiting: dict[Future[ResultT], TaskT] = {}
    while True:
        while not left and len(waiting) < ahead and sum(map(_bytes_of, waiting.values())) < MOST_WAITING_BYTES:
            task = next(tasks, None)
            if task is None:
                break
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


def _bytes_of(task: object) -> int:
    """The memory of a photo from an archive or a clip; other tasks need little."""
    data = getattr(task, "data", None)
    return len(data) if isinstance(data, bytes) else 0


def _open_pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_initialize)


def _initialize() -> None:
    """Initialize a worker process: ignore interrupts, which the parent handles, and exit with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # `decoding` reports damaged files
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    """Exit when the parent ends, so that a killed build leaves no process behind."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
