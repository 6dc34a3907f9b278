"""What has been kept: the snapshots and recordings of a folder, listed and opened by name, and nothing else there."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CONTENT_TYPES = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}
# Only what the app itself names: the folder may be one that holds other things.
NAME = re.compile(r"celcam-[A-Za-z0-9][A-Za-z0-9_-]{0,80}(\.mp4|\.mov|\.mkv|\.png|\.jpg)", re.ASCII)
RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)
# The page shows no more; older ones are in the folder.
LISTED = 200


@dataclass(frozen=True)
class Kept:
    """One file."""

    name: str
    size_bytes: int
    changed_s: float  # since the epoch

    @property
    def content_type(self) -> str:
        """Its kind, by its name."""
        return CONTENT_TYPES[Path(self.name).suffix]

    @property
    def tag(self) -> str:
        """Another one as soon as the file has changed, in quotes as HTTP wants it."""
        return f'"{self.size_bytes:x}-{round(self.changed_s * 1e6):x}"'


class UnsatisfiableRangeError(Exception):
    """A range that begins behind the end."""


def list_files(folder: Path) -> list[Kept]:
    """Snapshots and recordings, newest first; none where there is no folder."""
    return sorted(_files(folder), key=lambda kept: (kept.changed_s, kept.name), reverse=True)[:LISTED]


def open_file(folder: Path, name: str) -> tuple[Kept, BinaryIO]:
    """Open a file of the folder for reading.

    Raises:
        FileNotFoundError: no such file, no name that the app gives, or no ordinary file of this very folder.
    """
    path = folder / name
    if not NAME.fullmatch(name) or path.is_symlink() or path.resolve().parent != folder.resolve():
        raise FileNotFoundError(name)
    # Not followed, and not waited for, whatever it has been replaced by in the meantime.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        number = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise FileNotFoundError(name) from error
    status = os.fstat(number)
    if not stat.S_ISREG(status.st_mode):
        os.close(number)
        raise FileNotFoundError(name)
    return Kept(name, status.st_size, status.st_mtime), os.fdopen(number, "rb")


def chosen_bytes(header: str | None, size_bytes: int) -> tuple[int, int] | None:
    """First byte and the one behind the last that a ``Range`` header asks for; None: the whole file.

    Raises:
        UnsatisfiableRangeError: there are none.
    """
    found = RANGE.fullmatch(header.strip()) if header is not None else None
    if found is None or not (found[1] or found[2]):
        return None  # several ranges, or none that is one: HTTP allows the whole
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


def _files(folder: Path) -> Iterator[Kept]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    yield Kept(entry.name, status.st_size, status.st_mtime)
    except OSError:
        return
