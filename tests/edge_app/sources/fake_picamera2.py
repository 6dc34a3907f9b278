"""A picamera2 without a camera: its formats, strides, limits and errors, as its source has them.

Written after picamera2 0.3.x: `check_camera_config`, `align_stream`, `make_array`, `capture_request`, `close`.
"""

from __future__ import annotations

import math
import sys
import time
import types
from typing import Any

import numpy as np
import pytest

from celcam.arrays import Uint8Array

BYTES = {"BGR888": 3, "RGB888": 3, "XBGR8888": 4, "YUV420": 1}
# The shares of red and blue in luma, by colour space; all from 16 to 235, like all of libcamera's except Sycc.
SPACES = {"Smpte170m": (0.299, 0.114), "Rec709": (0.2126, 0.0722)}
# Left to right.
SCENE = ((220, 30, 40), (30, 200, 60), (40, 50, 210), (128, 128, 128))


class FakeCamera:
    """The settings that a test makes before the source opens the camera, and the traces it reads afterwards."""

    def __init__(self) -> None:
        self.platform = "VC4"
        self.infos: list[dict[str, object]] = [{"Model": "imx708", "Id": "/base/soc/i2c0mux/i2c@1/imx708@1a", "Num": 0}]
        self.stride_multiple = 64
        self.grants_main: str | None = None
        self.fails_at: dict[str, Exception] = {}  # by the name of the method
        self.stalls_after: int | None = None
        self.clock = time.CLOCK_BOOTTIME
        self.age_s = 0.05
        self.instances: list[Any] = []
        self.held = 0  # requests that were not released

    def raise_at(self, name: str) -> None:
        if name in self.fails_at:
            raise self.fails_at[name]


