"""A window on the screen."""

from __future__ import annotations

import datetime
import os
import sys
import time
from collections.abc import Callable
from typing import Self

import cv2
import numpy as np

from celcam.errors import UsageError
from edge_app.control.hotkeys import Hotkeys
from edge_app.control.overlay import NOTICE_S, figure_lines, write_lines
from edge_app.flow.pacer import Pacer
from edge_app.frames import Frame, FrameSink
from edge_app.session import Session
from edge_app.sinks.images import snapshot
from edge_app.sinks.stills import POLL_S, Still

QUIT_KEYS = (ord("q"), 27)
NO_KEY = 0xFF
POLL_MS = round(1000 * POLL_S)
SHORTEST_WAIT_MS = 1  # OpenCV handles the window's events only while it waits for a key
# A picture is shown at a whole multiple of its size, up to this height; a larger picture at its own size.
SHOWN_HEIGHT = 720
OWN_KEYS = ["h  these keys", "i  figures", "f  full screen", "q  quit"]
STILL_KEYS = ["space  next picture"]


class WindowSink(FrameSink):
    """Shows frames until q or Esc is pressed or the window is closed.

    A camera's frames are shown as they come, a clip's frames at their own times. A still image is shown until the space
    bar or another key without a meaning is pressed.
    """

    name = "window"
    on_main_thread = True

    def __init__(self, session: Session, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Open the window for ``session``; ``clock`` paces a clip, in seconds.

        Raises:
            UsageError: there is no display, or this OpenCV can't open windows.
        """
        self._session, self._clock, self._title = session, clock, f"Celcam - {session.source.name}"
        if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            raise UsageError("--to window: there is no display; use --to web, out.mp4, a folder, or null")
        # OpenCV's Qt complains about fonts that it does not ship and we do not use.
        os.environ.setdefault("QT_LOGGING_RULES", "*.warning=false")
        try:
            cv2.namedWindow(self._title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        except cv2.error as error:
            raise UsageError("--to window: this OpenCV has no windows; install opencv-python") from error
        self._hotkeys = Hotkeys(session, self._take_snapshot)
        self._figures = self._help = self._full_screen = self._wants_next = False
        self._frame: Frame | None = None
        self._pacer = Pacer(session.source, clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        cv2.destroyAllWindows()

    def show(self, frame: Frame) -> bool:
        """Show the frame; False once the user has closed the window."""
        if self._frame is None:
            height, width = frame.rgb_u8.shape[:2]
            zoom = max(1, SHOWN_HEIGHT // height)
            cv2.resizeWindow(self._title, width * zoom, height * zoom)
        if self._session.source.is_still:
            return self._hold(frame)
        return self._draw_until_due(frame)

    def idle(self) -> bool:
        """Keep the last picture on show, with the latest notice."""
        return self._frame is None or self._draw(self._frame, SHORTEST_WAIT_MS)

    def _draw_until_due(self, frame: Frame) -> bool:
        """Show ``frame`` until it is due; notices and keys have their effect meanwhile."""
        self._frame, due_s = frame, self._clock() + self._pacer.wait_s(frame)
        while True:
            left_ms = min(round(1000 * (due_s - self._clock())), POLL_MS)
            if not self._draw(frame, max(left_ms, SHORTEST_WAIT_MS)):
                return False
            if self._clock() >= due_s:
                return True

    def _hold(self, frame: Frame) -> bool:
        """Show a still image until a key asks for the next one or quits; draw it again if a key changes it."""
        still, self._wants_next = Still(self._session, frame), False
        while True:
            self._frame = frame = still.redrawn() or frame
            if not self._draw(frame, POLL_MS):
                return False
            if self._wants_next:
                return True

    def _draw(self, frame: Frame, wait_ms: int) -> bool:
        shown = np.asarray(cv2.cvtColor(frame.rgb_u8, cv2.COLOR_RGB2BGR), np.uint8)
        lines = figure_lines(self._session) if self._figures else []
        write_lines(shown, lines + (self._help_lines() if self._help else []))
        notice = self._session.notices.latest(NOTICE_S)
        if notice is not None:
            write_lines(shown, [notice.text], at_bottom=True)
        cv2.imshow(self._title, shown)
        key = cv2.waitKey(wait_ms) & 0xFF
        self._press(key)
        return key not in QUIT_KEYS and cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) >= 1

    def _press(self, key: int) -> None:
        if key == ord("h"):
            self._help = not self._help
        elif key == ord("i"):
            self._figures = not self._figures
        elif key == ord("f"):
            self._full_screen = not self._full_screen
            mode = cv2.WINDOW_FULLSCREEN if self._full_screen else cv2.WINDOW_NORMAL
            cv2.setWindowProperty(self._title, cv2.WND_PROP_FULLSCREEN, mode)
        elif key != NO_KEY:
            self._wants_next = not self._hotkeys.press(key)

    def _help_lines(self) -> list[str]:
        return [*self._hotkeys.help_lines(), *(STILL_KEYS if self._session.source.is_still else []), *OWN_KEYS]

    def _take_snapshot(self) -> None:
        if self._frame is not None:
            now = datetime.datetime.now()
            self._session.notices.add(f"saved {snapshot(self._session.folder, self._frame.rgb_u8, now=now)}")
