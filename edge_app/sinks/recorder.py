"""Records what is shown while `View.recording` is true, into one file after another.

A page or a key switches it on and off. A full disk switches it off and is told: the camera goes on.
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
from edge_app.sinks.disk import NameTakenError, Syncer, free_bytes, unwritable
from edge_app.sinks.encoders import AUTO
from edge_app.sinks.images import stamped_paths
from edge_app.sinks.video import VideoSink

# A part of a live recording is small enough to be sent, and far below the 4 GB at which a USB stick's FAT ends.
LIMIT_MINUTES = 30.0
LIMIT_MB = 1000.0
# Left free for the system; it also holds the index that a finished file needs.
RESERVE_MB = 200.0
MB = 1_000_000
# How often the free space is read, in the recording's own time.
CHECK_S = 1.0


class Recorder(FrameSink):
    """Writes H.264 clips that each play by themselves; no frame is lost between two.

    Frames keep their own times, however irregular. A clip has the size of its first frame, and frames of another size
    are fitted into it: who changes the look's size while recording expects one film, and a governor that steers
    the rate by the size would tear it into dozens. The next part begins at the size of its own first frame.
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
            session: its controls switch the recording; its notices are told of files and faults.
            path: record from the start, into this file and then ``NAME-002.mp4``, ...; without it into files in the
                session's folder that are named after the time.
            overwrite: replace ``path`` where it exists; the others never replace a file.
            limit_minutes: of one file; the recording goes on in the next.
            limit_mb: of one file, 10^6 bytes, about: a second's worth more may come.
            reserve_mb: the recording stops while there is still so much room.
            encoder: as in `VideoSink`.
            ends_run: raise what stops the recording, because nothing else is done.
            now: the clock for names.
            free: bytes that may be written into a folder.
            syncer: not running yet; in its place a test may put one that counts.
        """
        self._session, self._path, self._replaces, self._encoder = session, path, overwrite, encoder
        self._limit_s, self._limit_bytes, self._reserve_bytes = 60 * limit_minutes, limit_mb * MB, reserve_mb * MB
        self._ends_run, self._now, self._free = ends_run, now, free
        self._syncer = syncer or Syncer()
        self._folder = path.parent if path is not None else session.folder
        self._numbered = _numbered_paths(path) if path is not None else None
        self._lock = threading.Lock()  # at the end of a run a thread may still be writing
        self._over = False
        self._clip: VideoSink | None = None
        self._checked_s = 0.0

    def __enter__(self) -> Self:
        """Begin to record where a path was given.

        Raises:
            UnwritableError: the place can't be written, or has too little room.
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
        """Record the frame where that is wanted.

        Raises:
            UnwritableError: what stopped the recording, with ``ends_run`` only.
        """
        with self._lock:
            if not self._over:
                self._follow(frame)
        return True

    def idle(self) -> bool:
        """Finish the file where the recording was switched off while no frame comes."""
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
        """Keep what there is of the clip, and say what happened; where nothing else is done, raise it."""
        clip, self._clip = self._clip, None
        with suppress(UnwritableError):  # of the same disk: said below
            if clip is not None:
                clip.finish()
        if self._ends_run:
            raise error
        self._session.notices.add(f"recording is off: {error}")

    def _check_space(self) -> None:
        try:
            free = self._free(self._folder)
        except OSError as error:
            raise unwritable(self._folder, error) from error
        if free < self._reserve_bytes:
            kept = "what came before is kept; " if self._clip is not None else ""
            raise UnwritableError(
                f"{self._folder}: {free / MB:.0f} MB are free, and {self._reserve_bytes / MB:.0f} MB are left to the "
                f"system; {kept}free some space"
            )

    def _check_disk(self) -> None:
        """Raise what the disk said afterwards, of this clip or of the one before."""
        error = self._syncer.error
        if error is not None:
            self._syncer.error = None
            raise unwritable(self._folder, error)


def _numbered_paths(path: Path) -> Iterator[Path]:
    """``party.mp4``, ``party-002.mp4``, ...: without end."""
    yield path
    for number in itertools.count(2):
        yield path.with_name(f"{path.stem}-{number:03d}{path.suffix}")
