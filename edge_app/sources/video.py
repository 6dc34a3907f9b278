"""Video files, decoded by PyAV (FFmpeg)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import ClipBrokenOffError, MediaError
from edge_app.frames import Frame, FrameSource, SourceInfo

# In an intact clip, the last frame may lie this far before the end that the header states.
TOLERATED_LOSS_S = 0.5
# For a clip without a frame rate in its header.
DEFAULT_FPS = 25.0


class VideoSource(FrameSource):
    """The frames of a clip, upright, at their own times."""

    def __init__(self, path: Path, loop: bool = False) -> None:
        """Open ``path``.

        Args:
            path: of the clip.
            loop: start again at the end, for ever and without sound; ``media_s`` keeps rising.

        Raises:
            MediaError: the file is not a video, or its index is missing.
        """
        self._path, self._loop = path, loop
        try:
            self._container: Any = av.open(str(path))
        except (av.FFmpegError, OSError) as error:
            raise MediaError(
                f"{path}: not a readable video ({getattr(error, 'strerror', error)}); "
                "expected a whole clip such as an MP4, or an image"
            ) from error
        if not self._container.streams.video:
            self._container.close()
            raise MediaError(f"{path}: has no picture track; expected a video")
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        self._turns = 0
        width, height = self._stream.codec_context.width, self._stream.codec_context.height
        first = self._first_frame()
        if first is not None and first.rotation % 360:
            self._turns = int(first.rotation // 90)
            if self._turns % 2:
                width, height = height, width
        self.info = SourceInfo(
            str(path),
            (width, height),
            is_live=False,
            frames=None if loop else self._stream.frames or None,
            fps=float(self._stream.average_rate) if self._stream.average_rate else None,
            sound=path if self._container.streams.audio and not loop else None,
        )

    def __exit__(self, *exc_info: object) -> None:
        self._container.close()

    def frames(self) -> Iterator[Frame]:
        """Yield every frame of the clip, in a loop again and again.

        Raises:
            ClipBrokenOffError: after the last frame that can be decoded, if the header states a later end.
            MediaError: the clip can't be rewound for the loop.
        """
        count, base_s, last_s = 0, 0.0, 0.0
        while True:
            begun_at = count
            for rgb_u8, time_s in self._once():
                last_s = base_s + time_s
                count += 1
                yield Frame(rgb_u8, f"{self._path.stem}-{count:06d}", last_s, time.monotonic())
            if not self._loop or count == begun_at:
                return
            base_s = last_s + 1.0 / (self.info.fps or DEFAULT_FPS)
            try:
                self._container.seek(0)
            except (av.FFmpegError, OSError) as error:
                raise MediaError(
                    f"{self._path}: can't be rewound ({error.strerror}); play it without --loop"
                ) from error

    def _once(self) -> Iterator[tuple[Uint8Array, float]]:
        """The pictures of the clip with their times, from the present position."""
        count, last_s, reason = 0, 0.0, ""
        try:
            for picture in self._container.decode(self._stream):
                last_s = float(picture.time) if picture.time is not None else count / (self.info.fps or DEFAULT_FPS)
                count += 1
                rgb_u8: Uint8Array = picture.to_ndarray(format="rgb24")
                if self._turns:
                    rgb_u8 = np.ascontiguousarray(np.rot90(rgb_u8, self._turns))
                yield rgb_u8, last_s
        except av.FFmpegError as error:
            reason = f" ({error.strerror})"
        promised_s = self._promised_s()
        if reason or last_s + TOLERATED_LOSS_S < promised_s:
            raise ClipBrokenOffError(
                f"{self._path}: breaks off{reason} after {count} frames, {last_s:.1f} of {promised_s:.1f} s; "
                "the frames before are kept; get the whole file"
            )

    def _promised_s(self) -> float:
        """The end of the clip by its header; 0 if the header does not state it."""
        if not self._stream.duration:
            return 0.0
        start = self._stream.start_time or 0
        return float((start + self._stream.duration) * self._stream.time_base)

    def _first_frame(self) -> Any:
        """Decode the first frame, which alone states the rotation, and rewind the clip."""
        try:
            first = next(self._container.decode(self._stream), None)
            self._container.seek(0)
        except av.FFmpegError as error:
            self._container.close()
            raise MediaError(f"{self._path}: its pictures can't be decoded ({error.strerror})") from error
        return first
