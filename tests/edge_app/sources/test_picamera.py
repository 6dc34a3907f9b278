from __future__ import annotations

import sys
import time
import types
from itertools import islice

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import CameraError
from edge_app.sources.picamera import PicameraSource, ribbon_cameras
from tests.edge_app.sources.fake_picamera2 import SCENE, FakeCamera, install, scene


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> FakeCamera:
    fake = FakeCamera()
    install(monkeypatch, fake)
    return fake


def bars(rgb_u8: Uint8Array) -> list[list[int]]:
    """The colour in the middle of each bar of the scene."""
    width = rgb_u8.shape[1]
    return [rgb_u8[5, width * (2 * bar + 1) // (2 * len(SCENE))].tolist() for bar in range(len(SCENE))]


@pytest.mark.parametrize(("platform", "small_format"), [("VC4", "YUV420"), ("PISP", "BGR888")])
@pytest.mark.parametrize(
    ("size_wh", "small_wh"),
    [
        ((640, 480), (320, 240)),
        ((800, 600), (316, 236)),
        ((1280, 720), (428, 240)),
        ((640, 480), (212, 160)),
        ((1280, 720), (640, 360)),
    ],
)
def test_red_is_red_in_both_pictures_with_any_padding(
    camera: FakeCamera, platform: str, small_format: str, size_wh: tuple[int, int], small_wh: tuple[int, int]
) -> None:
    camera.platform = platform
    with PicameraSource(0, size_wh, small_wh) as source:
        frame = next(source.frames())
    assert camera.instances[0].camera_configuration()["lores"]["format"] == small_format
    assert source.info.size_wh == size_wh
    assert np.array_equal(frame.rgb_u8, scene(size_wh))
    assert frame.small_u8 is not None
    assert frame.small_u8.shape == (small_wh[1], small_wh[0], 3)
    assert frame.small_u8.flags.c_contiguous
    # Chroma of half the size, and rounding: a few steps.
    assert np.abs(np.subtract(bars(frame.small_u8), SCENE)).max() <= (4 if small_format == "YUV420" else 0)
    # Nothing of the padding is left at the right edge.
    assert np.abs(frame.small_u8[:, -1].astype(int) - SCENE[-1]).max() <= 4


def test_without_a_given_size_the_small_picture_has_the_default_size(camera: FakeCamera) -> None:
    with PicameraSource(0) as source:
        frame = next(source.frames())
    assert frame.rgb_u8.shape == (480, 640, 3)
    assert frame.small_u8 is not None
    assert frame.small_u8.shape == (240, 320, 3)


@pytest.mark.parametrize("small_wh", [(256, 256), (1280, 960), (320, 176)])
def test_a_small_picture_that_would_be_distorted_or_enlarged_is_not_made(
    camera: FakeCamera, small_wh: tuple[int, int]
) -> None:
    with PicameraSource(0, small_wh=small_wh) as source:
        frame = next(source.frames())
    assert frame.small_u8 is None
    assert np.array_equal(frame.rgb_u8, scene((640, 480)))


@pytest.mark.parametrize("clock", [time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC])
def test_the_capture_time_is_that_of_the_sensor(
    camera: FakeCamera, monkeypatch: pytest.MonkeyPatch, clock: int
) -> None:
    real = time.clock_gettime
    # A device that slept for 1000 s.
    monkeypatch.setattr(
        time, "clock_gettime", lambda which: real(time.CLOCK_MONOTONIC) + 1000 * (which == time.CLOCK_BOOTTIME)
    )
    camera.clock, camera.age_s = clock, 0.08
    with PicameraSource(0) as source:
        frame = next(source.frames())
    assert 0.08 <= time.monotonic() - frame.captured_s < 1.0


@pytest.mark.parametrize(("fps", "controls"), [(None, {}), (20.0, {"FrameRate": 20.0})])
def test_the_cameras_rate_is_capped_at_the_requested_rate(
    camera: FakeCamera, fps: float | None, controls: dict[str, float]
) -> None:
    with PicameraSource(0, fps=fps):
        assert camera.instances[0].camera_configuration()["controls"] == controls


def test_a_camera_without_stamps_is_stamped_on_arrival(camera: FakeCamera) -> None:
    camera.age_s = 10**6
    with PicameraSource(0) as source:
        frame = next(source.frames())
    assert 0.0 <= time.monotonic() - frame.captured_s < 1.0


def test_every_buffer_is_released_before_the_frame_is_passed_on(camera: FakeCamera) -> None:
    with PicameraSource(0) as source:
        frames = list(islice(source.frames(), 20))
        assert camera.held == 0
    assert len({id(frame.rgb_u8) for frame in frames}) == 20
    assert camera.instances[0].closed


@pytest.mark.parametrize("method", ["make_array", "get_metadata"])
def test_a_buffer_is_released_if_reading_it_fails(camera: FakeCamera, method: str) -> None:
    with PicameraSource(0) as source:
        camera.fails_at[method] = RuntimeError("no")
        with pytest.raises(CameraError, match="picamera:0: gives no more pictures"):
            next(source.frames())
    assert camera.held == 0
    assert camera.instances[0].closed


def test_a_camera_that_hangs_is_reported_and_can_be_closed(camera: FakeCamera) -> None:
    camera.stalls_after = 2
    with PicameraSource(0) as source, pytest.raises(CameraError, match="gives no more pictures"):
        assert len(list(islice(source.frames(), 9))) == 2
    assert camera.instances[0].cancelled  # what hangs is taken off the list first
    assert camera.instances[0].closed


def test_a_camera_that_can_not_be_closed_is_abandoned(camera: FakeCamera) -> None:
    camera.fails_at["close"] = RuntimeError("camera in state Running")
    with PicameraSource(0):
        pass


@pytest.mark.parametrize("method", ["configure", "start"])
def test_a_failure_while_opening_closes_the_camera(camera: FakeCamera, method: str) -> None:
    camera.fails_at[method] = RuntimeError("Failed to\nacquire camera: Device or resource busy")
    with pytest.raises(CameraError, match=r"can't be started .*resource busy.*another program") as caught:
        PicameraSource(0)
    assert "\n" not in str(caught.value)
    assert [instance.closed for instance in camera.instances] == [True]


def test_a_camera_in_use_is_reported(camera: FakeCamera) -> None:
    camera.fails_at["__init__"] = RuntimeError("Camera __init__ sequence did not complete.")
    with pytest.raises(CameraError, match="is another program using it"):
        PicameraSource(0)


def test_a_missing_camera_is_reported(camera: FakeCamera) -> None:
    with pytest.raises(CameraError, match=r"picamera:3: no camera there \(1 found\); check the ribbon cable"):
        PicameraSource(3)


def test_a_usb_camera_behind_libcamera_is_refused_with_the_remedy(camera: FakeCamera) -> None:
    camera.grants_main = "YUYV"
    with pytest.raises(CameraError, match="granted YUYV; if it is a USB camera, open it as usb:0"):
        PicameraSource(0)
    assert camera.instances[0].closed


def test_only_cameras_on_a_ribbon_are_listed(camera: FakeCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    camera.infos = [{"Id": "/base/scb/pcie@7d500000/pci@0,0/usb@0,0-1.1:1.0-046d:0825"}, *camera.infos]
    assert ribbon_cameras() == [1]
    camera.fails_at["global_camera_info"] = RuntimeError("no media devices")
    assert ribbon_cameras() == []
    monkeypatch.setitem(sys.modules, "picamera2", None)
    assert ribbon_cameras() == []


def test_without_picamera2_the_remedy_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(CameraError, match="apt install python3-picamera2"):
        PicameraSource(0)


def test_a_picamera2_built_for_another_numpy_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(types.ModuleType):
        def __getattr__(self, name: str) -> object:
            raise ValueError("numpy.dtype size changed, may indicate binary incompatibility")

    monkeypatch.setitem(sys.modules, "picamera2", Broken("picamera2"))
    with pytest.raises(CameraError, match=r"numpy.dtype size changed.*NumPy must be the system's"):
        PicameraSource(0)
