"""Records the drawn frames while `View.recording` is true, into one file after another.

The page or a key switches the recording on and off. A full disk switches it off with a message, and the camera goes on.
"""

from __future__ import annotations

import datetime
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from celcam.errors import CelcamError, UnwritableError
from edge_app.frames import Frame, FrameSink
from edge_app.session import Session
from edge_app.sinks.disk import NameTakenError, Syncer, unwritable
from edge_app.sinks.encoders import AUTO
from edge_app.sinks.images import stamped_paths
from edge_app.sinks.space import MB, RESERVE_MB, free_bytes, require_space
from edge_app.sinks.video import VideoSink

# Each file of a recording is small enough to be sent, and far below the 4 GB limit of a USB stick's FAT.
LIMIT_MINUTES = 30.0
LIMIT_MB = 1000.0
# The free space is read at this interval of the recording's own time.
CHECK_S = 1.0


class Recorder(FrameSink):
    """Writes H.264 clips; each plays by itself, and no frame is lost between two.

    Frames keep their own times, even if these are irregular. A clip has the size of its first frame; frames of another
    size are fitted into it. Otherwise each change of size, by a viewer or by the governor, would start a new file. The
    next clip starts at the size of its own first frame.
    """

    name = "recording"
    live_queue = VideoSink.live_queue

    def __init__(
        self,
        session: Session,
        *,
        path: Path | None = None,
        overwrite: bool = False,
        limit_minutes: float = LIMIT_MINUTES,
        limit_mb: float = LIMIT_MB,
        reserve_mb: float = RESERVE_MB,
        encoder: str = AUTO,
        ends_run: bool = False,
        now: Callable[[], datetime.datetime] = datetime.datetime.now,
        free: Callable[[Path], int] = free_bytes,
        syncer: Syncer | None = None,
    ) -> None:
        """A recorder that has written nothing yet.

        Args:
            session: its controls switch the recording; its notices receive the names of files and the errors.
            path: record from the start, into this file and then ``NAME-002.mp4``, ...; None records into files in the
                session's folder, named after the time.
            overwrite: replace ``path`` if it exists; the other files never replace one.
            limit_minutes: the longest file; the recording goes on in the next.
            limit_mb: the largest file in 10^6 bytes; it may grow by about a second more.
            reserve_mb: the recording stops if less space than this is free.
            encoder: as in `VideoSink`.
            ends_run: raise the error that stops the recording, because the run does nothing else.
            now: the clock for file names.
            free: returns the free bytes in a folder.
            syncer: not running yet; a test may pass one that counts.
        """
        self._session, self._path, self._replaces, self._encoder = session, path, overwrite, encoder
        self._limit_s, self._limit_bytes, self._reserve_bytes = 60 * limit_minutes, limit_mb * MB, reserve_mb * MB
        self._ends_run, self._now, self._free = ends_run, now, free
        self._syncer = syncer or Syncer()
        self._folder = path.parent if path is not None else session.folder
        self._numbered = _numbered_paths(path) if path is not None else None
        self._lock = threading.Lock()  # at the end of a run, a thread may still be writing
        self._over = False
        self._clip: VideoSink | None = None
        self._checked_s = 0.0

    def __enter__(self) -> Self:
        """Start to record if there is a path.

        Raises:
            UnwritableError: the file can't be written, or there is too little space.
        """
        self._syncer.__enter__()
        try:
            if self._path is not None:
                self._clip = self._open_clip()
                self._session.controls.change(recording=True)
        except BaseException:
            self._syncer.__exit__()
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._lock:
            self._over = True
            try:
                try:
                    self._finish()
                finally:
                    self._syncer.__exit__()
                self._check_disk()
            except UnwritableError as error:
                self._fail(error)

    def show(self, frame: Frame) -> bool:
        """Record the frame if the recording is on.

        Raises:
            UnwritableError: the error that stopped the recording, with ``ends_run`` only.
        """
        with self._lock:
            if not self._over:
                self._follow(frame)
        return True

    def idle(self) -> bool:
        """Finish the file if the recording was switched off while no frame comes."""
        with self._lock:
            if not self._over:
                self._follow(None)
        return True

    def _follow(self, frame: Frame | None) -> None:
        try:
            self._check_disk()
            if not self._session.controls.view.recording:
                self._finish()
            elif frame is not None:
                self._record(frame)
        except CelcamError as error:
            self._session.controls.change(recording=False)
            self._fail(error)

    def _record(self, frame: Frame) -> None:
        clip = self._clip
        if clip is not None and (clip.duration_s >= self._limit_s or clip.size_bytes >= self._limit_bytes):
            self._finish()
        if self._clip is None:
            self._clip = self._open_clip()
            self._checked_s = frame.media_s
        if abs(frame.media_s - self._checked_s) >= CHECK_S:
            self._checked_s = frame.media_s
            self._check_space()
        self._clip.show(frame)

    def _open_clip(self) -> VideoSink:
        self._check_space()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self._folder, error) from error
        paths = self._numbered or stamped_paths(self._folder, ".mp4", self._now())
        while True:
            path = next(paths)
            clip = VideoSink(
                path,
                self._session.source,
                replace=self._replaces and path == self._path,
                encoder=self._encoder,
                notices=self._session.notices,
                syncer=self._syncer,
            )
            with suppress(NameTakenError):
                clip.__enter__()
                self._session.notices.add(f"recording to {path}")
                return clip

    def _finish(self) -> None:
        clip, self._clip = self._clip, None
        if clip is not None:
            clip.finish()
            if clip.path.exists():
                self._session.notices.add(f"recorded {clip.path}, {clip.duration_s:.0f} s")

    def _fail(self, error: CelcamError) -> None:
        """Keep what was recorded, and report the error; with ``ends_run``, raise it."""
        clip, self._clip = self._clip, None
        with suppress(UnwritableError):  # from the same disk: reported below
            if clip is not None:
                clip.finish()
        if self._ends_run:
            raise error
        self._session.notices.add(f"recording is off: {error}")

    def _check_space(self) -> None:
        kept = "the recording so far is kept" if self._clip is not None else ""
        require_space(self._folder, free=self._free, reserve_bytes=self._reserve_bytes, kept=kept)

    def _check_disk(self) -> None:
        """Raise an error that the disk reported after a write, for this clip or the one before."""
        error = self._syncer.error
        if error is not None:
            self._syncer.error = None
            raise unwritable(self._folder, error)


def _numbered_paths(path: Path) -> Iterator[Path]:
    """``party.mp4``, ``party-002.mp4``, ... without end."""
    yield path
    for number in itertools.count(2):
        yield path.with_name(f"{path.stem}-{number:03d}{path.suffix}")
