"""A virtual camera, which video calls and OBS offer like a webcam; pyvirtualcam finds it.

On Linux it is a device of the kernel module v4l2loopback, on other systems that of OBS.
"""

from __future__ import annotations

import importlib
import platform
import threading
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, Self

from celcam.errors import CameraError, UsageError
from edge_app.drawing.sizing import even_size, fit_even
from edge_app.frames import Frame
from edge_app.session import Session
from edge_app.sinks.kept_alive import KeptAliveSink

USUAL_FPS = 30.0
REMEDIES = {
    "Linux": "install the package v4l2loopback-dkms, then run: "
    "sudo modprobe v4l2loopback exclusive_caps=1 card_label=Celcam",
    "Darwin": "install OBS, and start and stop its virtual camera once",
    "Windows": "install OBS, and start and stop its virtual camera once",
}


class VirtualCameraSink(KeptAliveSink):
    """Shows frames in a virtual camera, at one size.

    Programs take a camera for broken if it sends nothing for some seconds.
    """

    name = "camera"

    def __init__(
        self,
        session: Session,
        *,
        size_wh: tuple[int, int] | None = None,
        stop: threading.Event | None = None,
        module: ModuleType | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Describe the camera; nothing is opened yet.

        Args:
            session: of the run.
            size_wh: of the finished pictures; None is the size of the first one. Others are fitted into it.
            stop: as in `Showing`.
            module: pyvirtualcam; None imports it.
            clock: seconds.

        Raises:
            UsageError: pyvirtualcam is not installed.
        """
        super().__init__(session, stop=stop, clock=clock)
        self._size_wh = size_wh
        self._module = module or _import_pyvirtualcam()
        self._camera: Any = None

    def __enter__(self) -> Self:
        """Open the camera if the size is known.

        Raises:
            CameraError: there is no virtual camera, or it is in use.
        """
        if self._size_wh is not None:
            self._open(self._size_wh)
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._lock:
            self._over = True
            if self._camera is not None:
                self._camera.close()

    def _put(self, frame: Frame) -> None:
        """Show the frame; raises CameraError as `__enter__` does, or if the camera is gone."""
        height, width = frame.rgb_u8.shape[:2]
        if self._camera is None:
            self._open((width, height))
        try:
            self._camera.send(fit_even(frame.rgb_u8, (self._camera.width, self._camera.height)))
        except (OSError, RuntimeError) as error:
            raise CameraError(f"--to camera: can't be written: {_one_line(error)}; start Celcam again") from error

    def _open(self, size_wh: tuple[int, int]) -> None:
        width, height = even_size(size_wh)
        try:
            self._camera = self._module.Camera(width=width, height=height, fps=self._session.source.fps or USUAL_FPS)
        except (OSError, RuntimeError) as error:
            remedy = REMEDIES.get(platform.system(), "see the documentation of pyvirtualcam")
            raise CameraError(f"--to camera: no virtual camera ({_one_line(error)}); {remedy}") from error
        self._session.notices.add(f"virtual camera {self._camera.device}, {width}x{height}")


def _import_pyvirtualcam() -> ModuleType:
    try:
        return importlib.import_module("pyvirtualcam")
    except ImportError as error:
        raise UsageError(
            "--to camera: needs the package pyvirtualcam; run: pip install -r edge_app/requirements-camera.txt, "
            "or: pip install 'celcam[camera]'"
        ) from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
