"""One file a kind of source; `open_source` finds the right one."""

from __future__ import annotations

from pathlib import Path

from celcam.errors import CameraError, MediaError
from celcam.image_io import IMAGE_SUFFIXES
from edge_app.frames import FrameSource

BUNDLED_CLIP = Path(__file__).parents[1] / "samples" / "street_walk.mp4"


def open_source(spec: str) -> FrameSource:
    """The source that ``spec`` names.

    Args:
        spec: ``usb:0``, ``picamera:0``, ``synthetic:``, a folder, an image or a video.

    Raises:
        CameraError: no such camera, or it can't be opened.
        MediaError: no such file, or not one that can be read.
    """
    kind, colon, rest = spec.partition(":")
    if colon and kind in ("usb", "picamera"):
        return _open_camera(kind, rest)
    if colon and kind == "synthetic":
        from edge_app.sources.synthetic import SyntheticSource

        return SyntheticSource()
    path = Path(spec)
    if path.is_dir():
        from edge_app.sources.images import ImagesSource

        return ImagesSource.of_folder(path)
    if not path.is_file():
        raise MediaError(
            f"{spec}: no such file or folder; expected an image, a video, a folder, usb:0, picamera:0 or synthetic:"
        )
    if path.suffix.lower() in IMAGE_SUFFIXES:
        from edge_app.sources.images import ImagesSource

        return ImagesSource([path])
    from edge_app.sources.video import VideoSource

    return VideoSource(path)


def open_first_camera() -> FrameSource | None:
    """The Pi's camera, else the first USB camera, else nothing."""
    for kind in ("picamera", "usb"):
        try:
            return _open_camera(kind, "0")
        except CameraError:
            continue
    return None


def _open_camera(kind: str, number: str) -> FrameSource:
    if not number.isdigit():
        raise CameraError(f"{kind}:{number}: expected the camera's number, such as {kind}:0")
    if kind == "usb":
        from edge_app.sources.usb import UsbSource

        return UsbSource(int(number))
    from edge_app.sources.picamera import PicameraSource

    return PicameraSource(int(number))