def scene(size_wh: tuple[int, int]) -> Uint8Array:
    """Four upright bars, ``(H, W, 3) uint8 RGB``."""
    width, height = size_wh
    row = np.array(SCENE, np.uint8)[np.arange(width) * len(SCENE) // width]
    return np.tile(row, (height, 1, 1))


def buffer_of(config: dict[str, Any], colour_space: str) -> Uint8Array:
    """The bytes that the camera writes: rows padded to the stride; padding is no colour."""
    (width, height), stride = config["size"], config["stride"]
    rgb = scene((width, height))
    if config["format"] == "BGR888":  # memory holds R, G, B
        return _padded(rgb.reshape(height, width * 3), stride)
    if config["format"] == "RGB888":
        return _padded(rgb[..., ::-1].reshape(height, width * 3), stride)
    if config["format"] == "XBGR8888":
        return _padded(np.dstack([rgb, np.full_like(rgb[..., :1], 255)]).reshape(height, width * 4), stride)
    red_share, blue_share = SPACES[colour_space]
    red, green, blue = np.moveaxis(rgb / 255.0, 2, 0)
    luma = red_share * red + (1 - red_share - blue_share) * green + blue_share * blue
    planes = [16 + 219 * luma]
    for colour, share in ((blue, blue_share), (red, red_share)):  # U, then V
        planes.append((128 + 112 * (colour - luma) / (1 - share))[::2, ::2])
    y, u, v = (np.rint(plane).astype(np.uint8) for plane in planes)
    return np.concatenate([_padded(y, stride), _padded(u, stride // 2), _padded(v, stride // 2)])


def _padded(rows: Uint8Array, stride: int) -> Uint8Array:
    padded = np.full((rows.shape[0], stride), 77, np.uint8)
    padded[:, : rows.shape[1]] = rows
    return padded.reshape(-1)


class _Request:
    def __init__(self, picam2: Any) -> None:
        self._camera: FakeCamera = picam2.fake
        self._config = picam2.camera_configuration()
        self._taken_s = time.clock_gettime(self._camera.clock) - self._camera.age_s
        self._camera.held += 1

    def make_array(self, name: str) -> Uint8Array:
        assert self._camera.held == 1, "used after its release"
        self._camera.raise_at("make_array")
        config = self._config[name]
        (width, height), stride = config["size"], config["stride"]
        array = buffer_of(config, self._config["colour_space"])
        if config["format"] == "YUV420":  # "we leave any packing in there"
            return array.reshape(height * 3 // 2, stride)
        channels = BYTES[config["format"]]
        return np.ascontiguousarray(array.reshape(height, stride)[:, : width * channels]).reshape(
            height, width, channels
        )

    def get_metadata(self) -> dict[str, Any]:
        self._camera.raise_at("get_metadata")
        return {"SensorTimestamp": int(self._taken_s * 1e9), "ExposureTime": 10000}

    def release(self) -> None:
        self._camera.held -= 1


def install(monkeypatch: pytest.MonkeyPatch, camera: FakeCamera) -> None:
    """Install fake modules ``picamera2`` and ``libcamera`` whose camera is ``camera``."""

    class Picamera2:
        fake = camera

        def __init__(self, number: int = 0) -> None:
            camera.raise_at("__init__")
            camera.infos[number]  # IndexError if there is none
            camera.instances.append(self)
            self.started = self.closed = self.cancelled = False
            self.captured = 0
            self._config: dict[str, Any] = {}

        @staticmethod
        def global_camera_info() -> list[dict[str, object]]:
            camera.raise_at("global_camera_info")
            return camera.infos

        def create_video_configuration(
            self,
            main: dict[str, Any],
            lores: dict[str, Any] | None = None,
            colour_space: str | None = None,
            buffer_count: int = 6,
            controls: dict[str, Any] | None = None,
            queue: bool = True,
        ) -> dict[str, Any]:
            streams: dict[str, Any] = {"main": {"format": "XBGR8888", "size": (1280, 720)} | main, "lores": None}
            if lores is not None:
                streams["lores"] = {"format": "YUV420", "size": streams["main"]["size"]} | lores
            for stream in filter(None, streams.values()):
                stream["size"] = (stream["size"][0] // 2 * 2, stream["size"][1] // 2 * 2)
            large = streams["main"]["size"][0] >= 1280 and streams["main"]["size"][1] >= 720
            return streams | {
                "colour_space": colour_space or ("Rec709" if large else "Smpte170m"),
                "queue": queue,
                "controls": controls or {},
            }

        def configure(self, config: dict[str, Any]) -> None:
            assert not self.started
            camera.raise_at("configure")
            main, lores = config["main"], config["lores"]
            if lores is not None:
                if lores["size"][0] > main["size"][0] or lores["size"][1] > main["size"][1]:
                    raise RuntimeError("lores stream dimensions may not exceed main stream")
                if camera.platform == "VC4" and lores["format"] != "YUV420":
                    raise RuntimeError("lores stream must be YUV")
            if camera.grants_main is not None:
                main["format"] = camera.grants_main
            for stream in filter(None, (main, lores)):
                row = stream["size"][0] * BYTES.get(stream["format"], 2)
                stream["stride"] = math.ceil(row / camera.stride_multiple) * camera.stride_multiple
            self._config = config

        def camera_configuration(self) -> dict[str, Any]:
            return self._config

        def start(self) -> None:
            assert self._config
            camera.raise_at("start")
            self.started = True

        def capture_request(self, wait: bool | float | None = None, signal_function: object = None) -> _Request:
            assert self.started
            assert not self.closed
            assert isinstance(wait, float), "without a time limit it waits for ever"
            camera.raise_at("capture_request")
            if camera.stalls_after is not None and self.captured >= camera.stalls_after:
                raise TimeoutError
            self.captured += 1
            return _Request(self)

        def cancel_all_and_flush(self) -> None:
            self.cancelled = True

        def stop(self) -> None:
            raise AssertionError("waits behind a capture that hangs")

        def close(self) -> None:
            camera.raise_at("close")
            self.closed = True

    picamera2, libcamera = types.ModuleType("picamera2"), types.ModuleType("libcamera")
    picamera2.Picamera2 = Picamera2  # type: ignore[attr-defined]
    libcamera.ColorSpace = types.SimpleNamespace(Smpte170m=lambda: "Smpte170m")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "picamera2", picamera2)
    monkeypatch.setitem(sys.modules, "libcamera", libcamera)
