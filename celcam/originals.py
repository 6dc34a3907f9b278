"""Keep originals safe: an output replaces neither an input nor another output of the same run."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from celcam.errors import UsageError
from celcam.suffixes import CLIP_SUFFIXES, IMAGE_SUFFIXES

# A file or folder on its disk, whatever path leads there: device and inode.
Identity = tuple[int, int]


def identity(path: Path) -> Identity | None:
    """What the file or folder is on its disk; None if it does not exist."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def place_key(path: Path) -> str:
    """Equal for two paths that would name one file; the file need not exist.

    Links and ``..`` in its folder are resolved. Upper and lower case count as equal, because some disks keep one file
    for both.
    """
    return unicodedata.normalize("NFC", str(path.parent.resolve() / path.name)).casefold()


def require_separate(outputs: Sequence[tuple[str, Path]], inputs: Iterable[Path]) -> None:
    """Check that each output is a file of its own, and no input.

    Args:
        outputs: an option such as ``--sheet``, and the file that it names, which need not exist.
        inputs: files and folders that are read. Of a folder, all pictures and clips are inputs.

    Raises:
        UsageError: an output is an input, or two outputs are one file.
    """
    read = {identity(path) for path in inputs} - {None}
    seen: dict[str, str] = {}
    for option, path in outputs:
        if identity(path) in read or _is_medium_within(path, read):
            raise UsageError(f"{option} {path}: is the source itself; choose another name")
        key = place_key(path)
        if key in seen:
            raise UsageError(f"{option} {path}: is also the file of {seen[key]}; choose another name")
        seen[key] = option


def _is_medium_within(path: Path, folders: set[Identity | None]) -> bool:
    """Whether ``path`` is an existing picture or clip in one of the folders."""
    if not path.is_file() or path.suffix.lower() not in IMAGE_SUFFIXES | CLIP_SUFFIXES:
        return False
    return any(identity(parent) in folders for parent in (*path.absolute().parents, *path.resolve().parents))
