"""Progress of long work: a bar with the time left on a terminal, elsewhere a line now and then."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ParamSpec, Self, TextIO, TypeVar

from celcam.native_messages import print_message

# Short work shows no bar.
BAR_AFTER_S = 1.0
# How often a line appears in a log file or a pipe.
LINE_EVERY_S = 15.0
BAR_FORMAT = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} {unit}, {remaining} left"

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Progress:
    """How far some work is; a context manager. One thread at a time may call `advance`."""

    def __init__(
        self,
        what: str,
        total: int | None,
        unit: str,
        *,
        quiet: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start at zero and print nothing yet.

        Args:
            what: the work, such as a file's name.
            total: number of steps; None if it is unknown.
            unit: what a step is, in the plural, such as ``frames``.
            quiet: never print.
            stream: where to print; None is stderr.
            clock: seconds that only rise.
        """
        self._what, self._total, self._unit, self._quiet = what, total, unit, quiet
        self._stream, self._clock = stream or sys.stderr, clock
        self._done = 0
        self._started_s = self._printed_s = clock()
        self._bar: Any = None
        if not quiet and _is_terminal(self._stream):
            from tqdm import tqdm

            width, height = shutil.get_terminal_size()  # 80 by 24 if the terminal reports 0 by 0
            self._bar = tqdm(
                desc=what,
                total=total,
                unit=unit,
                bar_format=BAR_FORMAT if total else None,
                file=self._stream,
                delay=BAR_AFTER_S,
                leave=False,
                ncols=width,
                nrows=height,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def advance(self) -> None:
        """Count one step."""
        self._done += 1
        if self._bar is not None:
            self._bar.update()
            return
        now_s = self._clock()
        if self._quiet or now_s - self._printed_s < LINE_EVERY_S or self._done == self._total:
            return
        self._printed_s = now_s
        with suppress(OSError, ValueError):  # nobody reads
            print(self._line(now_s), file=self._stream, flush=True)

    def counting(self, call: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        """``call``, with a step counted after each return."""

        def call_and_count(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            result = call(*args, **kwargs)
            self.advance()
            return result

        return call_and_count

    def _line(self, now_s: float) -> str:
        if self._total is None:
            return f"{self._what}: {self._done} {self._unit}"
        left_s = (now_s - self._started_s) * (self._total - self._done) / self._done
        return f"{self._what}: {self._done} of {self._total} {self._unit}, {_duration(left_s)} left"


def print_beside_bars(text: str) -> None:
    """Print a line to standard error, as `print_message` does; progress bars stay intact."""
    tqdm = sys.modules.get("tqdm")  # not loaded: no bar was ever shown
    if tqdm is None or not _is_terminal(sys.stderr):
        print_message(text)
        return
    with tqdm.tqdm.external_write_mode(file=sys.stderr):
        print_message(text)


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
