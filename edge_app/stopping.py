"""What ends a run early: Ctrl-C, SIGTERM, a terminal that is closed, or the limit of ``--seconds``."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Stop(threading.Event):
    """Set when a run is to end."""

    interrupted = False  # whether a signal set it


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Yield an event that the signals set, so that files are finished; a second signal interrupts at once.

    The signals are those of Ctrl-C, of ``kill``, and of a terminal that is closed, unless ``nohup`` ignores the last.
    """
    stop = Stop()

    def on_signal(number: int, stack: object) -> None:
        if stop.interrupted:
            raise KeyboardInterrupt
        stop.interrupted = True
        # Not here: the main thread may be inside `stop.wait`, whose lock `stop.set` takes.
        threading.Thread(target=stop.set, name="signal", daemon=True).start()

    if threading.current_thread() is not threading.main_thread():
        yield stop  # signals reach the main thread alone
        return
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, on_signal) for number in numbers}
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
