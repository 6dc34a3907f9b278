"""A camera's recording that is killed: it plays, and lacks two seconds at most."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from tests.kills.job import Job, KillError

SECONDS = 7.0
# Half of the recordings change to the next file this often, because a kill may hit the change too.
SPLIT_S = 1.5
MOST_LOST_S = 2.0
# A recording that ends by itself may lack what was still on its way from one thread to the next.
MOST_ON_THE_WAY_S = 0.5


class Tally:
    """Media times of frames, in memory that a killed process leaves to its parent."""

    MOST_FILES = 30
    _HEAD = struct.Struct("<dq")  # time of the last drawn frame, number of files
    _FILE = struct.Struct("<dd")  # times of the first and the last frame that went into a file

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, self._HEAD.size + self.MOST_FILES * self._FILE.size)
        self.clear()

    def clear(self) -> None:
        """Forget all frames."""
        self._HEAD.pack_into(self._memory, 0, 0.0, 0)

    def drawn(self, media_s: float) -> None:
        """Note a drawn frame."""
        _, files = self._HEAD.unpack_from(self._memory)
        self._HEAD.pack_into(self._memory, 0, media_s, files)

    def begin_file(self, media_s: float) -> None:
        """Note the first frame of a file."""
        files = len(self.files)
        self._FILE.pack_into(self._memory, self._place(files), media_s, media_s)
        self._HEAD.pack_into(self._memory, 0, self.last_drawn_s, files + 1)

    def into_file(self, media_s: float) -> None:
        """Note a frame of the last file."""
        first_s, _ = self.files[-1]
        self._FILE.pack_into(self._memory, self._place(len(self.files) - 1), first_s, media_s)

    @property
    def last_drawn_s(self) -> float:
        """Time of the last drawn frame."""
        return float(self._HEAD.unpack_from(self._memory)[0])

    @property
    def files(self) -> list[tuple[float, float]]:
        """Times of the first and the last frame that went into each file."""
        _, count = self._HEAD.unpack_from(self._memory)
        return [self._FILE.unpack_from(self._memory, self._place(number)) for number in range(count)]

    def _place(self, number: int) -> int:
        return self._HEAD.size + number * self._FILE.size


class RecordingJob(Job):
    """``python -m edge_app synthetic:@96x64 --to party.mp4 --skip-existing``."""

    name = "record"

    def prepare(self, folder: Path) -> None:
        """Import the app."""
        del folder
        import edge_app.app
        import edge_app.sinks.recorder
        import edge_app.sources.synthetic  # noqa: F401

        self._tally = Tally()
        self._files: dict[Path, bytes] = {}

    def work(self, place: Path) -> int:
        """Record for some seconds, and note what was drawn where the parent can read it."""
        from edge_app.__main__ import main

        self._tally.clear()
        _count_frames(self._tally)
        split = ["--split-minutes", str(SPLIT_S / 60)] if int(place.name) % 2 else []
        words = ["synthetic:@96x64", "--to", str(place / "party.mp4"), "--skip-existing", *split]
        return main([*words, "--seconds", str(SECONDS), "--threads", "1", "--folder", str(place)])

    def lost_s(self, place: Path) -> float:
        """Drawn seconds that are in none of the new files."""
        from tests.edge_app.sinks.films import read_film

        for path, data in self._files.items():
            if path.read_bytes() != data:
                raise KillError(f"{path}: a later recording changed it")
        found = sorted(place.glob("*.mp4"), key=lambda path: (len(path.name), path.name))
        new = [path for path in found if path not in self._files]
        self._files |= {path: path.read_bytes() for path in new}
        written = self._tally.files
        lost_s = self._tally.last_drawn_s - (written[-1][1] if written else 0.0)
        for path, (first_s, last_s) in zip(new, written, strict=False):  # the newest may have no frame yet
            times_s = read_film(path).times_s
            if sorted(set(times_s)) != list(times_s):
                raise KillError(f"{path}: its times do not rise")
            lost_s += last_s - first_s - (times_s[-1] - times_s[0] if times_s else 0.0)
        if lost_s > MOST_LOST_S or len(written) > len(new):
            raise KillError(f"{lost_s:.2f} s are lost; expected at most {MOST_LOST_S:.0f}")
        return max(0.0, lost_s)

    def check(self, place: Path, reference: Path) -> None:
        """The run that was not killed is whole, and no run has changed the files of those before it."""
        del reference
        lost_s = self.lost_s(place)
        self._files = {}
        if lost_s > MOST_ON_THE_WAY_S:
            raise KillError(f"a recording that was not killed lacks {lost_s:.2f} s")


def _count_frames(tally: Tally) -> None:
    """Let the app of this process note each frame that it draws or writes."""
    from edge_app.drawing.painter import Painter
    from edge_app.frames import Frame
    from edge_app.sinks.video import VideoSink

    finish, show = Painter.finish, VideoSink.show
    begun: set[Path] = set()

    def noted_finish(self: Painter, frame: Frame) -> Frame:
        drawn = finish(self, frame)
        tally.drawn(drawn.media_s)
        return drawn

    def noted_show(self: VideoSink, frame: Frame) -> bool:
        if self.path in begun:
            tally.into_file(frame.media_s)
        else:
            tally.begin_file(frame.media_s)
            begun.add(self.path)
        return show(self, frame)

    Painter.finish, VideoSink.show = noted_finish, noted_show  # type: ignore[method-assign]
