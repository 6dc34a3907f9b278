"""The gallery: lists and opens the snapshots and recordings of a folder, and no other file in it."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from edge_app.sinks.disk import is_being_written

CONTENT_TYPES = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}
# Only names that the app gives: the folder may hold other files.
NAME = re.compile(r"celcam-[A-Za-z0-9][A-Za-z0-9_-]{0,80}(\.mp4|\.mov|\.mkv|\.png|\.jpg)", re.ASCII)
RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)
# The page lists no more files than this, the newest ones.
LISTED = 200
# A recording is written at least once in this time, if frames come.
GROWING_S = 60.0


@dataclass(frozen=True)
class SavedFile:
    """One snapshot or recording."""

    name: str
    size_bytes: int
    changed_s: float  # since the epoch
    is_growing: bool = False  # it is being recorded

    @property
    def content_type(self) -> str:
        """The MIME type, by the name."""
        return CONTENT_TYPES[Path(self.name).suffix]

    @property
    def tag(self) -> str:
        """The ETag, with its quotes; it changes with the file."""
        return f'"{self.size_bytes:x}-{round(self.changed_s * 1e6):x}"'


class UnsatisfiableRangeError(Exception):
    """The range starts after the end of the file."""


def list_files(folder: Path) -> list[SavedFile]:
    """Snapshots and recordings, newest first; none if there is no folder."""
    return sorted(_files(folder), key=lambda file: (file.changed_s, file.name), reverse=True)[:LISTED]


def open_file(folder: Path, name: str) -> tuple[SavedFile, BinaryIO]:
    """Open a file of the folder for reading.

    Raises:
        FileNotFoundError: no such file, not a name that the app gives, or not a regular file in this folder itself.
    """
    path = _checked(folder, name)
    # No link is followed, and a pipe is not waited for, even if the file has just been replaced by one.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        number = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise FileNotFoundError(name) from error
    status = os.fstat(number)
    if not stat.S_ISREG(status.st_mode):
        os.close(number)
        raise FileNotFoundError(name)
    return SavedFile(name, status.st_size, status.st_mtime), os.fdopen(number, "rb")


def find_file(folder: Path, name: str) -> tuple[SavedFile, Path]:
    """Find a file of the folder; raises FileNotFoundError as `open_file` does."""
    saved, file = open_file(folder, name)
    file.close()
    return saved, folder / name


def delete_file(folder: Path, name: str) -> None:
    """Delete a file of the folder.

    Raises:
        FileNotFoundError: as in `open_file`.
        BlockingIOError: it is being recorded.
        OSError: it can't be deleted.
    """
    _, path = find_file(folder, name)
    if is_being_written(path):
        raise BlockingIOError(name)
    path.unlink()


def _checked(folder: Path, name: str) -> Path:
    path = folder / name
    if not NAME.fullmatch(name) or path.is_symlink() or path.resolve().parent != folder.resolve():
        raise FileNotFoundError(name)
    return path


def chosen_bytes(header: str | None, size_bytes: int) -> tuple[int, int] | None:
    """The first byte, and the one after the last, that a ``Range`` header asks for; None is the whole file.

    Raises:
        UnsatisfiableRangeError: the file has no such bytes.
    """
    found = RANGE.fullmatch(header.strip()) if header is not None else None
    if found is None or not (found[1] or found[2]):
        return None  # several ranges, or a malformed one: HTTP allows the whole file as the answer
    if not found[1]:
        first, end = max(0, size_bytes - int(found[2])), size_bytes
    else:
        first = int(found[1])
        end = min(size_bytes, int(found[2]) + 1) if found[2] else size_bytes
        if found[2] and int(found[2]) < first:
            return None
    if first >= end:
        raise UnsatisfiableRangeError
    return first, end


def _files(folder: Path) -> Iterator[SavedFile]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    is_new = time.time() - status.st_mtime < GROWING_S
                    is_growing = is_new and is_being_written(Path(entry.path))
                    yield SavedFile(entry.name, status.st_size, status.st_mtime, is_growing)
    except OSError:
        return
