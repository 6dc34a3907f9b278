from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import CameraError
from edge_app.sources.usb import READ_TIMEOUT, UsbSource

MJPG = float(cv2.VideoWriter.fourcc(*"MJPG"))
YUYV = float(cv2.VideoWriter.fourcc(*"YUYV"))


class FakeCapture:
    """Behaves like OpenCV's Video4Linux: applies settings in their order, gives BGR pictures with a stamp each."""

    opened: list[FakeCapture] = []  # noqa: RUF012 - of one test
    is_camera = True
    pictures: list[object] = []  # noqa: RUF012 - what grab and retrieve give; then the camera is gone
    largest_wh = (1920, 1080)
    stamp_age_s = 0.02
    rates = (30.0,)

    def __init__(self, device: int | str, api: int) -> None:
        assert api == cv2.CAP_V4L2
        self.device = device
        self.asked: list[tuple[int, float]] = []
        self.released = False
        self._left = list(self.pictures)
        self._values = {cv2.CAP_PROP_FOURCC: YUYV, cv2.CAP_PROP_FPS: 30.0}
        self.read_timeout = os.environ.get(READ_TIMEOUT[0])
        FakeCapture.opened.append(self)

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self.is_camera

    def set(self, name: int, value: float) -> bool:
        self.asked.append((name, value))
        limits = {cv2.CAP_PROP_FRAME_WIDTH: self.largest_wh[0], cv2.CAP_PROP_FRAME_HEIGHT: self.largest_wh[1]}
        if name == cv2.CAP_PROP_FPS:
            value = min(self.rates, key=lambda rate: abs(1 / rate - 1 / value))
        self._values[name] = min(value, limits.get(name, value))
        return True

    def get(self, name: int) -> float:
        if name == cv2.CAP_PROP_POS_MSEC:
            return 1000 * (time.monotonic() - self.stamp_age_s)
        return self._values.get(name, 0.0)

    def grab(self) -> bool:
        assert not self.released
        return bool(self._left)

    def retrieve(self) -> tuple[bool, Any]:
        picture = self._left.pop(0)
        if isinstance(picture, Exception):
            raise picture
        return picture is not None, picture

    def release(self) -> None:
        self.released = True


def blue_first(red: int = 200) -> Uint8Array:
    """A red picture as OpenCV gives it."""
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[..., 2] = red
    return picture


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A file in place of ``/dev/video0``, and a fake in place of OpenCV's capture."""
    monkeypatch.setattr(cv2, "VideoCapture", FakeCapture)
    monkeypatch.setattr(FakeCapture, "opened", [])
    monkeypatch.setattr(FakeCapture, "pictures", [blue_first()] * 5)
    monkeypatch.setenv(*READ_TIMEOUT)
    (tmp_path / "video0").touch()
    yield str(tmp_path / "video0")
    assert all(capture.released for capture in FakeCapture.opened)


def test_red_is_red_and_the_stamp_is_the_drivers(device: str) -> None:
    with UsbSource(device) as source:
        frame = next(source.frames())
    assert frame.rgb_u8[0, 0].tolist() == [200, 0, 0]
    assert 0.02 <= time.monotonic() - frame.captured_s < 1.0
    assert source.info.size_wh == (640, 480)
    assert source.info.fps == 30.0
    assert source.info.is_live


@pytest.mark.parametrize("age_s", [5000.0, -5.0])
def test_an_impossible_timestamp_is_ignored(device: str, monkeypatch: pytest.MonkeyPatch, age_s: float) -> None:
    monkeypatch.setattr(FakeCapture, "stamp_age_s", age_s)
    with UsbSource(device) as source:
        frame = next(source.frames())
        assert abs(time.monotonic() - frame.captured_s) < 1.0


