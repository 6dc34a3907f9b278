"""`--to camera` over a fake of pyvirtualcam, whose frames a film keeps."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import av
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import CameraError, UsageError
from edge_app.__main__ import main
from edge_app.session import Session
from edge_app.sinks.virtual_camera import VirtualCameraSink
from tests.edge_app.sinks.films import grey_frame, grey_frames, read_film


class FakeCamera:
    """Takes what pyvirtualcam's camera takes: contiguous RGB of one size."""

    device = "/dev/video10"
    opened: ClassVar[list[FakeCamera]]

    def __init__(self, width: int, height: int, fps: float) -> None:
        self.width, self.height, self.fps = width, height, fps
        self.sent: list[Uint8Array] = []
        self.closed = False
        self.opened.append(self)

    def send(self, rgb_u8: Uint8Array) -> None:
        assert not self.closed
        assert rgb_u8.shape == (self.height, self.width, 3)
        assert rgb_u8.dtype == np.uint8
        assert rgb_u8.flags.c_contiguous
        self.sent.append(rgb_u8.copy())

    def close(self) -> None:
        self.closed = True


def fake_pyvirtualcam(error: Exception | None = None) -> Any:
    """The module, whose cameras are kept in ``opened``; with ``error``, none can be opened."""

    class Camera(FakeCamera):
        opened: ClassVar[list[FakeCamera]] = []

        def __init__(self, **options: Any) -> None:
            if error is not None:
                raise error
            super().__init__(**options)

    module: Any = ModuleType("pyvirtualcam")
    module.Camera = Camera
    return module


def test_each_frame_is_sent_and_can_be_encoded(session: Session, tmp_path: Path) -> None:
    module = fake_pyvirtualcam()
    with VirtualCameraSink(session, size_wh=(64, 48), module=module) as sink:
        for frame in grey_frames(5):
            assert sink.show(frame)
    (camera,) = module.Camera.opened
    assert (camera.fps, camera.closed) == (30.0, True)
    with av.open(str(tmp_path / "call.mkv"), "w") as film:
        stream: Any = film.add_stream("ffv1", rate=30)
        stream.width, stream.height, stream.pix_fmt = camera.width, camera.height, "yuv420p"
        for number, rgb_u8 in enumerate(camera.sent):
            picture = av.VideoFrame.from_ndarray(rgb_u8, format="rgb24")
            picture.pts, picture.time_base = number, Fraction(1, 30)
            film.mux(stream.encode(picture))
        film.mux(stream.encode())
    assert read_film(tmp_path / "call.mkv").numbers == [0, 1, 2, 3, 4]
    assert [notice.text for notice in session.notices.since()] == ["virtual camera /dev/video10, 64x48"]


def test_the_camera_keeps_the_even_size_of_its_first_picture(session: Session) -> None:
    module = fake_pyvirtualcam()
    with VirtualCameraSink(session, module=module) as sink:
        sink.show(grey_frame(0, 0.0, size_wh=(65, 49)))
        sink.show(grey_frame(1, 0.1, size_wh=(128, 96)))
        sink.show(grey_frame(2, 0.2, size_wh=(96, 32)))
    (camera,) = module.Camera.opened
    assert [rgb_u8.shape for rgb_u8 in camera.sent] == [(48, 64, 3)] * 3


def test_while_no_frame_comes_the_last_one_is_sent_again(session: Session) -> None:
    now, module = [0.0], fake_pyvirtualcam()
    with VirtualCameraSink(session, module=module, clock=lambda: now[0]) as sink:
        assert sink.idle()  # without a frame yet
        sink.show(grey_frame(7, 0.0))
        for now[0] in (0.1, 0.4, 0.6, 0.7, 1.2):
            assert sink.idle()
    (camera,) = module.Camera.opened
    assert [round(float(rgb_u8.mean())) for rgb_u8 in camera.sent] == [48, 48, 48]


def test_after_the_end_nothing_is_sent(session: Session) -> None:
    module = fake_pyvirtualcam()
    with VirtualCameraSink(session, size_wh=(64, 48), module=module) as sink:
        pass
    assert sink.show(grey_frame(0, 0.0))
    assert module.Camera.opened[0].sent == []


@pytest.mark.parametrize(
    ("system", "remedy"),
    [("Linux", "sudo modprobe v4l2loopback"), ("Darwin", "install OBS"), ("Plan9", "documentation of pyvirtualcam")],
)
def test_a_missing_device_is_one_line_with_the_remedy_at_the_start(
    system: str, remedy: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    fault = RuntimeError("'v4l2loopback' backend: No v4l2 loopback device found at /dev/video[0-99].\nDid you run it?")
    sink = VirtualCameraSink(session, size_wh=(64, 48), module=fake_pyvirtualcam(fault))
    with pytest.raises(CameraError) as error, sink:
        pass
    assert str(error.value).startswith("--to camera: no virtual camera ('v4l2loopback' backend: No v4l2 loopback")
    assert remedy in str(error.value)
    assert "\n" not in str(error.value)


def test_a_device_that_goes_away_ends_the_sink(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    module = fake_pyvirtualcam()

    def fail(self: FakeCamera, rgb_u8: Uint8Array) -> None:
        raise RuntimeError("error writing frame")

    with VirtualCameraSink(session, size_wh=(64, 48), module=module) as sink:
        monkeypatch.setattr(FakeCamera, "send", fail)
        with pytest.raises(CameraError, match="can't be written: error writing frame; start Celcam again"):
            sink.show(grey_frame(0, 0.0))


def test_without_the_package_the_line_names_the_extra(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(UsageError, match=r"needs the package pyvirtualcam; run: pip install -r .*celcam\[camera\]"):
        VirtualCameraSink(session)


def test_the_app_shows_a_clip_at_its_own_pace(
    small_clip: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = fake_pyvirtualcam()
    monkeypatch.setitem(sys.modules, "pyvirtualcam", module)
    assert main([str(small_clip), "--strength", "0", "--to", "camera"]) == 0
    (camera,) = module.Camera.opened
    assert len(camera.sent) == 30
    assert (camera.width, camera.height, camera.closed) == (64, 48, True)
    assert "drawn and shown at 64x48 -> camera" in capsys.readouterr().out


def test_a_still_image_is_sent_again_and_again(
    tmp_path: Path, photo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = fake_pyvirtualcam()
    monkeypatch.setitem(sys.modules, "pyvirtualcam", module)
    assert main([str(photo_folder / "b.png"), "--strength", "0", "--to", "camera", "--seconds", "2"]) == 0
    (camera,) = module.Camera.opened
    assert len(camera.sent) > 3
    assert np.array_equal(camera.sent[0], camera.sent[-1])
