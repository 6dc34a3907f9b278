"""Forked processes that are killed at a chosen time after their start."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path

POLL_S = 0.002


class Child:
    """A fork of this process that runs one function; the leader of a group of its own.

    A fork starts with everything imported that this process has imported, so a trial costs no second of imports. This
    process must have no threads, and must not have run any operator of TensorFlow.
    """

    def __init__(self, work: Callable[[], int], log: Path) -> None:
        """Run ``work`` in a new process; its output goes to the end of ``log``. Its result is the exit status."""
        self._started_s = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            _run(work, log)
        self._status: int | None = None

    def wait(self, timeout_s: float) -> int | None:
        """The exit status, negative for a signal; None if the process still runs after ``timeout_s``."""
        end_s = time.monotonic() + timeout_s
        while self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
                self.duration_s = time.monotonic() - self._started_s
            elif time.monotonic() >= end_s:
                return None
            else:
                time.sleep(POLL_S)
        return self._status

    def kill(self, *, group: bool) -> int:
        """Kill the process, or with ``group`` its own children too; returns the exit status."""
        (os.killpg if group else os.kill)(self.pid, signal.SIGKILL)
        status = self.wait(60.0)
        if status is None:
            raise TimeoutError(f"process {self.pid} outlives SIGKILL")
        return status


def _run(work: Callable[[], int], log: Path) -> None:
    """Run ``work`` in the forked process and end it; never returns."""
    status = 99
    try:
        os.setsid()
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(output, 1)
        os.dup2(output, 2)
        status = work()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
