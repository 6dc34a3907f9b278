"""A window on the screen."""

from __future__ import annotations

import os
import sys
import time
from typing import Self

import cv2

from celcam.errors import UsageError
from edge_app.frames import Frame, SourceInfo

QUIT_KEYS = (ord("q"), 27)
# A picture is shown this high or a little more or less, at a whole multiple of its size.
SHOWN_HEIGHT = 720


class WindowSink:
    """Shows frames until q or Esc is pressed or the window is closed.

    A camera's frames are shown as they come, a clip's at their own times, a still image until a key is pressed.
    """

    def __init__(self, source: SourceInfo) -> None:
        """Open the window.

        Raises:
            UsageError: there is no display, or this OpenCV can't open windows.
        """
        self._title, self._source = f"Celcam - {source.name}", source
        if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            raise UsageError("--to window: there is no display; use --to out.mp4, a folder, or null")
        # OpenCV's Qt complains about fonts that it does not ship and we do not use.
        os.environ.setdefault("QT_LOGGING_RULES", "*.warning=false")
        try:
            cv2.namedWindow(self._title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        except cv2.error as error:
            raise UsageError("--to window: this OpenCV has no windows; install opencv-python") from error
        self._started_s: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        cv2.destroyAllWindows()

    def show(self, frame: Frame) -> bool:
        """Draw the frame; False once the user has closed the window."""
        if self._started_s is None:
            height, width = frame.rgb_u8.shape[:2]
            zoom = max(1, round(SHOWN_HEIGHT / height))
            cv2.resizeWindow(self._title, width * zoom, height * zoom)
            self._started_s = time.monotonic() - frame.media_s
        cv2.imshow(self._title, cv2.cvtColor(frame.rgb_u8, cv2.COLOR_RGB2BGR))
        key = cv2.waitKey(self._wait_ms(frame, self._started_s)) & 0xFF
        return key not in QUIT_KEYS and cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) >= 1

    def _wait_ms(self, frame: Frame, started_s: float) -> int:
        """How long the frame stands at least; 0 is until a key is pressed."""
        if self._source.is_still:
            return 0
        if self._source.is_live:
            return 1
        return max(1, round(1000 * (started_s + frame.media_s - time.monotonic())))
