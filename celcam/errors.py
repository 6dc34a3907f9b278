"""What can go wrong, as a tree.

CelcamError             a command prints it on one line and exits with 2
├── UsageError          options that contradict each other, or a value out of range
│   └── UnknownNameError    a style, preset or recipe that does not exist
├── MediaError          a photo, clip or folder that can't be read or written
│   ├── ClipBrokenOffError  a clip whose end is missing; the frames before it were used
│   ├── BadPhotoError       a photo that no pair can be made of, with the kind of fault
│   └── UnwritableError     a file that can't be written: a full disk, no rights
├── DataError           a manifest or run folder that is missing, incomplete or made by other options
├── ModelError          a model file that is missing, damaged, or disagrees with its card
├── TrainingError       a training that went wrong on the way
└── CameraError         no camera, or one that gives no pictures
"""

from __future__ import annotations

from collections.abc import Iterable


class CelcamError(Exception):
    """Says what, what was expected, what came, and the remedy, in one line."""


class UsageError(CelcamError):
    """Options that contradict each other, or a value out of range."""


class UnknownNameError(UsageError):
    """A style, preset or recipe that does not exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"unknown {kind} {name!r}; known: {', '.join(sorted(known))}")


class MediaError(CelcamError):
    """A photo, clip or folder that can't be read or written."""


class ClipBrokenOffError(MediaError):
    """A clip whose end is missing; the frames before it were used."""


class BadPhotoError(MediaError):
    """A photo that no pair can be made of; ``kind`` is the fault in a word or two, to count by."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(kind, message)  # both, so that it comes whole out of another process
        self.kind = kind

    def __str__(self) -> str:
        return str(self.args[1])


class UnwritableError(MediaError):
    """A file that can't be written: a full disk, no rights."""


class DataError(CelcamError):
    """A manifest or run folder that is missing, incomplete or made by other options."""


class ModelError(CelcamError):
    """A model file that is missing, damaged, or disagrees with its card."""


class TrainingError(CelcamError):
    """A training that went wrong on the way."""


class CameraError(CelcamError):
    """No camera, or one that gives no pictures."""
