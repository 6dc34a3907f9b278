"""Write video files with PyAV (FFmpeg). Frames are ``(H, W, 3) uint8 RGB``."""

from __future__ import annotations

import uuid
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.image_io import UNFINISHED_SUFFIX

# Visually lossless for flat colour.
ENCODER_OPTIONS = {"crf": "18"}


class VideoWriter:
    """An H.264 file of frames of one size; it appears when it is complete, or not at all."""

    def __init__(self, path: Path, frame_rate: Fraction) -> None:
        """Open a temporary file next to ``path``; raises MediaError if it can't be written."""
        self._path, self._frame_rate = path, frame_rate
        self._temporary = path.with_name(f".{path.stem}.{uuid.uuid4().hex}{UNFINISHED_SUFFIX}")
        self._stream: Any = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._container: Any = av.open(str(self._temporary), "w", format="mp4")
        except (av.FFmpegError, OSError) as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *exc_info: object) -> None:
        try:
            if kind is None and self._stream is not None:
                self._container.mux(self._stream.encode())
            self._container.close()
            if kind is None and self._stream is not None:
                self._temporary.replace(self._path)
        except (av.FFmpegError, OSError) as error:
            raise self._unwritable(error) from error
        finally:
            self._temporary.unlink(missing_ok=True)

    def write(self, rgb_u8: Uint8Array) -> None:
        """Append ``(H, W, 3) uint8 RGB``; H and W are even."""
        try:
            if self._stream is None:
                self._stream = self._container.add_stream("libx264", rate=self._frame_rate, options=ENCODER_OPTIONS)
                self._stream.height, self._stream.width = rgb_u8.shape[:2]
                self._stream.pix_fmt = "yuv420p"
            self._container.mux(self._stream.encode(av.VideoFrame.from_ndarray(rgb_u8, format="rgb24")))
        except (av.FFmpegError, OSError) as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: Any) -> MediaError:
        return MediaError(f"{self._path}: can't be written: {error.strerror}; choose another place")
