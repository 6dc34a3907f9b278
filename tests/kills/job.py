"""What a job that gets killed must offer to the trials."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path


class KillError(Exception):
    """A job did not survive its kills."""


class Job(ABC):
    """One command of the project, which is killed and repeated in a folder of its own."""

    name = ""
    # An exit status of 2 with one of these words means that nothing is left to do.
    done_already: tuple[str, ...] = ()

    @abstractmethod
    def prepare(self, folder: Path) -> None:
        """Import what the command needs, and make its inputs in ``folder``."""

    @abstractmethod
    def work(self, place: Path) -> int:
        """Run the command, or continue it, with its output in ``place``; called in a forked process."""

    def lost_s(self, place: Path) -> float:
        """The seconds of video that the last kill cost; raises KillError if more is wrong."""
        del place
        return 0.0

    @abstractmethod
    def check(self, place: Path, reference: Path) -> None:
        """Raise KillError unless the finished ``place`` is as good as that of an undisturbed run."""


def contents(folder: Path) -> dict[str, bytes]:
    """The contents of all files in ``folder``, by relative path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def require_equal(found: dict[str, bytes], expected: dict[str, bytes]) -> None:
    """Raise KillError, with the names, if two folders differ."""
    different = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
    if different:
        raise KillError(f"{len(different)} files differ from those of an undisturbed run: {' '.join(different[:4])}")
