"""picamera2's allocator for computers without ``/dev/dma_heap``: buffers are files in memory."""

from __future__ import annotations

import mmap
import os
from typing import Any

import libcamera
from picamera2.allocators.allocator import Allocator


class _Sync:
    """Access to a buffer; nothing to synchronize."""

    def __init__(self, allocator: MemoryAllocator, buffer: Any, write: bool) -> None:
        self._allocator, self._buffer = allocator, buffer

    def __enter__(self) -> mmap.mmap:
        return self._allocator.mapped_buffers[self._buffer]

    def __exit__(self, *exc_info: object) -> None:
        pass


class MemoryAllocator(Allocator):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.sync = _Sync
        self.mapped_buffers: dict[Any, mmap.mmap] = {}
        self.frame_buffers: dict[Any, list[Any]] = {}
        self._fds: list[int] = []

    def allocate(self, configuration: Any, use_case: object = None) -> None:
        self.close()
        for stream in configuration:
            self.frame_buffers[stream.stream] = [self._buffer(stream) for _ in range(stream.buffer_count)]

    def buffers(self, stream: Any) -> list[Any]:
        return self.frame_buffers[stream]

    def close(self) -> None:
        for fd in self._fds:
            os.close(fd)
        self.mapped_buffers, self.frame_buffers, self._fds = {}, {}, []

    def __del__(self) -> None:  # picamera2 drops its allocator when it closes a camera
        self.close()

    def _buffer(self, stream: Any) -> Any:
        fd = os.memfd_create("frame")
        os.ftruncate(fd, stream.frame_size)
        self._fds.append(fd)
        planes, offset = [], 0
        for length in _plane_sizes(stream):
            plane = libcamera.FrameBuffer.Plane()
            plane.fd, plane.offset, plane.length = fd, offset, length
            planes.append(plane)
            offset += length
        buffer = libcamera.FrameBuffer(planes)
        self.mapped_buffers[buffer] = mmap.mmap(fd, stream.frame_size)
        return buffer


def _plane_sizes(stream: Any) -> list[int]:
    """Bytes of each plane: libcamera's software pipelines write plane by plane."""
    luma = stream.stride * stream.size.height
    kind = str(stream.pixel_format)
    if kind in ("NV12", "NV21"):
        return [luma, stream.frame_size - luma]
    return [luma, luma // 4, luma // 4] if kind in ("YUV420", "YVU420") else [stream.frame_size]
