"""USB cameras, through OpenCV and Video4Linux."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import CameraError
from edge_app.frames import Frame, FrameSource, SourceInfo
from edge_app.sources.stamps import captured_at

CAPTURE_SIZE_WH = (640, 480)  # every USB camera offers this at 30 frames a second
# OpenCV's Video4Linux has no CAP_PROP_READ_TIMEOUT_MSEC, but reads this variable once in a process: a read fails after
# so many whole seconds without a picture. The default of 10 is longer than `ReconnectingSource` waits.
READ_TIMEOUT = ("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "3")
# A bad cable may damage a picture; after so many damaged ones in a row, the camera counts as lost.
BROKEN_IN_A_ROW = 30
# One buffer is read while the driver fills the other one; with a single buffer every second picture is lost.
BUFFERS = 2


class UsbSource(FrameSource):
    """Frames of ``/dev/videoN``.

    Video4Linux decodes MJPEG on the reading thread, so there are no decoder threads to limit.
    """

    def __init__(self, device: int | str, size_wh: tuple[int, int] = CAPTURE_SIZE_WH, fps: float | None = None) -> None:
        """Open the camera and read a first picture.

        Args:
            device: the N of ``/dev/videoN``, or a path such as one in ``/dev/v4l/by-id``.
            size_wh: the requested size; ``info`` holds the size that the camera chose.
            fps: the lowest rate that is enough; the camera may give more. None requests no rate.

        Raises:
            CameraError: there is no camera, it is in use, or it gives no picture.
        """
        self._name = f"usb:{device}"
        path = Path(device if isinstance(device, str) else f"/dev/video{device}")
        # For a device that does not exist, OpenCV prints warnings of its own.
        if not path.exists():
            raise CameraError(f"{self._name}: no camera there; see 'ls /dev/video*', or give a file or synthetic:")
        if not os.access(path, os.R_OK | os.W_OK):
            raise CameraError(
                f"{self._name}: {path}: permission denied; run 'sudo usermod -aG video $USER', then log in again"
            )
        os.environ.setdefault(*READ_TIMEOUT)
        self._capture = cv2.VideoCapture(device if isinstance(device, int) else str(path), cv2.CAP_V4L2)
        try:
            if not self._capture.isOpened():
                raise CameraError(f"{self._name}: {path} is not a camera, or another program is using it")
            self._ask_for(size_wh)
            self._slow_down(fps)
            if self._read() is None:
                raise CameraError(
                    f"{self._name}: gives no picture; close other programs that use it, or use another USB hub"
                )
            width = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
            height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
            fps = self._capture.get(cv2.CAP_PROP_FPS)
            self.pixel_format = _letters(self._capture.get(cv2.CAP_PROP_FOURCC))
        except BaseException:
            self._capture.release()
            raise
        self.info = SourceInfo(self._name, (width, height), is_live=True, frames=None, fps=fps if fps > 0 else None)

    def __exit__(self, *exc_info: object) -> None:
        self._capture.release()

    def frames(self) -> Iterator[Frame]:
        """Frames without end.

        Raises:
            CameraError: the camera gives no more pictures.
        """
        started_s = time.monotonic()
        number = 0
        while True:
            bgr_u8 = self._read()
            if bgr_u8 is None:
                raise CameraError(f"{self._name}: gives no more pictures; is it still plugged in?")
            now_s = time.monotonic()
            # The driver stamps a picture when its first bytes arrive, on the monotonic clock.
            captured_s = captured_at([self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0], now_s)
            number += 1
            yield Frame(_rgb(bgr_u8), f"frame-{number:06d}", max(0.0, captured_s - started_s), captured_s)

    def _ask_for(self, size_wh: tuple[int, int]) -> None:
        if size_wh[0] * size_wh[1] > CAPTURE_SIZE_WH[0] * CAPTURE_SIZE_WH[1]:
            # USB 2 carries 10 or fewer uncompressed pictures of such a size a second. The format comes first, because
            # drivers list their sizes by format.
            self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, size_wh[0])
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size_wh[1])
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, BUFFERS)

    def _slow_down(self, fps: float | None) -> None:
        """Request ``fps``; if the nearest rate that the camera offers is lower, keep the camera's own rate."""
        own_fps = self._capture.get(cv2.CAP_PROP_FPS)
        if fps and own_fps > fps:
            self._capture.set(cv2.CAP_PROP_FPS, fps)
            if self._capture.get(cv2.CAP_PROP_FPS) < fps:
                self._capture.set(cv2.CAP_PROP_FPS, own_fps)

    def _read(self) -> Uint8Array | None:
        """The next undamaged picture, in the order BGR; None if the camera gives none."""
        for _ in range(BROKEN_IN_A_ROW):
            if not self._capture.grab():
                return None
            try:
                whole, bgr_u8 = self._capture.retrieve()
            except cv2.error:
                continue
            if whole and bgr_u8 is not None and bgr_u8.size:
                return np.asarray(bgr_u8, np.uint8)
        return None


def _rgb(bgr_u8: Uint8Array) -> Uint8Array:
    """OpenCV's BGR as RGB; an array that is not such a picture is returned as it is."""
    if bgr_u8.ndim != 3 or bgr_u8.shape[2] != 3:
        return bgr_u8
    return np.asarray(cv2.cvtColor(bgr_u8, cv2.COLOR_BGR2RGB), np.uint8)


def _letters(fourcc: float) -> str:
    """OpenCV's number of a pixel format as text, such as ``"MJPG"``."""
    return (int(fourcc) & 0xFFFFFFFF).to_bytes(4, "little").decode("ascii", "replace") if fourcc > 0 else ""
