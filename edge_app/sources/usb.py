"""USB cameras, through OpenCV and Video4Linux."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from celcam.errors import CameraError
from edge_app.frames import Frame, SourceInfo

CAPTURE_SIZE_WH = (640, 480)  # what every USB camera offers at 30 frames a second


class UsbSource:
    """Frames of ``/dev/videoN``."""

    def __init__(self, number: int) -> None:
        """Open the camera; raises CameraError where there is none."""
        self._name = f"usb:{number}"
        # Asked for a device that is not there, OpenCV prints warnings of its own.
        if not Path(f"/dev/video{number}").exists():
            raise CameraError(f"{self._name}: no camera there; see 'ls /dev/video*', or give a file or synthetic:")
        self._capture = cv2.VideoCapture(number, cv2.CAP_V4L2)
        if not self._capture.isOpened():
            raise CameraError(f"{self._name}: /dev/video{number} is no camera, or another program is using it")
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, CAPTURE_SIZE_WH[0])
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, CAPTURE_SIZE_WH[1])
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # an old picture is of no use
        width = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        fps = self._capture.get(cv2.CAP_PROP_FPS) or None
        self.info = SourceInfo(self._name, (width, height), is_live=True, frames=None, fps=fps)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._capture.release()

    def frames(self) -> Iterator[Frame]:
        """Frames until the camera gives none."""
        started_s = time.monotonic()
        number = 0
        while True:
            ok, bgr = self._capture.read()
            now_s = time.monotonic()
            if not ok:
                raise CameraError(f"{self._name}: gives no more pictures; is it still plugged in?")
            number += 1
            # OpenCV delivers blue first; here, and nowhere else, that is settled.
            rgb_u8 = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
            yield Frame(rgb_u8, f"frame-{number:06d}", now_s - started_s, now_s)
