"""Photos in zip and tar archives, read in one pass without unpacking to disk."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from pathlib import Path

from datasets.photo import Found, Photo, Rejected, is_photo_name, printable, reject_too_large

TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
# What the readers raise on archives that are damaged, encrypted or compressed by an unknown method.
FAULTS = (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, tarfile.TarError)
FAULTS_IN_DATA = (*FAULTS, zlib.error, lzma.LZMAError)


def is_archive(path: Path) -> bool:
    """Whether ``path`` has the file name of an archive."""
    return path.name.lower().endswith((".zip", *TAR_SUFFIXES))


def photos_in_archive(path: Path, name: str) -> Found:
    """Yield the photos in ``path``; if the archive is damaged, yield a `Rejected` after the photos before the damage.

    Args:
        path: a zip or tar archive.
        name: name of the archive in the manifest.
    """
    read = _photos_in_zip if path.suffix.lower() == ".zip" else _photos_in_tar
    count = 0
    try:
        status = path.stat()
        for found in read(path, name, f"{status.st_size} {status.st_mtime_ns}"):
            yield found
            count += 1
    except FAULTS_IN_DATA as error:
        place = printable(path)
        reason = f"{place}: damaged ({error}); photos kept from before the damage: {count}; get an intact copy"
        yield Rejected(place, "damaged archive", reason)


def _photos_in_zip(path: Path, name: str, stamp: str) -> Found:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.is_dir() or not is_photo_name(member.filename):
                continue
            place = f"{printable(path)}/{printable(member.filename)}"
            try:
                yield reject_too_large(place, member.file_size) or Photo(
                    f"{place}@{member.header_offset}",  # two members may have the same name
                    place,
                    f"{name}/{printable(member.filename)}",
                    stamp,
                    data=archive.read(member),
                )
            except FAULTS_IN_DATA as error:
                yield Rejected(place, "damaged in archive", f"{place}: can't unpack it: {error}")


def _photos_in_tar(path: Path, name: str, stamp: str) -> Found:
    with tarfile.open(path, "r|*") as archive:  # a stream: a compressed tar can't seek backwards
        for member in archive:
            file = archive.extractfile(member) if member.isfile() and is_photo_name(member.name) else None
            if file is None:
                continue
            place = f"{printable(path)}/{printable(member.name)}"
            yield reject_too_large(place, member.size) or Photo(
                f"{place}@{member.offset}", place, f"{name}/{printable(member.name)}", stamp, data=file.read()
            )
            archive.members.clear()  # type: ignore[attr-defined]  # TarFile keeps every member it has read