def test_at_640x480_the_camera_keeps_its_format_and_gets_one_buffer(device: str) -> None:
    with UsbSource(device):
        pass
    assert FakeCapture.opened[0].asked == [
        (cv2.CAP_PROP_FRAME_WIDTH, 640),
        (cv2.CAP_PROP_FRAME_HEIGHT, 480),
        (cv2.CAP_PROP_BUFFERSIZE, 2),
    ]


def test_above_640x480_mjpeg_is_requested_before_the_size(device: str) -> None:
    with UsbSource(device, (1280, 720)) as source:
        pass
    assert FakeCapture.opened[0].asked[0][0] == cv2.CAP_PROP_FOURCC
    assert source.info.size_wh == (1280, 720)
    assert source.pixel_format == "MJPG"


def test_the_granted_camera_size_is_reported(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeCapture, "largest_wh", (800, 600))
    with UsbSource(device, (1920, 1080)) as source:
        assert source.info.size_wh == (800, 600)


@pytest.mark.parametrize(
    ("rates", "fps", "granted"),
    [
        ((30.0, 24.0, 20.0, 15.0), 20.0, 20.0),
        ((30.0, 24.0, 15.0), 20.0, 24.0),
        ((30.0, 15.0), 17.0, 30.0),  # 15 is nearer, but too low
        ((30.0, 60.0), 50.0, 30.0),  # the camera's own rate is enough
        ((30.0, 15.0), None, 30.0),
    ],
)
def test_a_camera_is_slowed_down_to_the_requested_rate(
    device: str, monkeypatch: pytest.MonkeyPatch, rates: tuple[float, ...], fps: float | None, granted: float
) -> None:
    monkeypatch.setattr(FakeCapture, "rates", rates)
    with UsbSource(device, fps=fps) as source:
        assert source.info.fps == granted


def test_a_read_times_out_before_its_reader_is_abandoned(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(READ_TIMEOUT[0])
    with UsbSource(device):
        pass
    assert FakeCapture.opened[0].read_timeout == "3"


def test_a_camera_that_gives_no_more_is_reported(device: str) -> None:
    with UsbSource(device) as source, pytest.raises(CameraError, match="still plugged in"):
        assert len(list(islice(source.frames(), 100))) == 4  # one was looked at while opening


def test_a_broken_picture_is_skipped(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [None, cv2.error("corrupt"), np.zeros((0, 0, 3), np.uint8)]
    monkeypatch.setattr(FakeCapture, "pictures", [blue_first(), *broken, blue_first(77)])
    with UsbSource(device) as source:
        assert next(source.frames()).rgb_u8[0, 0, 0] == 77


def test_only_broken_pictures_count_as_a_loss(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeCapture, "pictures", [blue_first(), *[None] * 100])
    with UsbSource(device) as source, pytest.raises(CameraError, match="no more pictures"):
        next(source.frames())


def test_a_picture_of_another_kind_is_passed_on(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    grey = np.full((480, 640), 9, np.uint8)
    monkeypatch.setattr(FakeCapture, "pictures", [blue_first(), grey, blue_first()[:100]])
    with UsbSource(device) as source:
        shapes = [frame.rgb_u8.shape for frame in islice(source.frames(), 2)]
    assert shapes == [(480, 640), (100, 640, 3)]


def test_a_device_that_is_not_a_camera_is_reported(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeCapture, "is_camera", False)
    with pytest.raises(CameraError, match="is not a camera, or another program is using it"):
        UsbSource(device)


def test_a_camera_that_gives_no_first_picture_is_reported(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeCapture, "pictures", [])
    with pytest.raises(CameraError, match="gives no picture"):
        UsbSource(device)


def test_a_device_without_permission_names_the_group(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(CameraError, match="usermod -aG video"):
        UsbSource(device)


def test_a_number_opens_the_device_of_that_number(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    monkeypatch.setattr(Path, "exists", lambda path: path == Path("/dev/video7"))
    monkeypatch.setattr(os, "access", lambda path, mode: path == Path("/dev/video7"))
    with UsbSource(7):
        pass
    assert FakeCapture.opened[0].device == 7
