"""Delete old recordings and snapshots, so that a camera that runs for months does not fill its disk."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from edge_app.flow.notices import Notices
from edge_app.sinks.disk import is_being_written

PERIOD_S = 60.0
DAY_S = 86400
GB = 1_000_000_000
# The names that `edge_app.sinks.images.stamped_paths` makes.
STAMPED = re.compile(r"celcam-\d{8}-\d{6}(-\d+)?\.(mp4|png)")


@dataclass(frozen=True)
class Kept:
    """A recording or a snapshot."""

    path: Path
    changed_s: float  # since the epoch
    size: int  # in bytes


def find_kept(folder: Path, recordings: Iterable[Path] = ()) -> list[Kept]:
    """The recordings and snapshots, oldest first; other files are never among them.

    Args:
        folder: holds the files that are named after the time.
        recordings: as ``--to party.mp4`` names them: the files of it are ``party.mp4``, ``party-002.mp4`` and so on.
    """
    paths = [path for path in _list(folder) if STAMPED.fullmatch(path.name)]
    for path in recordings:
        numbered = re.compile(rf"{re.escape(path.stem)}(-\d{{3,}})?{re.escape(path.suffix)}")
        paths += [each for each in _list(path.parent) if numbered.fullmatch(each.name)]
    kept = []
    for path in dict.fromkeys(paths):
        try:
            status = path.lstat()
        except OSError:  # deleted meanwhile
            continue
        kept.append(Kept(path, status.st_mtime, status.st_size))
    return sorted(kept, key=lambda each: (each.changed_s, each.path))


class Retention:
    """A thread that deletes what is older, or more, than shall be kept; a context manager that ends it.

    A file that is being written, by this program or another Celcam, is never deleted.
    """

    def __init__(
        self,
        folder: Path,
        notices: Notices,
        *,
        recordings: Iterable[Path] = (),
        keep_days: float | None = None,
        keep_gb: float | None = None,
        clock: Callable[[], float] = time.time,
        period_s: float = PERIOD_S,
    ) -> None:
        """Describe what is kept; nothing is deleted yet.

        Args:
            folder: as in `find_kept`.
            notices: get a line for each file that is deleted.
            recordings: as in `find_kept`.
            keep_days: delete what was last changed before so many days; None keeps it.
            keep_gb: delete the oldest files while all together have more than so many 10^9 bytes; None keeps them.
            clock: seconds since the epoch.
            period_s: between two checks.
        """
        self._folder, self._notices, self._recordings = folder, notices, list(recordings)
        self._keep_days, self._keep_gb, self._clock, self._period_s = keep_days, keep_gb, clock, period_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._over.set()
        self._thread.join()

    def check(self) -> None:
        """Do what the thread does once a minute."""
        kept = find_kept(self._folder, self._recordings)
        total = sum(each.size for each in kept)
        for each in kept:
            reason = self._reason(each, total)
            if reason and not is_being_written(each.path) and self._delete(each.path, reason):
                total -= each.size

    def _run(self) -> None:
        while True:
            self.check()
            if self._over.wait(self._period_s):
                return

    def _reason(self, each: Kept, total: int) -> str:
        """Why a file is deleted; empty if it is kept."""
        if self._keep_days is not None and self._clock() - each.changed_s > self._keep_days * DAY_S:
            return f"older than {self._keep_days:g} days"
        if self._keep_gb is not None and total > self._keep_gb * GB:
            return f"all files together had {total / GB:.2f} GB, more than {self._keep_gb:g}"
        return ""

    def _delete(self, path: Path, reason: str) -> bool:
        try:
            path.unlink()
        except FileNotFoundError:
            return True
        except OSError as error:
            self._notices.add(f"{path}: can't be deleted: {error.strerror}; it is {reason}")
            return False
        self._notices.add(f"deleted {path}: {reason}")
        return True


def _list(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_file() and not path.is_symlink()]
    except OSError:  # not made yet, or gone with its disk
        return []
