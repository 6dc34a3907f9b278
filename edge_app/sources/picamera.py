"""The Raspberry Pi's camera, through picamera2 (from the system's packages)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Self

from celcam.errors import CameraError
from edge_app.frames import Frame, SourceInfo

CAPTURE_SIZE_WH = (640, 480)  # a multiple of 64 wide: rows without padding


class PicameraSource:
    """Frames of the Pi's camera, newest first."""

    def __init__(self, number: int) -> None:
        """Open and start the camera; raises CameraError where that fails."""
        self._name = f"picamera:{number}"
        try:
            from picamera2 import Picamera2
        except ImportError as error:
            raise CameraError(
                f"{self._name}: picamera2 is not installed; on a Pi run 'sudo apt install python3-picamera2' and make "
                "the venv with --system-site-packages"
            ) from error
        cameras = len(Picamera2.global_camera_info())
        if number >= cameras:
            raise CameraError(f"{self._name}: no camera there ({cameras} found); check the ribbon cable")
        try:
            self._camera: Any = Picamera2(number)
            # picamera2's names follow memory from the last byte: its BGR888 is R, G, B in NumPy.
            main = {"format": "BGR888", "size": CAPTURE_SIZE_WH}
            self._camera.configure(self._camera.create_video_configuration(main, queue=False))
            granted = self._camera.camera_configuration()["main"]
            if granted["format"] != "BGR888":
                raise CameraError(f"{self._name}: expected BGR888, the camera granted {granted['format']}")
            self._camera.start()
        except (RuntimeError, IndexError) as error:
            raise CameraError(f"{self._name}: can't be started ({error}); is another program using it?") from error
        self.info = SourceInfo(self._name, tuple(granted["size"]), is_live=True, frames=None, fps=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._camera.stop()
        self._camera.close()

    def frames(self) -> Iterator[Frame]:
        """Frames until the app stops."""
        started_s = time.monotonic()
        number = 0
        width, height = self.info.size_wh
        while True:
            picture = self._camera.capture_array("main")[:height, :width, :3]
            now_s = time.monotonic()
            number += 1
            yield Frame(picture, f"frame-{number:06d}", now_s - started_s, now_s)
