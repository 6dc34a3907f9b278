"""Streams and their buffers. Rows are padded as a Raspberry Pi pads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

from libcamera.values import Orientation, PixelFormat, Size, StreamRole

BYTES_PER_PIXEL = {
    "RGB888": 3.0, "BGR888": 3.0, "XRGB8888": 4.0, "XBGR8888": 4.0, "YUV420": 1.5, "YVU420": 1.5, "SRGGB10_CSI2P": 1.25,
}  # fmt: skip
PLANAR = ("YUV420", "YVU420")
RAW = {"SRGGB10_CSI2P": [Size(640, 480), Size(1920, 1080)]}
DEFAULT_FORMAT = "XRGB8888"


class SensorConfiguration:
    def __init__(self) -> None:
        self.bit_depth, self.output_size = 0, Size()


class FrameMetadata:
    class Status(Enum):
        Success, Error, Cancelled = range(3)

    def __init__(self) -> None:
        self.status, self.sequence, self.timestamp, self.planes = FrameMetadata.Status.Success, 0, 0, ()


class FrameBuffer:
    class Plane:
        def __init__(self) -> None:
            self.fd, self.offset, self.length = -1, 0, 0

    def __init__(self, planes: Sequence[FrameBuffer.Plane], cookie: int = 0) -> None:
        self.planes, self.metadata, self.cookie = list(planes), FrameMetadata(), cookie


class FrameBufferAllocator:
    pass


class Stream:
    configuration: Any = None


class StreamFormats:
    def __init__(self, is_raw: bool) -> None:
        self._is_raw = is_raw

    @property
    def pixel_formats(self) -> list[PixelFormat]:
        return [PixelFormat(name) for name in BYTES_PER_PIXEL if (name in RAW) == self._is_raw]

    def sizes(self, pixel_format: PixelFormat) -> list[Size]:
        return RAW.get(str(pixel_format), [Size(1920, 1080)])


class StreamConfiguration:
    def __init__(self, is_raw: bool) -> None:
        self.size, self.pixel_format, self.buffer_count = Size(640, 480), PixelFormat(DEFAULT_FORMAT), 4
        self.stride, self.frame_size, self.color_space = 0, 0, None
        self.formats, self.stream = StreamFormats(is_raw), Stream()
        self.stream.configuration = self

    def complete(self) -> None:
        """Set the stride, padded to 64 bytes in each plane, and the size of a frame."""
        name = str(self.pixel_format)
        row = self.size.width if name in PLANAR else int(self.size.width * BYTES_PER_PIXEL[name])
        multiple = 128 if name in PLANAR else 64
        self.stride = -(-row // multiple) * multiple
        self.frame_size = self.stride * self.size.height * (3 if name in PLANAR else 2) // 2


class CameraConfiguration:
    class Status(Enum):
        Valid, Adjusted, Invalid = range(3)

    def __init__(self, roles: Sequence[StreamRole]) -> None:
        self._streams = [StreamConfiguration(role is StreamRole.Raw) for role in roles]
        self.orientation, self.sensor_config = Orientation.Rotate0, None

    def at(self, index: int) -> StreamConfiguration:
        return self._streams[index]

    def __iter__(self) -> Iterator[StreamConfiguration]:
        return iter(self._streams)

    def __len__(self) -> int:
        return len(self._streams)

    def validate(self) -> CameraConfiguration.Status:
        status = CameraConfiguration.Status.Valid
        for stream in self._streams:
            if str(stream.pixel_format) not in BYTES_PER_PIXEL:
                stream.pixel_format, status = PixelFormat(DEFAULT_FORMAT), CameraConfiguration.Status.Adjusted
            stream.complete()
        return status
