"""Photos found in the sources, and rejected photos."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from celcam.errors import BadPhotoError, MediaError
from celcam.image_io import read_bytes
from celcam.media.limits import MAX_PHOTO_BYTES
from celcam.suffixes import IMAGE_SUFFIXES


@dataclass(frozen=True)
class Photo:
    """One photo: a path that the worker reads, or the bytes from an archive or a clip."""

    key: str  # unique within a build
    place: str  # its location, for messages
    name: str  # relative to the source; stored in the manifest
    stamp: str  # changes when the file changes
    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    clip: str = ""  # the clip that it is a frame of; a clip's frames are kept in the same split

    def read(self) -> bytes:
        """Return the contents of the image file.

        Raises:
            BadPhotoError: the file can't be read.
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
    """A photo, archive or folder that can't be used, and the reason."""

    source: str
    kind: str  # the fault in a word or two, for counts
    reason: str


Found = Iterator[Photo | Rejected]


def printable(path: str | Path) -> str:
    """``path`` as valid UTF-8, also if the file's name is not; other bytes become backslash escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_photo_name(name: str) -> bool:
    """Whether ``name`` is the file name of a photo; macOS's ``._`` files are not photos."""
    # Not `Path`: it interns the parts of every name, so memory would grow.
    base = name.rpartition("/")[2].lower()
    return base.endswith(tuple(IMAGE_SUFFIXES)) and not base.startswith("._")


def reject_too_large(name: str, size: int) -> Rejected | None:
    """Reject a file of more than `MAX_PHOTO_BYTES`; return None if ``size`` bytes are acceptable."""
    if size <= MAX_PHOTO_BYTES:
        return None
    limit_mb = MAX_PHOTO_BYTES // 10**6
    return Rejected(name, "too large", f"{name}: {size / 1e6:.0f} MB; expected a photo of at most {limit_mb} MB")
