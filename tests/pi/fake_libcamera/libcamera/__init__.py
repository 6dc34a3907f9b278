"""A fake of libcamera's Python bindings with one camera, enough for the real picamera2 0.3.38 on any computer.

`libcamera.camera.set_scene` sets what the camera sees.
"""

from libcamera import controls, properties
from libcamera.camera import Camera, CameraManager, Request
from libcamera.configuration import (
    CameraConfiguration,
    FrameBuffer,
    FrameBufferAllocator,
    FrameMetadata,
    SensorConfiguration,
    Stream,
    StreamConfiguration,
    StreamFormats,
)
from libcamera.controls import ControlId, ControlInfo, ControlType
from libcamera.values import ColorSpace, Orientation, PixelFormat, Rectangle, Size, StreamRole, Transform

__all__ = [
    "Camera", "CameraConfiguration", "CameraManager", "ColorSpace", "ControlId", "ControlInfo", "ControlType",
    "FrameBuffer", "FrameBufferAllocator", "FrameMetadata", "Orientation", "PixelFormat", "Rectangle", "Request",
    "SensorConfiguration", "Size", "Stream", "StreamConfiguration", "StreamFormats", "StreamRole", "Transform",
    "controls", "properties",
]  # fmt: skip

from libcamera import _libcamera  # noqa: F401 - it reads the names above
