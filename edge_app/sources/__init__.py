"""One file a kind of source; `open_source` finds the right one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

from celcam.errors import CameraError, MediaError
from celcam.image_io import IMAGE_SUFFIXES
from edge_app.device.video_devices import video_devices
from edge_app.flow.notices import Notices
from edge_app.frames import FrameSource
from edge_app.sources.addresses import is_address, shown_address

BUNDLED_CLIP = Path(__file__).parents[1] / "samples" / "street_walk.mp4"
EXPECTED = (
    "an image, a video, a folder, usb:0, picamera:0, rtsp://user:password@host/stream, http://host/... or synthetic:"
)


class CameraOptions(TypedDict, total=False):
    """What `open_source` and `open_first_camera` both take."""

    size_wh: tuple[int, int] | None
    small_wh: tuple[int, int] | None
    fps: float | None
    notices: Notices | None
    stop: threading.Event | None


def open_source(
    spec: str,
    *,
    size_wh: tuple[int, int] | None = None,
    small_wh: tuple[int, int] | None = None,
    fps: float | None = None,
    loop: bool = False,
    notices: Notices | None = None,
    stop: threading.Event | None = None,
) -> FrameSource:
    """The source that ``spec`` names; cameras among them come back when they are lost.

    Args:
        spec: ``usb:0`` or ``usb:/dev/video0``, ``picamera:0``, ``rtsp://...`` or ``http://...``, ``synthetic:``, a
            folder, an image or a video.
        size_wh: asked of a camera; None is 640x480. A network camera gives the size that it is set to.
        small_wh: what the network draws at, where that is known: the Pi's camera makes pictures of that size too.
        fps: frames a second that suffice; a camera of this machine's gives no more where it can. None: its own rate.
        loop: begin a video anew at its end.
        notices: told when a camera is lost and when it is back; None prints that.
        stop: set when the run is over, so that a camera's frames end at once.

    Raises:
        CameraError: no such camera, or it can't be opened.
        MediaError: no such file, or not one that can be read.
        UsageError: a synthetic source that can't be.
    """
    kind, colon, _ = spec.partition(":")
    if is_address(spec) or (colon and kind in ("usb", "picamera")):
        return _open_camera(spec, size_wh, small_wh, fps, notices, stop)
    if colon and kind == "synthetic":
        from edge_app.sources.synthetic import SyntheticSource

        return SyntheticSource.of_spec(spec)
    path = Path(spec)
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError) as error:
        raise MediaError(
            f"{spec}: can't be read ({getattr(error, 'strerror', None) or error}); expected {EXPECTED}"
        ) from error
    if is_folder:
        from edge_app.sources.images import ImagesSource

        return ImagesSource.of_folder(path)
    if not is_file:
        raise MediaError(f"{spec}: no such file or folder; expected {EXPECTED}")
    if path.suffix.lower() in IMAGE_SUFFIXES:
        from edge_app.sources.images import ImagesSource

        return ImagesSource([path])
    from edge_app.sources.video import VideoSource

    return VideoSource(path, loop)


def open_first_camera(
    *,
    size_wh: tuple[int, int] | None = None,
    small_wh: tuple[int, int] | None = None,
    fps: float | None = None,
    notices: Notices | None = None,
    stop: threading.Event | None = None,
) -> FrameSource | None:
    """The Pi's camera, else the first USB camera, else nothing.

    Args:
        size_wh: as in `open_source`.
        small_wh: as in `open_source`.
        fps: as in `open_source`.
        notices: also told of a camera that is there, but can't be opened.
        stop: as in `open_source`.
    """
    from edge_app.sources.picamera import ribbon_cameras

    notices = notices or Notices()
    plugged_in = [f"picamera:{number}" for number in ribbon_cameras()]
    plugged_in += [f"usb:{device.number}" for device in video_devices() if device.is_camera]
    for spec in dict.fromkeys([*plugged_in, "usb:0"]):  # of usb:0 the kernel may not have told
        try:
            return _open_camera(spec, size_wh, small_wh, fps, notices, stop)
        except CameraError as error:
            if spec in plugged_in:
                notices.add(str(error))
    return None


def _open_camera(
    spec: str,
    size_wh: tuple[int, int] | None,
    small_wh: tuple[int, int] | None,
    fps: float | None,
    notices: Notices | None,
    stop: threading.Event | None,
) -> FrameSource:
    from edge_app.sources.reconnecting import ReconnectingSource

    name, open_camera = _camera(spec, size_wh, small_wh, fps)
    return ReconnectingSource(name, open_camera, notices=notices or Notices(), stop=stop)


def _camera(
    spec: str, size_wh: tuple[int, int] | None, small_wh: tuple[int, int] | None, fps: float | None
) -> tuple[str, Callable[[], FrameSource]]:
    """The name that a camera is shown by, and what opens it."""
    if is_address(spec):
        from edge_app.sources.rtsp import RtspSource

        return shown_address(spec), lambda: RtspSource(spec)
    kind, _, device = spec.partition(":")
    is_number = device.isascii() and device.isdigit() and len(device) < 5
    if kind == "usb" and (is_number or device.startswith("/dev/")):
        from edge_app.sources.usb import CAPTURE_SIZE_WH, UsbSource

        return spec, lambda: UsbSource(int(device) if is_number else device, size_wh or CAPTURE_SIZE_WH, fps)
    if kind == "picamera" and is_number:
        from edge_app.sources.picamera import CAPTURE_SIZE_WH, PicameraSource

        return spec, lambda: PicameraSource(int(device), size_wh or CAPTURE_SIZE_WH, small_wh, fps)
    also = " or a device, such as usb:/dev/video0" if kind == "usb" else ""
    raise CameraError(f"{spec}: expected the camera's number, such as {kind}:0{also}")
