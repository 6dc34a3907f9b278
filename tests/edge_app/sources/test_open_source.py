from __future__ import annotations

import threading
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from celcam.errors import CameraError, CelcamError, MediaError, UsageError
from edge_app.device.video_devices import VideoDevice
from edge_app.flow.notices import Notices
from edge_app.frames import FrameSource
from edge_app.sources import BUNDLED_CLIP, open_first_camera, open_source, picamera, usb
from edge_app.sources.images import ImagesSource
from edge_app.sources.reconnecting import ReconnectingSource
from edge_app.sources.synthetic import SyntheticSource
from edge_app.sources.video import VideoSource
from tests.edge_app.sources.cameras import ScriptedCamera
from tests.edge_app.sources.fake_picamera2 import FakeCamera, install


def plug_in(monkeypatch: pytest.MonkeyPatch, *numbers: int) -> None:
    devices = [VideoDevice(Path(f"/dev/video{number}"), "Webcam", is_camera=number != 4) for number in numbers]
    monkeypatch.setattr("edge_app.sources.video_devices", lambda: devices)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What USB cameras were asked for; numbers from 5 on can't be opened."""
    calls: list[tuple[Any, ...]] = []

    def open_usb(*words: Any) -> FrameSource:
        calls.append(words)
        if isinstance(words[0], int) and words[0] >= 5:
            raise CameraError(f"usb:{words[0]}: another program is using it")
        return ScriptedCamera(1)

    monkeypatch.setattr(usb, "UsbSource", open_usb)
    plug_in(monkeypatch)
    monkeypatch.setattr(picamera, "ribbon_cameras", list)
    return calls


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("none.mp4", r"no such file or folder; expected an image.*rtsp://.*http://.*synthetic:"),
        ("camera:0", r"no such file or folder; expected .*usb:0, picamera:0"),
        ("", r"no image in it|no such file"),
        ("usb:97", "usb:97: no camera there"),
        ("usb:front", "expected the camera's number, such as usb:0 or a device, such as usb:/dev/video0"),
        ("usb:", "expected the camera's number"),
        ("usb:²", "expected the camera's number"),
        ("usb:-1", "expected the camera's number"),
        ("usb:12345678901234567890", "expected the camera's number"),
        ("usb:/dev/video97", "usb:/dev/video97: no camera there"),
        ("usb:/etc/passwd", "expected the camera's number"),
        ("picamera:front", "expected the camera's number, such as picamera:0$"),
        ("x" * 5000, "can't be read .File name too long.; expected an image"),
        ("clip\0.mp4", "no such file|can't be read"),
        ("rtsp://", "expected rtsp://user:password@host"),
        ("ftp://host/clip.mp4", "ftp://: expected an address such as rtsp://"),
        ("synthetic:many", "expected synthetic:, synthetic:5000 or synthetic:5000@320x240"),
    ],
)
def test_a_missing_source_is_named_with_the_expected_forms(spec: str, message: str, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        with pytest.raises((MediaError, CameraError, UsageError), match=message) as caught:
            open_source(spec)
    assert "\n" not in str(caught.value)


def test_a_password_in_a_mistyped_address_is_not_printed() -> None:
    with pytest.raises(CelcamError) as caught:
        open_source("rstp://me:secret@host/stream")
    assert "secret" not in str(caught.value)


def test_each_kind_has_its_source(tmp_path: Path) -> None:
    samples = Path(__file__).parents[3] / "datasets" / "samples"
    for spec, kind in (
        (str(BUNDLED_CLIP), VideoSource),
        (str(samples), ImagesSource),
        ("synthetic:9", SyntheticSource),
    ):
        with open_source(spec) as source:
            assert type(source) is kind


def test_a_clip_is_looped_on_request() -> None:
    with open_source(str(BUNDLED_CLIP), loop=True) as source:
        assert source.info.frames is None


@pytest.mark.parametrize(
    ("spec", "size_wh", "asked"),
    [
        ("usb:2", None, (2, (640, 480), None)),
        ("usb:2", (1280, 720), (2, (1280, 720), None)),
        ("usb:/dev/video2", None, ("/dev/video2", (640, 480), None)),
    ],
)
def test_a_usb_camera_is_opened_again_and_gets_the_requested_size(
    opened: list[tuple[Any, ...]], spec: str, size_wh: tuple[int, int] | None, asked: tuple[Any, ...]
) -> None:
    with open_source(spec, size_wh=size_wh) as source:
        assert isinstance(source, ReconnectingSource)
        assert source.info.name == spec
        assert opened == [asked]
        if spec == "usb:/dev/video2":
            assert len(list(islice(source.frames(), 2))) == 2  # its only frame twice: it was opened again
            assert opened == [asked, asked]


def test_both_sizes_are_requested_from_the_pis_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeCamera()
    install(monkeypatch, fake)
    with open_source("picamera:0", size_wh=(1280, 720), small_wh=(320, 180)) as source:
        frame = next(source.frames())
        assert isinstance(source, ReconnectingSource)
    assert frame.rgb_u8.shape == (720, 1280, 3)
    assert frame.small_u8 is not None
    assert frame.small_u8.shape == (180, 320, 3)


def test_the_first_camera_is_the_pis_then_a_usb_one(
    opened: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(monkeypatch, 4, 2)
    with open_first_camera() or pytest.fail() as source:
        assert source.info.name == "usb:2"
    install(monkeypatch, FakeCamera())
    monkeypatch.setattr(picamera, "ribbon_cameras", lambda: [0])
    with open_first_camera(stop=threading.Event()) or pytest.fail() as source:
        assert source.info.name == "picamera:0"


def test_a_camera_in_use_is_reported_and_the_next_one_taken(
    opened: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    plug_in(monkeypatch, 5, 6)
    with open_first_camera(notices=Notices(write=written.append)) or pytest.fail() as source:
        assert source.info.name == "usb:0"  # such as a virtual camera
    assert written == ["usb:5: another program is using it", "usb:6: another program is using it"]


def test_without_a_camera_there_is_none_and_no_message(
    monkeypatch: pytest.MonkeyPatch, opened: list[tuple[Any, ...]]
) -> None:
    def none(*words: Any) -> FrameSource:
        raise CameraError("usb:0: no camera there")

    written: list[str] = []
    monkeypatch.setattr(usb, "UsbSource", none)
    assert open_first_camera(notices=Notices(write=written.append)) is None
    assert written == []
