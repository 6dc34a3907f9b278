"""Progress of long work: a bar with the time left on a terminal, elsewhere a line now and then."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Self, TextIO

# Short work shows no bar.
BAR_AFTER_S = 1.0
# How often a line appears in a log file or a pipe.
LINE_EVERY_S = 15.0


class Progress:
    """How far some work is; a context manager. Any thread may call `advance` and `note`."""

    def __init__(
        self,
        what: str,
        total: int | None,
        unit: str,
        *,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start at zero and print nothing yet.

        Args:
            what: the work, such as a file's name.
            total: number of steps; None if it is unknown.
            unit: what a step is, in the plural, such as ``frames``.
            stream: where to print; None is stderr.
            clock: seconds that only rise.
        """
        self._what, self._total, self._unit = what, total, unit
        self._stream, self._clock = sys.stderr if stream is None else stream, clock
        self._lock = threading.Lock()
        self._done = 0
        self._started_s = self._printed_s = clock()
        self._bar: Any = None
        if self._stream.isatty():
            from tqdm import tqdm

            self._bar = tqdm(
                desc=what,
                total=total,
                unit=f" {unit}",
                file=self._stream,
                delay=BAR_AFTER_S,
                leave=False,
                dynamic_ncols=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def advance(self) -> None:
        """Count one step."""
        with self._lock:
            self._done += 1
            if self._bar is not None:
                self._bar.update()
                return
            now_s = self._clock()
            if now_s - self._printed_s < LINE_EVERY_S or self._done == self._total:
                return
            self._printed_s = now_s
        self.note(self._line(now_s))

    def note(self, text: str) -> None:
        """Print a line of its own; a bar stays intact."""
        if self._bar is not None:
            self._bar.write(text, file=self._stream)
        else:
            print(text, file=self._stream, flush=True)

    def _line(self, now_s: float) -> str:
        if self._total is None:
            return f"{self._what}: {self._done} {self._unit}"
        left_s = (now_s - self._started_s) * (self._total - self._done) / self._done
        return f"{self._what}: {self._done} of {self._total} {self._unit}, {_duration(left_s)} left"


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
