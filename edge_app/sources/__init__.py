"""Sources of frames, one kind per module; `open_source` finds the right one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

from celcam.errors import CameraError
from celcam.media.limits import MAX_MEGAPIXELS
from celcam.suffixes import IMAGE_SUFFIXES
from edge_app.addresses import is_address, shown_address
from edge_app.device.video_devices import video_devices
from edge_app.flow.notices import Notices
from edge_app.frames import FrameSource
from edge_app.sources.files import is_folder

# A network camera may be asked for 10 seconds, and then send no key frame for 30.
NETWORK_OPENING_S = 45.0
BUNDLED_CLIP = Path(__file__).parents[1] / "samples" / "street_walk.mp4"


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
    max_megapixels: float = MAX_MEGAPIXELS,
    shrinks: bool = False,
    notices: Notices | None = None,
    stop: threading.Event | None = None,
) -> FrameSource:
    """Open the source that ``spec`` names. A camera that is lost is opened again.

    Args:
        spec: ``usb:0`` or ``usb:/dev/video0``, ``picamera:0``, ``rtsp://...`` or ``http://...``, ``synthetic:``, a
            folder, an image or a video.
        size_wh: requested from a camera; None is 640x480. A network camera sends the size of its own settings.
        small_wh: the size that the network draws at, if it is known: the Pi's camera then sends that size as well.
        fps: highest frame rate to request from a camera of this machine; None is the camera's own rate.
        loop: start a video again at its end.
        max_megapixels: the largest accepted photo.
        shrinks: as in `edge_app.sources.video.VideoSource`.
        notices: get a line when a camera is lost and when it is back; None prints it.
        stop: set at the end of the run, so that a camera's frames end at once.

    Raises:
        CameraError: the camera does not exist or can't be opened.
        MediaError: the file does not exist or can't be read.
        UsageError: the description of a synthetic source is wrong.
    """
    if is_camera(spec):
        return _open_camera(spec, size_wh, small_wh, fps, notices, stop)
    if spec.startswith("synthetic:"):
        from edge_app.sources.synthetic import SyntheticSource

        return SyntheticSource.of_spec(spec)
    if is_folder(spec) or Path(spec).suffix.lower() in IMAGE_SUFFIXES:
        from edge_app.sources.images import ImagesSource

        return ImagesSource.of_specs([spec], notices, max_megapixels=max_megapixels)
    from edge_app.sources.video import VideoSource

    return VideoSource(Path(spec), loop, max_megapixels=max_megapixels, shrinks=shrinks)


def is_camera(spec: str) -> bool:
    """Whether ``spec`` names a camera of this machine or of the network."""
    return is_address(spec) or spec.startswith(("usb:", "picamera:"))


def names_file(spec: str) -> bool:
    """Whether ``spec`` names a file or a folder, which need not exist."""
    return not is_camera(spec) and not spec.startswith("synthetic:")


def open_first_camera(
    *,
    size_wh: tuple[int, int] | None = None,
    small_wh: tuple[int, int] | None = None,
    fps: float | None = None,
    notices: Notices | None = None,
    stop: threading.Event | None = None,
) -> FrameSource | None:
    """Open the Pi's camera, else the first USB camera; None if there is no camera.

    Args:
        size_wh: as in `open_source`.
        small_wh: as in `open_source`.
        fps: as in `open_source`.
        notices: also get a line for each camera that exists but can't be opened.
        stop: as in `open_source`.
    """
    from edge_app.sources.picamera import ribbon_cameras

    notices = notices or Notices()
    plugged_in = [f"picamera:{number}" for number in ribbon_cameras()]
    plugged_in += [f"usb:{device.number}" for device in video_devices() if device.is_camera]
    for spec in dict.fromkeys([*plugged_in, "usb:0"]):  # the kernel may not list usb:0
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
    from edge_app.sources.reconnecting import OPENING_S, ReconnectingSource

    name, open_camera = _camera(spec, size_wh, small_wh, fps)
    opening_s = NETWORK_OPENING_S if is_address(spec) else OPENING_S
    return ReconnectingSource(name, open_camera, notices=notices or Notices(), opening_s=opening_s, stop=stop)


def _camera(
    spec: str, size_wh: tuple[int, int] | None, small_wh: tuple[int, int] | None, fps: float | None
) -> tuple[str, Callable[[], FrameSource]]:
    """The name that is shown for a camera, and a function that opens it."""
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
