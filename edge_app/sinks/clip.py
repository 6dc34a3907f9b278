"""A clip made from a file: it takes its name only when it is complete."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Self

from celcam.errors import ClipBrokenOffError
from edge_app.flow.notices import Notices
from edge_app.frames import Frame, FrameSink, SourceInfo
from edge_app.sinks.disk import NameTakenError, make_folder, rename_to_new, unwritable
from edge_app.sinks.video import VideoSink


class ClipSink(FrameSink):
    """Writes a clip under a hidden name and then renames it.

    What a user or an error cuts short becomes ``NAME.partial.mp4``, so that no half clip looks like a whole one, and a
    clip that exists is replaced only by a whole one. A source that breaks off gives a complete clip of what it holds.
    """

    name = VideoSink.name
    live_queue = VideoSink.live_queue

    def __init__(
        self,
        path: Path,
        source: SourceInfo,
        *,
        overwrite: bool,
        notices: Notices,
        interrupted: Callable[[], bool] = lambda: False,
        all_sound: Callable[[], bool] = lambda: False,
    ) -> None:
        """Describe a clip; nothing is opened yet.

        Args:
            path: of the finished file, .mp4, .mov or .mkv.
            source: of the frames; its sound is kept.
            overwrite: replace a file that exists.
            notices: get a line that names a partial clip.
            interrupted: whether the user ended the run early; called at the end.
            all_sound: whether to keep the sound that comes after the last picture; called at the end.
        """
        self._path, self._overwrite, self._notices, self._interrupted = path, overwrite, notices, interrupted
        self._all_sound = all_sound
        self._hidden = path.with_name(f".celcam.{uuid.uuid4().hex}.part{path.suffix}")
        self._video = VideoSink(self._hidden, source, notices=notices, shown_as=path)

    def __enter__(self) -> Self:
        """Create the hidden file, and its folder.

        Raises:
            NameTakenError: the clip exists and must not be replaced.
            MediaError: the file or the folder can't be created.
        """
        if not self._overwrite and self._path.exists():
            raise NameTakenError(f"{self._path}: exists; choose another name")
        make_folder(self._path.parent)
        self._video.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        kind = exc_info[0] if exc_info else None
        complete = kind in (None, ClipBrokenOffError) and not self._interrupted()
        try:
            self._video.finish(all_sound=complete and self._all_sound())
        except BaseException:
            complete = False
            raise
        finally:
            if self._hidden.exists():  # not if there was no frame
                self._place(complete)

    def show(self, frame: Frame) -> bool:
        """Encode the frame; raises UnwritableError as `VideoSink.show` does."""
        return self._video.show(frame)

    def _place(self, complete: bool) -> None:
        """Give the clip its name, or that of a partial one."""
        try:
            if complete and self._overwrite:
                self._hidden.replace(self._path)
            elif not complete or not rename_to_new(self._hidden, self._path):
                path = next(path for path in _partial_paths(self._path) if rename_to_new(self._hidden, path))
                reason = f"{self._path} exists now" if complete else f"the first {self._video.duration_s:.1f} s"
                self._notices.add(f"{path}: partial, {reason}" if not complete else f"{path}: complete; {reason}")
        except OSError as error:
            raise unwritable(self._path, error, kept=f"the clip is {self._hidden}") from error


def _partial_paths(path: Path) -> itertools.chain[Path]:
    """``clip.partial.mp4``, ``clip.partial-2.mp4`` and so on."""
    others = (path.with_name(f"{path.stem}.partial-{number}{path.suffix}") for number in itertools.count(2))
    return itertools.chain([path.with_name(f"{path.stem}.partial{path.suffix}")], others)
