"""Sinks whose viewers take silence for a fault: a virtual camera, a stream on a server."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Callable

from edge_app.frames import Frame, FrameSink
from edge_app.session import Session
from edge_app.sinks.showing import Showing

# Without a new picture, the last one is sent again after this time.
REPEAT_S = 0.5


class KeptAliveSink(FrameSink):
    """Sends frames at the times at which `Showing` shows them, and repeats the last one while none comes."""

    def __init__(self, session: Session, *, stop: threading.Event | None, clock: Callable[[], float]) -> None:
        """Send the frames of ``session``.

        Args:
            session: of the run.
            stop: as in `Showing`.
            clock: seconds.
        """
        self._session, self._clock = session, clock
        self._showing = Showing(session, self._send, stop=stop, repeats=True)
        self._lock = threading.Lock()  # at the end of a run, a thread may still send
        self._over = False  # nothing is sent any more
        self._last: Frame | None = None
        self._sent_s = 0.0

    def show(self, frame: Frame) -> bool:
        """Send the frame when it is due; raises the errors of the sink."""
        self._showing.show(frame)
        return True

    def idle(self) -> bool:
        """Send the last frame again."""
        if self._last is not None and self._clock() - self._sent_s >= REPEAT_S:
            self._send(self._last)
        return True

    @abstractmethod
    def _put(self, frame: Frame) -> None:
        """Send the frame now; called by one thread at a time."""

    def _send(self, frame: Frame) -> None:
        with self._lock:
            if not self._over:
                self._last, self._sent_s = frame, self._clock()
                self._put(frame)
