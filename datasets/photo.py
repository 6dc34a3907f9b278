"""A photo that a source holds, and one that gave no pair."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from celcam.errors import BadPhotoError, MediaError
from celcam.image_io import IMAGE_SUFFIXES, read_bytes

# A photo has at most so many bytes; what is larger is no photo, and would fill the memory.
LARGEST_FILE = 2**30


@dataclass(frozen=True)
class Photo:
    """One photo: a file that a worker opens by itself, or bytes out of an archive or a clip."""

    key: str  # names it among all photos of a build
    place: str  # where it is, for messages
    name: str  # relative to what was asked for; goes into the manifest
    stamp: str  # changes when the file does
    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    clip: str = ""  # frames of the same clip stay on one side of the split

    def read(self) -> bytes:
        """Its bytes.

        Raises:
            MediaError: the file can't be read.
        """
        if self.data is not None:
            return self.data
        if self.path is None:
            raise MediaError(f"{self.place}: has neither a file nor bytes")
        try:
            return read_bytes(self.path)
        except MediaError as error:
            raise BadPhotoError("unreadable", str(error)) from error


@dataclass(frozen=True)
class Rejected:
    """A photo, archive or folder that gave no pair, and why."""

    source: str
    kind: str  # the fault in a word or two, to count by
    reason: str


Found = Iterator[Photo | Rejected]


def shown(path: str | Path) -> str:
    """``path`` as text that can be printed and written as UTF-8, whatever bytes the file's name has."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_photo_name(name: str) -> bool:
    """Whether a file called ``name`` is a photo, and not what macOS writes beside one on a foreign disk."""
    # No Path here: it keeps every part of a name that it has seen.
    base = name.rpartition("/")[2].lower()
    return base.endswith(tuple(IMAGE_SUFFIXES)) and not base.startswith("._")


def too_many_bytes(name: str, size: int) -> Rejected | None:
    """The refusal of a file of ``size`` bytes, or nothing where it may be a photo."""
    if size <= LARGEST_FILE:
        return None
    return Rejected(name, "too large", f"{name}: {size / 2**30:.1f} GB; a photo has at most {LARGEST_FILE >> 30} GB")
