"""How frames are shown to viewers that can't ask for the next one: on the page, a virtual camera or a stream."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from edge_app.flow.pacer import Pacer
from edge_app.frames import Frame
from edge_app.session import Session
from edge_app.sinks.stills import POLL_S, Still

# Each of several still images is shown for so long.
STILL_S = 4.0


class Showing:
    """Shows a camera's frames as they come, a clip's frames at their own times, and still images for some seconds.

    The last still image is shown until the run is stopped.
    """

    def __init__(
        self, session: Session, put: Callable[[Frame], None], *, stop: threading.Event | None, repeats: bool = False
    ) -> None:
        """Show the frames of ``session``.

        Args:
            session: of the run; a still image is drawn again if one of its controls changes.
            put: shows a frame at once.
            stop: set to end the run. Without it, the last still image is shown no longer than the others.
            repeats: put a still image again and again, for viewers that take silence for a fault.
        """
        self._session, self._put, self._repeats = session, put, repeats
        self._stop, self._ends_with_stop = stop or threading.Event(), stop is not None
        self._pacer = Pacer(session.source)
        self._shown = 0

    def show(self, frame: Frame) -> None:
        """Show ``frame`` when it is due; returns when the next one may come."""
        self._stop.wait(self._pacer.wait_s(frame))
        self._shown += 1
        if self._session.source.is_still:
            is_last = self._shown == self._session.source.frames
            self._hold(frame, None if is_last and self._ends_with_stop else STILL_S)
        else:
            self._put(frame)

    def _hold(self, frame: Frame, seconds: float | None) -> None:
        """Show a still image for so long, None: until the run is stopped; draw it again if a control changes it."""
        still = Still(self._session, frame)
        frame = still.redrawn() or frame
        self._put(frame)
        started_s = time.monotonic()
        while not self._stop.wait(POLL_S) and (seconds is None or time.monotonic() - started_s < seconds):
            if (redrawn := still.redrawn()) is not None:
                frame = redrawn
                started_s = time.monotonic()
            elif not self._repeats:
                continue
            self._put(frame)
