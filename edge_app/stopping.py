"""What ends a run early: Ctrl-C, SIGTERM, or the limit of ``--seconds``."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Stop(threading.Event):
    """Set when a run is to end."""

    interrupted = False  # whether Ctrl-C or SIGTERM set it


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Yield an event that Ctrl-C and SIGTERM set, so that files are finished; a second signal interrupts at once."""
    stop = Stop()

    def on_signal(number: int, stack: object) -> None:
        if stop.interrupted:
            raise KeyboardInterrupt
        stop.interrupted = True
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield stop  # signals reach the main thread alone
        return
    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def stop_after(seconds: float, stop: threading.Event) -> Iterator[None]:
    """Set ``stop`` after ``seconds``; 0 is never."""
    timer = threading.Timer(seconds, stop.set)
    timer.daemon = True
    if seconds:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
