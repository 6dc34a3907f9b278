"""Silence for C++ libraries that write to standard error, without the loss of our own messages."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

STDERR_FD = 2
# A reader that takes nothing for this long, such as a stopped terminal, gets no message.
READER_WAIT_S = 0.2
_ONE_AT_A_TIME = threading.Lock()  # or one thread would restore the other's silence
_SWITCHING = threading.Lock()
_real_stderr_fd: int | None = None  # where standard error goes to, while file descriptor 2 is silenced


@contextmanager
def native_messages_off() -> Iterator[None]:
    """Discard what native libraries write to standard error in this block, such as news about delegates.

    File descriptor 2 belongs to the whole process, so other threads are silenced too, except for `print_message`.
    """
    global _real_stderr_fd
    with _ONE_AT_A_TIME:
        if sys.stderr is not None:
            sys.stderr.flush()
        kept = os.dup(STDERR_FD)
        try:
            with _SWITCHING, Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), STDERR_FD)
                _real_stderr_fd = kept
            yield
        finally:
            with _SWITCHING:
                _real_stderr_fd = None
                os.dup2(kept, STDERR_FD)
            os.close(kept)


def print_message(text: str) -> None:
    """Print a line to standard error, even while native messages are off.

    A failure to print is ignored. A line that would block, because the reader of a pipe has stopped, is dropped.
    """
    with _SWITCHING, suppress(OSError, ValueError):
        if sys.stderr is None or not _is_read():
            return
        if _real_stderr_fd is not None and _writes_to(sys.stderr, STDERR_FD):
            os.write(_real_stderr_fd, f"{text}\n".encode(sys.stderr.encoding or "utf-8", "backslashreplace"))
        else:
            print(text, file=sys.stderr, flush=True)


def _is_read() -> bool:
    """Whether standard error takes a line now; a stream without a descriptor always does."""
    try:
        descriptor = sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):
        return True
    if descriptor == STDERR_FD and _real_stderr_fd is not None:
        descriptor = _real_stderr_fd
    return bool(select.select([], [descriptor], [], READER_WAIT_S)[1])


def _writes_to(stream: object, descriptor: int) -> bool:
    try:
        return bool(stream.fileno() == descriptor)  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return False
