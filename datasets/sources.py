"""Where photos come from: folders, globs, single files, archives and clips.

Photos come one by one, so that memory does not grow with their number; what can't be read comes in between as
`Rejected`, with its name and the reason.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from celcam.errors import MediaError
from datasets.archives import is_archive, photos_in_archive
from datasets.clips import VIDEO_SUFFIXES, frames_of_clip
from datasets.photo import Found, Photo, Rejected, is_photo_name, shown, too_many_bytes

RECURSIVE = "**"


def check_sources(sources: Sequence[Path]) -> None:
    """Raise MediaError for a source that is not there: a slip of the pen is better known before hours of work."""
    for source in sources:
        if not source.exists() and next(_match(source), None) is None:
            raise MediaError(
                f"{source}: no such file or folder; expected photos, a folder, a glob, an archive or a clip"
            )


def find_photos(sources: Sequence[Path], *, seconds_per_frame: float, leave_out: Path | None = None) -> Found:
    """Every photo of ``sources``, in no particular order.

    Args:
        sources: folders, searched with what is below them; globs; files that are photos, archives or clips.
        seconds_per_frame: how often a clip gives a photo.
        leave_out: a folder that is none of the sources though it lies in one: where the pairs go.
    """
    for source in sources:
        root = _root(source)
        # One source needs no name before its photos; among several it tells them apart.
        prefix = "" if len(sources) == 1 else f"{shown(root.resolve().name)}/"
        if source.is_dir():
            yield from _walk(source, prefix, leave_out)
        elif source.exists():
            yield from _open(source, f"{prefix}{shown(source.name)}", seconds_per_frame)
        else:
            for match in _match(source):
                name = f"{prefix}{shown(match.relative_to(root))}"
                if match.is_file() and not _lies_in(match, leave_out):
                    yield from _open(match, name, seconds_per_frame)
                elif match.is_dir() and RECURSIVE not in source.parts:  # which finds what is in it, too
                    yield from _walk(match, f"{name}/", leave_out)


def count_photos(sources: Sequence[Path], *, leave_out: Path | None = None) -> int | None:
    """How many photos ``sources`` hold, or None where only opening an archive or a clip would tell."""
    count = 0
    for source in sources:
        if not source.is_dir():
            return None
        count += sum(1 for _ in _walk(source, "", leave_out))
    return count


def _root(source: Path) -> Path:
    """The folder that names are relative to: ``source`` itself, or what of it is no file and no pattern."""
    while not source.is_dir() and source != source.parent:
        source = source.parent
    return source


def _lies_in(path: Path, folder: Path | None) -> bool:
    return folder is not None and Path(os.path.abspath(path)).is_relative_to(folder)  # noqa: PTH100  # without any '..'


def _match(pattern: Path) -> Iterator[Path]:
    """What a glob finds; unlike `Path.glob` it may begin anywhere."""
    return map(Path, glob.iglob(str(pattern), recursive=True))  # noqa: PTH207


def _open(path: Path, name: str, seconds_per_frame: float) -> Found:
    if is_archive(path):
        return photos_in_archive(path, name)
    if path.suffix.lower() in VIDEO_SUFFIXES:
        return frames_of_clip(path, name, seconds_per_frame=seconds_per_frame)
    return iter([_photo(path, name)])


def _walk(folder: Path, name: str, leave_out: Path | None) -> Found:
    """The photos at and below ``folder``; links to folders are not followed, they may lead round in a circle."""
    if _lies_in(folder, leave_out):
        return
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        place = shown(folder)
        yield Rejected(
            place, "unreadable folder", f"{place}: can't be opened: {error.strerror}; its photos are left out"
        )
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), f"{name}{shown(entry.name)}/", leave_out)
        elif is_photo_name(entry.name):
            yield _photo(Path(entry.path), f"{name}{shown(entry.name)}")


def _photo(path: Path, name: str) -> Photo | Rejected:
    key = shown(path)
    try:
        status = path.stat()
    except OSError as error:
        return Rejected(key, "unreadable", f"{key}: can't be read: {error.strerror}")
    if not path.is_file():  # reading a pipe would wait for ever
        return Rejected(key, "unreadable", f"{key}: not a file but a folder, a pipe or a device")
    return too_many_bytes(key, status.st_size) or Photo(
        key, key, name, f"{status.st_size} {status.st_mtime_ns}", path=path
    )
