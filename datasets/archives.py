"""Photos out of zip and tar archives, read in one pass, nothing unpacked to disk."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from pathlib import Path

from datasets.photo import Found, Photo, Rejected, is_photo_name, shown, too_many_bytes

TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
# What the readers raise on archives that are damaged, encrypted or packed in a way they don't know.
FAULTS = (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, tarfile.TarError)
FAULTS_IN_DATA = (*FAULTS, zlib.error, lzma.LZMAError)


def is_archive(path: Path) -> bool:
    """Whether the name of ``path`` is that of an archive."""
    return path.name.lower().endswith((".zip", *TAR_SUFFIXES))


def photos_in_archive(path: Path, name: str) -> Found:
    """The photos in ``path``; where the archive breaks off, those before it and then the reason.

    Args:
        path: a zip or tar archive.
        name: how it is called in the manifest.
    """
    read = _photos_in_zip if path.suffix.lower() == ".zip" else _photos_in_tar
    count = 0
    try:
        status = path.stat()
        for found in read(path, name, f"{status.st_size} {status.st_mtime_ns}"):
            yield found
            count += 1
    except FAULTS_IN_DATA as error:
        place = shown(path)
        reason = f"{place}: damaged ({error}); photos before that, which are kept: {count}; get the whole archive"
        yield Rejected(place, "damaged archive", reason)


def _photos_in_zip(path: Path, name: str, stamp: str) -> Found:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.is_dir() or not is_photo_name(member.filename):
                continue
            place = f"{shown(path)}/{shown(member.filename)}"
            try:
                yield too_many_bytes(place, member.file_size) or Photo(
                    f"{place}@{member.header_offset}",  # two members may have one name
                    place,
                    f"{name}/{shown(member.filename)}",
                    stamp,
                    data=archive.read(member),
                )
            except FAULTS_IN_DATA as error:
                yield Rejected(place, "damaged in archive", f"{place}: can't be unpacked: {error}")


def _photos_in_tar(path: Path, name: str, stamp: str) -> Found:
    with tarfile.open(path, "r|*") as archive:  # a stream: a packed tar can't be wound back
        for member in archive:
            file = archive.extractfile(member) if member.isfile() and is_photo_name(member.name) else None
            if file is None:
                continue
            place = f"{shown(path)}/{shown(member.name)}"
            yield too_many_bytes(place, member.size) or Photo(
                f"{place}@{member.offset}", place, f"{name}/{shown(member.name)}", stamp, data=file.read()
            )
            archive.members.clear()  # type: ignore[attr-defined]  # it remembers every member: memory would grow
