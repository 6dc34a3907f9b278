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

from edge_app.flow.notices import Notices
from edge_app.frames import Frame, FrameSink, SourceInfo
from edge_app.sinks.disk import ClipFile, NameTakenError, Syncer, unwritable
from edge_app.sinks.encoders import AUTO
from edge_app.sinks.picture_track import PictureTrack
from edge_app.sinks.sound import Sound, left_out, open_sound

LIVE_FRAGMENT_S = 1.0


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
        self._lock = threading.Lock()  # a thread may still write at the end of a run
        self._over = False
        self._track: PictureTrack | None = None
        self._sound: Sound | None = None

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
        return 0.0 if self._track is None else float(self._track.last_s)

    def show(self, frame: Frame) -> bool:
        """Encode the frame.

        Raises:
            UnwritableError: the disk is full or gone. The clip ends there, and the part before plays.
        """
        with self._lock:
            if self._over:
                return True
            with self._ending_on_errors():
                track = self._track or self._start(frame)
                self._mux(track.encode(frame.rgb_u8, frame.media_s))
                self._write_sound(track.last_s)
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
            track = self._track
            if track is None:
                self._abandon()
                return
            with self._ending_on_errors():
                self._mux(track.flush())
                self._write_sound(None if all_sound else track.last_s + 1 / track.rate)
                if self._sound is not None:
                    self._sound.close()
                self._container.close()
                self._keep()
                self._file.close()
            if self._syncer is not None:
                self._syncer.end()

    def _start(self, frame: Frame) -> PictureTrack:
        height, width = frame.rgb_u8.shape[:2]
        track = PictureTrack(
            self._container,
            (width, height),
            self._source.fps,
            encoder=self._encoder,
            live=self._source.is_live,
            notices=self._notices,
        )
        if self._source.sound is not None:
            self._sound = open_sound(self._source.sound, self._container, starts_s=frame.media_s, notify=self._notify)
        self._track = track
        return track

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
