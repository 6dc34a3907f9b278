"""Video files, as `celcam.media.clips` reads them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from celcam.media.clips import ClipReader
from celcam.media.limits import MAX_MEGAPIXELS
from edge_app.drawing.sizing import LARGEST_OUTPUT
from edge_app.frames import Frame, FrameSource, SourceInfo


class VideoSource(FrameSource):
    """The frames of a clip, upright, at their own times."""

    def __init__(
        self, path: Path, loop: bool = False, *, max_megapixels: float = MAX_MEGAPIXELS, shrinks: bool = False
    ) -> None:
        """Open ``path``.

        Args:
            path: of the clip.
            loop: start again at the end, for ever and without sound; ``media_s`` keeps rising.
            max_megapixels: the largest accepted photo; a frame may have an eighth of it.
            shrinks: give frames at the size at which they are shown, if nobody asks for another: several full frames of
                4K would take hundreds of megabytes.

        Raises:
            MediaError: the file is not a video, its index is missing, or its frames are too large.
        """
        self._path, self._loop, self._max_megapixels = path, loop, max_megapixels
        self._most_short_side = LARGEST_OUTPUT if shrinks else None
        self._clip = self._open()
        has_sound = self._clip.has_sound or bool(self._clip.sound_fault)
        self.info = SourceInfo(
            str(path),
            self._clip.size_wh,
            is_live=False,
            frames=None if loop else self._clip.frames,
            fps=float(self._clip.frame_rate),
            sound=path if has_sound and not loop else None,
        )

    def __exit__(self, *exc_info: object) -> None:
        self._clip.__exit__(*exc_info)

    def frames(self) -> Iterator[Frame]:
        """Yield every frame of the clip, in a loop again and again.

        Raises:
            ClipBrokenOffError: after the last frame that can be decoded, if the header states a later end.
            MediaError: the clip can't be opened again for the loop.
        """
        count, base_s, last_s = 0, 0.0, 0.0
        while True:
            begun_at, first_s = count, None
            for picture in self._clip:
                first_s = picture.time_s if first_s is None else first_s
                last_s = base_s + picture.time_s - (first_s if begun_at else 0.0)
                count += 1
                yield Frame(picture.rgb_u8, f"{self._path.stem}-{count:06d}", last_s, time.monotonic())
            if not self._loop or count == begun_at:
                return
            base_s = last_s + float(1 / self._clip.frame_rate)
            self._clip.__exit__()
            self._clip = self._open()

    def _open(self) -> ClipReader:
        return ClipReader(self._path, max_megapixels=self._max_megapixels, most_short_side=self._most_short_side)
