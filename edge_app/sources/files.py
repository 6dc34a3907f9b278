"""Find the pictures and clips that the command line names, and give each a name of its own for the output."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from celcam.errors import MediaError
from celcam.suffixes import CLIP_SUFFIXES, IMAGE_SUFFIXES

EXPECTED = (
    "an image, a video, a folder, usb:0, picamera:0, rtsp://user:password@host/stream, http://host/... or synthetic:"
)


@dataclass(frozen=True)
class MediaFile:
    """A picture or a clip."""

    path: Path
    name: Path  # relative to the folder that was named, with the file's suffix
    is_clip: bool


@dataclass(frozen=True)
class FoundMedia:
    """What a search found."""

    files: list[MediaFile]
    ignored: list[str]  # one line for each file or folder that was not used, with the reason


def find_media(specs: Sequence[str], skip: Path | None = None) -> FoundMedia:
    """Find all pictures and clips in ``specs``, folders with their subfolders.

    A file that ``specs`` name is used whatever its suffix; in a folder the suffix decides. Hidden files and links to
    folders are not followed. A file that is named twice is used once.

    Args:
        specs: files and folders. Of several, a folder's own name comes first in the names of its files.
        skip: a folder that is not searched, such as the one for the output.

    Raises:
        MediaError: a file or folder does not exist.
    """
    files: dict[str, MediaFile] = {}
    ignored: list[str] = []
    for spec in specs:
        path = Path(spec)
        if is_folder(spec):
            prefix = Path() if len(specs) == 1 else Path(path.resolve().name)
            try:
                found = list(_search(path, prefix, skip, ignored))
            except OSError as error:
                raise MediaError(f"{path}: can't be read: {error.strerror}; check its permissions") from error
        else:
            found = [MediaFile(path, Path(path.name), path.suffix.lower() not in IMAGE_SUFFIXES)]
        for file in found:
            files.setdefault(str(file.path.resolve()), file)
    return FoundMedia(list(files.values()), ignored)


def is_folder(spec: str) -> bool:
    """Whether ``spec`` names a folder; raises MediaError if it names nothing."""
    path = Path(spec)
    try:
        folder, file = path.is_dir(), path.is_file()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MediaError(f"{spec}: can't be read ({reason}); expected {EXPECTED}") from error
    if not folder and not file:
        raise MediaError(f"{spec}: no such file or folder; expected {EXPECTED}")
    return folder


def unique_stems(names: Sequence[Path]) -> list[Path]:
    """A different name without suffix for each file, the file's own if no other file has it.

    Args:
        names: relative names with suffixes: ``a.jpg``, ``a.png``, ``trip/b.jpg``.

    Returns:
        Names in the same order, different also where case does not count: ``a-jpg``, ``a-png``, ``trip/b``.
    """
    counts = Counter(_folded(name.with_suffix("")) for name in names)
    alone = [counts[_folded(name.with_suffix(""))] == 1 for name in names]
    taken = {_folded(name.with_suffix("")) for name, is_alone in zip(names, alone, strict=True) if is_alone}
    stems = []
    for name, is_alone in zip(names, alone, strict=True):
        stem = name.with_suffix("")
        if not is_alone:
            stem = first = name.with_name(name.name.replace(".", "-"))
            number = 2
            while _folded(stem) in taken:
                stem, number = first.with_name(f"{first.name}-{number}"), number + 1
            taken.add(_folded(stem))
        stems.append(stem)
    return stems


def _folded(name: Path) -> str:
    return str(name).casefold()


def _search(folder: Path, name: Path, skip: Path | None, ignored: list[str]) -> Iterator[MediaFile]:
    """The pictures and clips in ``folder``, sorted by name, then those of its subfolders; raises OSError."""
    if skip is not None and folder.resolve() == skip.resolve():
        return
    with os.scandir(folder) as scan:
        entries = sorted(scan, key=lambda entry: entry.name)
    subfolders = []
    for entry in entries:
        path = Path(entry.path)
        suffix = path.suffix.lower()
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            subfolders.append(path)
        elif not path.is_file():
            ignored.append(f"{path}: a link to a folder, or not a file")
        elif suffix in IMAGE_SUFFIXES or suffix in CLIP_SUFFIXES:
            yield MediaFile(path, name / entry.name, suffix in CLIP_SUFFIXES)
        else:
            ignored.append(f"{path}: not a picture or a clip")
    for subfolder in subfolders:
        try:
            yield from _search(subfolder, name / subfolder.name, skip, ignored)
        except OSError as error:
            ignored.append(f"{subfolder}: can't be read: {error.strerror}; check its permissions")
