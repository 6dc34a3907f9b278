"""Writes a picture into a buffer, in the order of bytes that a Raspberry Pi writes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from libcamera.configuration import PLANAR, StreamConfiguration


def frame_bytes(stream: StreamConfiguration, rgb_u8: NDArray[Any]) -> bytes:
    """A scene, ``(H, W, 3) uint8 RGB``, at a stream's size and in its format, with its padding."""
    name, (width, height) = str(stream.pixel_format), (stream.size.width, stream.size.height)
    rows, columns = (np.arange(new) * old // new for new, old in zip((height, width), rgb_u8.shape[:2], strict=True))
    picture = rgb_u8[rows][:, columns]
    frame = np.zeros(stream.frame_size, np.uint8)
    if name in PLANAR:
        _write_planes(frame, stream, picture, name)
        return frame.tobytes()
    # Formats are named as little-endian words: RGB888 is blue, green, red in memory.
    pixels = picture[..., ::-1] if name in ("RGB888", "XRGB8888") else picture
    if name.startswith("X"):
        pixels = np.dstack([pixels, np.full((height, width), 255, np.uint8)])
    frame.reshape(height, stream.stride)[:, : width * pixels.shape[2]] = pixels.reshape(height, -1)
    return frame.tobytes()


def _write_planes(frame: NDArray[Any], stream: StreamConfiguration, picture: NDArray[Any], name: str) -> None:
    """Y, U and V by BT.601, from 16 to 235."""
    width, height, luma_size = stream.size.width, stream.size.height, stream.stride * stream.size.height
    red, green, blue = (picture[..., channel].astype(np.float32) for channel in range(3))
    luma = 16 + 0.257 * red + 0.504 * green + 0.098 * blue
    chroma = [
        128 - 0.148 * red - 0.291 * green + 0.439 * blue,
        128 + 0.439 * red - 0.368 * green - 0.071 * blue,
    ]
    frame[:luma_size].reshape(height, stream.stride)[:, :width] = luma.round()
    for place, plane in enumerate(chroma if name == "YUV420" else chroma[::-1]):
        start = luma_size + place * luma_size // 4
        target = frame[start : start + luma_size // 4].reshape(height // 2, stream.stride // 2)
        target[:, : width // 2] = plane[::2, ::2].round()
