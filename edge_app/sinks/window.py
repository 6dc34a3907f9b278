"""A window on the screen."""

from __future__ import annotations

import os
import sys
from typing import Self

import cv2

from celcam.errors import UsageError
from edge_app.frames import Frame

QUIT_KEYS = (ord("q"), 27)


class WindowSink:
    """Shows frames until q or Esc is pressed or the window is closed."""

    def __init__(self, title: str, *, waits_for_key: bool) -> None:
        """Open the window.

        Args:
            title: of the window.
            waits_for_key: hold each picture until a key is pressed, as suits still images.

        Raises:
            UsageError: there is no display, or this OpenCV can't open windows.
        """
        self._title, self._wait_ms = f"Celcam - {title}", 0 if waits_for_key else 1
        if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            raise UsageError("--to window: there is no display; use --to out.mp4, a folder, or null")
        try:
            cv2.namedWindow(self._title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO)
        except cv2.error as error:
            raise UsageError("--to window: this OpenCV has no windows; install opencv-python") from error
        self._sized = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        cv2.destroyAllWindows()

    def show(self, frame: Frame) -> bool:
        """Draw the frame; False once the user has closed the window."""
        if not self._sized:
            height, width = frame.rgb_u8.shape[:2]
            zoom = max(1, round(720 / height))
            cv2.resizeWindow(self._title, width * zoom, height * zoom)
            self._sized = True
        cv2.imshow(self._title, cv2.cvtColor(frame.rgb_u8, cv2.COLOR_RGB2BGR))
        key = cv2.waitKey(self._wait_ms) & 0xFF
        return key not in QUIT_KEYS and cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) >= 1
