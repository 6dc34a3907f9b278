"""Find photos in folders, globs, single files, archives and clips.

Photos are yielded one by one, so memory does not grow with their number. A file that can't be read is yielded as
`Rejected`, with its name and the reason.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from celcam.errors import MediaError
from celcam.media.limits import MAX_MEGAPIXELS
from celcam.suffixes import CLIP_SUFFIXES
from datasets.archives import is_archive, photos_in_archive
from datasets.clips import frames_of_clip
from datasets.photo import Found, Photo, Rejected, is_photo_name, printable, reject_too_large

RECURSIVE = "**"


def check_sources(sources: Sequence[Path]) -> None:
    """Raise MediaError for a missing source, before the work begins."""
    for source in sources:
        if not source.exists() and next(_match(source), None) is None:
            raise MediaError(f"{source}: no such file or folder; expected photos, folders, globs, archives or clips")


def find_photos(
    sources: Sequence[Path],
    *,
    frame_interval_s: float,
    exclude: Path | None = None,
    max_megapixels: float = MAX_MEGAPIXELS,
) -> Found:
    """Yield every photo of ``sources``, in no particular order.

    Args:
        sources: folders, searched recursively; globs; photos, archives and clips.
        frame_interval_s: seconds between the frames taken from a clip.
        exclude: a folder to skip, such as the output folder.
        max_megapixels: the largest accepted photo; a clip's frame may have an eighth of it.
    """
    open_file = partial(_open, frame_interval_s=frame_interval_s, max_megapixels=max_megapixels)
    for source in sources:
        root = _root(source)
        # With several sources, the names of photos start with the name of their source.
        prefix = "" if len(sources) == 1 else f"{printable(root.resolve().name)}/"
        if source.is_dir():
            yield from _walk(source, prefix, exclude)
        elif source.exists():
            yield from open_file(source, f"{prefix}{printable(source.name)}")
        else:
            for match in _match(source):
                name = f"{prefix}{printable(match.relative_to(root))}"
                if match.is_file() and not _is_inside(match, exclude):
                    yield from open_file(match, name)
                elif match.is_dir() and RECURSIVE not in source.parts:  # a recursive glob also matches the contents
                    yield from _walk(match, f"{name}/", exclude)


def count_photos(sources: Sequence[Path], *, exclude: Path | None = None) -> int | None:
    """Count the photos in ``sources``; None if not all are folders, because counting would mean opening archives."""
    count = 0
    for source in sources:
        if not source.is_dir():
            return None
        count += sum(1 for _ in _walk(source, "", exclude))
    return count


def _root(source: Path) -> Path:
    """The folder that names are relative to: ``source`` itself or its first parent that is a folder."""
    while not source.is_dir() and source != source.parent:
        source = source.parent
    return source


def _is_inside(path: Path, folder: Path | None) -> bool:
    return folder is not None and Path(os.path.abspath(path)).is_relative_to(folder)  # noqa: PTH100  # resolves '..', keeps symlinks


def _match(pattern: Path) -> Iterator[Path]:
    """The matches of a glob, relative or absolute; `Path.glob` accepts only relative patterns."""
    return map(Path, glob.iglob(str(pattern), recursive=True))  # noqa: PTH207


def _open(path: Path, name: str, *, frame_interval_s: float, max_megapixels: float) -> Found:
    if is_archive(path):
        return photos_in_archive(path, name)
    if path.suffix.lower() in CLIP_SUFFIXES:
        return frames_of_clip(path, name, frame_interval_s=frame_interval_s, max_megapixels=max_megapixels)
    return iter([_photo(path, name)])


def _walk(folder: Path, name: str, exclude: Path | None) -> Found:
    """Yield the photos in ``folder`` and its subfolders; symlinks to folders are not followed, to avoid cycles."""
    if _is_inside(folder, exclude):
        return
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        place = printable(folder)
        yield Rejected(
            place, "unreadable folder", f"{place}: can't be opened: {error.strerror}; its photos are skipped"
        )
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), f"{name}{printable(entry.name)}/", exclude)
        elif is_photo_name(entry.name):
            yield _photo(Path(entry.path), f"{name}{printable(entry.name)}")


def _photo(path: Path, name: str) -> Photo | Rejected:
    key = printable(path)
    try:
        status = path.stat()
    except OSError as error:
        return Rejected(key, "unreadable", f"{key}: can't be read: {error.strerror}")
    if not path.is_file():  # reading from a pipe would block
        return Rejected(key, "unreadable", f"{key}: a folder, a pipe or a device; expected a file")
    return reject_too_large(key, status.st_size) or Photo(
        key, key, name, f"{status.st_size} {status.st_mtime_ns}", path=path
    )
