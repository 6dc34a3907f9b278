"""Standard output and error that never fail: if nobody reads them, or their disk is full, the work goes on."""

from __future__ import annotations

import io
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

STANDARD_DESCRIPTORS = (0, 1, 2)


@contextmanager
def output_never_fails() -> Iterator[None]:
    """Replace standard output and error in this block by streams that drop what can't be written.

    A character that the terminal's encoding lacks becomes a backslash escape. A stream that is not the process's own,
    such as that of a test, is left alone.
    """
    _open_missing_descriptors()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _lossy(sys.stdout, 1), _lossy(sys.stderr, 2)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdout, sys.stderr = before


class _LossyFile(io.FileIO):
    """A file that drops what it can't write."""

    def write(self, data: Any) -> int:
        """Write ``data``, or drop it; return its length in bytes."""
        try:
            while (written := super().write(data)) is None:  # a descriptor that does not block
                select.select([], [self], [])
        except OSError:
            return memoryview(data).nbytes
        return written


def _open_missing_descriptors() -> None:
    """Point descriptors that are closed, as after ``2>&-``, to nowhere; else the next file would become stderr."""
    for number in STANDARD_DESCRIPTORS:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one


def _lossy(stream: TextIO | None, descriptor: int) -> TextIO:
    own = sys.__stdout__ if descriptor == 1 else sys.__stderr__
    if stream is not None and stream is not own:
        return stream
    if stream is not None:
        stream.flush()
    by_line = any(getattr(stream, name, False) for name in ("line_buffering", "write_through"))
    return io.TextIOWrapper(
        io.BufferedWriter(_LossyFile(descriptor, "w", closefd=False)),
        encoding=stream.encoding if stream is not None else "utf-8",
        errors="backslashreplace",
        line_buffering=by_line,
    )
