"""A video file that browsers play: H.264 with the source's sound, written by PyAV (FFmpeg).

A finished file is an ordinary MP4 with one index. Until then it consists of fragments that play as they are: a file
that is cut short loses its last fragment at most. For a live source the encoder holds back no frame and a fragment
lasts a second; a `Syncer` flushes each fragment to the disk.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av
import numpy as np
from av.video.frame import PictureType

from celcam.arrays import Uint8Array
from edge_app.drawing.sizing import fit
from edge_app.flow.notices import Notices
from edge_app.frames import Frame, FrameSink, SourceInfo
from edge_app.sinks.disk import ClipFile, NameTakenError, Syncer, unwritable
from edge_app.sinks.encoders import AUTO, TIME_BASE, choose_encoder, set_encoder, to_video_frame
from edge_app.sinks.sound import Sound, left_out, open_sound

# A player can jump to key frames. One per second would take 10 to 25 % more space.
KEY_FRAME_S = 2.0
LIVE_FRAGMENT_S = 1.0
# Of the encoder's rate control; the frames keep their own times.
LEAST_RATE, MOST_RATE = 1, 240


class VideoSink(FrameSink):
    """Encodes frames at their own times into one clip of the first frame's size."""

    name = "video"
    live_queue = 8  # so that a slow moment or a change of the file loses no frame

    def __init__(
        self,
        path: Path,
        source: SourceInfo,
        *,
        replace: bool = False,
        encoder: str = AUTO,
        notices: Notices | None = None,
        syncer: Syncer | None = None,
        shown_as: Path | None = None,
    ) -> None:
        """Describe a clip; nothing is opened yet.

        Args:
            path: of the file, .mp4, .mov or .mkv.
            source: of the frames; its sound is kept.
            replace: replace an existing file instead of an error.
            encoder: its name in FFmpeg, or ``auto``.
            notices: get a line if that encoder can't be used, or if the sound is left out.
            syncer: running; flushes the file to the disk while it grows.
            shown_as: the name in messages, if ``path`` is a temporary one.
        """
        self.path, self._source, self._replace = path, source, replace
        self._shown_as = shown_as or path
        self._encoder, self._notices, self._syncer = encoder, notices, syncer
        rate = min(max(source.fps or 30.0, LEAST_RATE), MOST_RATE)
        self._rate = Fraction(rate).limit_denominator(1001)
        self._lock = threading.Lock()  # a thread may still write at the end of a run
        self._over = False
        self._stream: Any = None
        self._sound: Sound | None = None
        self._size_wh = (0, 0)
        self._first_s = self._newest_s = 0.0
        self._last_pts = -1
        self._key_pts = 0

    def __enter__(self) -> Self:
        """Create the file.

        Raises:
            NameTakenError: it exists and must not be replaced.
            UnwritableError: it can't be created.
        """
        try:
            self._file = ClipFile(self.path, replace=self._replace)
        except FileExistsError as error:
            raise NameTakenError(f"{self._shown_as}: exists; choose another name") from error
        except OSError as error:
            raise unwritable(self._shown_as, error) from error
        self._container: Any = av.open(self._file, "w", options=_muxer_options(self.path, self._source.is_live))
        if self._syncer is not None:
            self._syncer.begin(self._file, self.path.parent)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.finish()

    @property
    def size_bytes(self) -> int:
        """Size of the file so far."""
        return self._file.size

    @property
    def duration_s(self) -> float:
        """Time from the first frame to the last, in seconds."""
        return float(max(0, self._last_pts) * TIME_BASE)

    def show(self, frame: Frame) -> bool:
        """Encode the frame.

        Raises:
            UnwritableError: the disk is full or gone. The clip ends there, and the part before plays.
        """
        with self._lock:
            if self._over:
                return True
            with self._ending_on_errors():
                if self._stream is None:
                    self._start(frame)
                pts = self._pts_of(frame.media_s)
                picture = to_video_frame(_suited(frame.rgb_u8, self._size_wh), pts)
                if pts == 0 or pts - self._key_pts >= KEY_FRAME_S / TIME_BASE:
                    picture.pict_type, self._key_pts = PictureType.I, pts
                self._mux(self._stream.encode(picture))
                self._write_sound(pts * TIME_BASE)
                self._keep()
        return True

    def finish(self, *, all_sound: bool = False) -> None:
        """Write the index and close the file; without a frame, delete it.

        Args:
            all_sound: keep the sound that comes after the last frame.

        Raises:
            UnwritableError: as in `show`.
        """
        with self._lock:
            if self._over:
                return
            self._over = True
            if self._stream is None:
                self._abandon()
                return
            with self._ending_on_errors():
                self._mux(self._stream.encode())
                self._write_sound(None if all_sound else self._last_pts * TIME_BASE + 1 / self._rate)
                if self._sound is not None:
                    self._sound.close()
                self._container.close()
                self._keep()
                self._file.close()
            if self._syncer is not None:
                self._syncer.end()

    def _start(self, frame: Frame) -> None:
        height, width = frame.rgb_u8.shape[:2]
        self._size_wh = (
            max(2, width - width % 2),
            max(2, height - height % 2),
        )  # H.264's colour planes have half the size
        live = self._source.is_live
        name = choose_encoder(self._encoder, self._size_wh, self._rate, live=live, notices=self._notices)
        stream = self._container.add_stream(name, rate=self._rate)
        set_encoder(stream.codec_context, self._size_wh, self._rate, live=live)
        if self._source.sound is not None:
            self._sound = open_sound(self._source.sound, self._container, starts_s=frame.media_s, notify=self._notify)
        self._first_s = self._newest_s = frame.media_s
        self._stream = stream

    def _pts_of(self, media_s: float) -> int:
        if media_s < self._newest_s:  # the source has started again: this frame follows the last
            self._first_s = media_s - float(self._last_pts * TIME_BASE + 1 / self._rate)
        self._newest_s = media_s
        # The muxer refuses two pictures of the same time.
        self._last_pts = max(self._last_pts + 1, round((media_s - self._first_s) / TIME_BASE))
        return self._last_pts

    def _mux(self, packets: Any) -> None:
        for packet in packets:
            self._container.mux(packet)

    def _write_sound(self, time_s: Fraction | None) -> None:
        """Write the sound before ``time_s``; a fault of the sound ends the sound and not the picture."""
        if self._sound is None:
            return
        try:
            self._sound.write_until(time_s)
        except (av.FFmpegError, OSError, ValueError) as error:
            if self._file.failed:
                raise
            self._sound.close()
            self._sound = None
            self._notify(left_out(self._source.sound or self._shown_as, error))

    def _notify(self, notice: str) -> None:
        if self._notices is not None:
            self._notices.add(notice)

    def _keep(self) -> None:
        if self._file.keep():
            self._file.check()
            if self._syncer is not None:
                self._syncer.grown()

    @contextmanager
    def _ending_on_errors(self) -> Iterator[None]:
        try:
            yield
        except (av.FFmpegError, OSError) as error:
            self._abandon()
            kept = "the frames before are kept" if self.path.exists() else "nothing is kept"
            raise unwritable(self._shown_as, error, kept=kept) from error

    def _abandon(self) -> None:
        """Close everything and write nothing more."""
        self._over = True
        self._file.abandon()
        with suppress(av.FFmpegError, OSError, ValueError):
            self._container.close()
        if self._sound is not None:
            self._sound.close()
        if self._syncer is not None:
            self._syncer.end()


def _muxer_options(path: Path, live: bool) -> dict[str, str]:
    options = {"flush_packets": "1"}
    if path.suffix.lower() == ".mkv":
        return options | ({"cluster_time_limit": str(round(1000 * LIVE_FRAGMENT_S))} if live else {})
    # The header waits for the first frames, because it states by how much an encoder that looks ahead delays them.
    options["movflags"] = "+hybrid_fragmented+delay_moov"
    return options | ({"frag_duration": str(round(1_000_000 * LIVE_FRAGMENT_S))} if live else {})


def _suited(rgb_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
    """The picture at the clip's size, contiguous. One surplus pixel is cropped, without a resize."""
    height, width = rgb_u8.shape[:2]
    if 0 <= width - size_wh[0] <= 1 and 0 <= height - size_wh[1] <= 1:
        return np.ascontiguousarray(rgb_u8[: size_wh[1], : size_wh[0]])
    return np.ascontiguousarray(fit(rgb_u8, size_wh))
