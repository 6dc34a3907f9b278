"""The fake camera: it completes requests at the frame rate, and can stall or vanish."""

from __future__ import annotations

import mmap
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libcamera import controls
from libcamera.configuration import RAW, CameraConfiguration, FrameBuffer
from libcamera.controls import ADVERTISED, FRAME_US, SHORTEST_FRAME_US, ControlId, ControlInfo
from libcamera.pictures import frame_bytes
from libcamera.values import Orientation, Size, StreamRole

FIRST_FRAME_S = 0.05
PROPERTIES = {
    "Model": "imx219",
    "Location": 2,
    "Rotation": 180,
    "ColorFilterArrangement": 0,
    "PixelArraySize": Size(3280, 2464),
}
Scene = Callable[[int], NDArray[Any]]
_scene: Scene = lambda number: np.full((480, 640, 3), number % 256, np.uint8)  # noqa: E731


def set_scene(scene: Scene) -> None:
    """What the camera sees: from the number of a frame to ``(H, W, 3) uint8 RGB``."""
    global _scene
    _scene = scene


class Request:
    class Status(Enum):
        Pending, Complete, Cancelled = range(3)

    def __init__(self, cookie: int) -> None:
        self.cookie, self.buffers, self.sequence = cookie, dict[Any, FrameBuffer](), 0
        self.reuse()

    def add_buffer(self, stream: Any, buffer: FrameBuffer) -> None:
        self.buffers[stream] = buffer

    def reuse(self) -> None:
        self.status, self.metadata = Request.Status.Pending, dict[Any, Any]()
        self.controls = dict[ControlId, Any]()

    def set_control(self, control: ControlId, value: Any) -> None:
        self.controls[control] = value


class Camera:
    id = "/base/soc/i2c0mux/i2c@1/imx219@10"

    def __init__(self) -> None:
        self.stalled, self.gone_until_s = False, 0.0  # set by tests
        self.acquired, self.running, self.duration_us = False, False, FRAME_US
        self.values: dict[str, Any] = {}  # of all controls that were set
        self._queue: list[Request] = []
        self._changed, self._sequence = threading.Condition(), 0

    @property
    def controls(self) -> dict[ControlId, ControlInfo]:
        return {getattr(controls, name): ControlInfo(*values[1:]) for name, values in ADVERTISED.items()}

    @property
    def properties(self) -> dict[ControlId, Any]:
        return {ControlId(name, None): value for name, value in PROPERTIES.items()}

    @property
    def is_gone(self) -> bool:
        return time.monotonic() < self.gone_until_s

    def acquire(self) -> None:
        if self.is_gone:
            raise RuntimeError("Failed to acquire camera: No such device")
        if self.acquired:
            raise RuntimeError("Failed to acquire camera: Device or resource busy")
        self.acquired = True

    def release(self) -> None:
        self.acquired = False

    def generate_configuration(self, roles: Sequence[StreamRole]) -> CameraConfiguration:
        return CameraConfiguration(roles)

    def configure(self, configuration: CameraConfiguration) -> int:
        self._configuration = configuration
        return 0

    def create_request(self, cookie: int = 0) -> Request:
        return Request(cookie)

    def start(self, values: Mapping[ControlId, Any] | None = None) -> None:
        self._set(values or {})
        self.running = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def queue_request(self, request: Request) -> None:
        with self._changed:
            self._queue.append(request)

    def stop(self) -> None:
        self.running = False
        self._thread.join()
        for request in self._queue:
            request.status = Request.Status.Cancelled
            CameraManager.singleton().complete(request)
        self._queue = []

    def _set(self, values: Mapping[ControlId, Any]) -> None:
        for control, value in values.items():
            if control.name not in ADVERTISED:
                raise RuntimeError(f"unknown control {control}")
            self.values[control.name] = value
            if control.name == "FrameDurationLimits":
                self.duration_us = max(value[0], SHORTEST_FRAME_US)

    def _run(self) -> None:
        next_s = time.monotonic() + FIRST_FRAME_S
        while self.running:
            time.sleep(max(0.0, next_s - time.monotonic()))
            next_s = max(next_s + self.duration_us / 1e6, time.monotonic())
            if self.stalled or self.is_gone:
                continue
            self._sequence += 1
            with self._changed:
                request = self._queue.pop(0) if self._queue else None
            if request is not None:  # without a free buffer, the frame is dropped, as on a Pi
                self._fill(request)
                CameraManager.singleton().complete(request)

    def _fill(self, request: Request) -> None:
        self._set(request.controls)
        stamp_ns, rgb_u8 = time.monotonic_ns(), _scene(self._sequence)
        orientation = self._configuration.orientation
        if orientation in (Orientation.Rotate0Mirror, Orientation.Rotate180):
            rgb_u8 = rgb_u8[:, ::-1]
        if orientation in (Orientation.Rotate180Mirror, Orientation.Rotate180):
            rgb_u8 = rgb_u8[::-1]
        for stream, buffer in request.buffers.items():
            wanted = stream.configuration
            if str(wanted.pixel_format) not in RAW:
                with mmap.mmap(buffer.planes[0].fd, wanted.frame_size) as memory:
                    memory[:] = frame_bytes(wanted, rgb_u8)
            buffer.metadata.sequence, buffer.metadata.timestamp = self._sequence, stamp_ns
        facts = {"SensorTimestamp": stamp_ns, "FrameDuration": self.duration_us, "ExposureTime": 20_000, "Lux": 100.0}
        request.metadata = {getattr(controls, name): value for name, value in facts.items()}
        request.sequence, request.status = self._sequence, Request.Status.Complete


class CameraManager:
    _only: CameraManager | None = None
    version = "fake"

    @staticmethod
    def singleton() -> CameraManager:
        if CameraManager._only is None:
            CameraManager._only = CameraManager()
        return CameraManager._only

    def __init__(self) -> None:
        self.event_fd, self._wake_fd = os.pipe()
        os.set_blocking(self.event_fd, False)
        self._completed: list[Request] = []
        self._lock, self.cameras = threading.Lock(), [Camera()]

    def complete(self, request: Request) -> None:
        with self._lock:
            self._completed.append(request)
        os.write(self._wake_fd, b"x")

    def get_ready_requests(self) -> list[Request]:
        with suppress(BlockingIOError):
            os.read(self.event_fd, 4096)
        with self._lock:
            completed, self._completed = self._completed, []
        return completed
