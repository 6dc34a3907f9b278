"""What can go wrong, as a tree.

CelcamError             a command prints it on one line and exits with 2
├── UsageError          options that contradict each other, or a value out of range
│   └── UnknownNameError    a style, preset or recipe that does not exist
├── MediaError          a photo, clip or folder that can't be read or written
│   ├── ClipBrokenOffError  a clip whose end is missing; the frames before it were used
│   ├── NoPicturesError     a clip without a picture track that can be decoded
│   ├── BadPhotoError       a photo that can't be used for a pair, with the kind of fault
│   └── UnwritableError     a file that can't be written: a full disk, missing permissions
├── DataError           a manifest or run folder that is missing, incomplete or made with other options
├── ModelError          a model file that is missing or damaged, or that does not match its card
├── TrainingError       a training run that failed
└── CameraError         no camera, or a camera that gives no pictures
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# How similar two spellings are, 0 to 1, before one is suggested for the other.
NEAR_MISS = 0.6


class CelcamError(Exception):
    """An error for people: one line that says what is wrong, what was expected and what to do."""


class UsageError(CelcamError):
    """Options that contradict each other, or a value out of range."""


class UnknownNameError(UsageError):
    """A style, preset or recipe that does not exist; the message suggests the nearest name."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        """Describe the mistake.

        Args:
            kind: what the name stands for, such as ``style``.
            name: the name that was given.
            known: all names that exist.
        """
        names = sorted(known)
        near = nearest_name(name, names)
        hint = f"did you mean {near}? " if near else ""
        super().__init__(f"unknown {kind} {name!r}; {hint}known: {', '.join(names)}")


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The name of ``known`` that ``name`` probably means, in any case; None if none is similar."""
    by_folded = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=NEAR_MISS)
    return by_folded[near[0]] if near else None


class MediaError(CelcamError):
    """A photo, clip or folder that can't be read or written."""


class ClipBrokenOffError(MediaError):
    """A clip whose end is missing; the frames before it were used."""


class NoPicturesError(MediaError):
    """A clip without a picture track that can be decoded."""


class BadPhotoError(MediaError):
    """A photo that can't be used for a pair; ``kind`` names the fault in a word or two, for counts."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(kind, message)  # both, because unpickling in another process calls this with `args`
        self.kind = kind

    def __str__(self) -> str:
        return str(self.args[1])


class UnwritableError(MediaError):
    """A file that can't be written: a full disk, missing permissions."""


class DataError(CelcamError):
    """A manifest or run folder that is missing, incomplete or made with other options."""


class ModelError(CelcamError):
    """A model file that is missing or damaged, or that does not match its card."""


class TrainingError(CelcamError):
    """A training run that failed."""


class CameraError(CelcamError):
    """No camera, or a camera that gives no pictures."""
