"""Photos in zip and tar archives, read in one pass without unpacking to disk, and within bounds.

A small archive can claim to hold terabytes. So what is read of it is bounded: the bytes that it unpacks to, its list of
members, and their names. What is over a bound is rejected by name, and the other photos are used.
"""

from __future__ import annotations

import os
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from celcam.errors import DataError
from datasets.photo import Found, Photo, Rejected, is_photo_name, printable

TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
# Photos are compressed already: what unpacks to more than this times its size is not a photo.
MAX_RATIO = 100
# So much may unpack whatever its size, because a flat picture of a few megapixels compresses better.
FREE_BYTES = 50_000_000
# A photo in an archive is read into memory as a whole, and several wait for a worker.
MAX_MEMBER_BYTES = 200_000_000
# To skip a member of a compressed tar costs time. So a whole tar may unpack to this times its size, and no more.
MAX_TAR_RATIO, FREE_TAR_BYTES = 1500, 1_000_000_000
MAX_NAME_BYTES = 4096
# A zip lists its members at its end; this is the list of about half a million, and takes ten times the memory.
MAX_LIST_BYTES = 32_000_000
# Types of tar headers whose data is read into memory: long names, and the tables of POSIX.
HEADERS_WITH_DATA = frozenset(
    {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE}
)
MAX_HEADER_BYTES = 1_000_000


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
    except Exception as error:  # the readers raise all kinds for a damaged archive
        place = printable(path)
        said = str(error) or type(error).__name__
        reason = f"{place}: damaged ({said}); photos kept from before the damage: {count}; get an intact copy"
        yield Rejected(place, "damaged archive", reason)


def _photos_in_zip(path: Path, name: str, stamp: str) -> Found:
    _check_list(path)
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.is_dir() or not is_photo_name(member.filename):
                continue
            place = _place(path, member.filename)
            try:
                yield (
                    _reject_name(place, member.filename)
                    or _reject_too_large(place, member.file_size)
                    or _reject_bomb(place, member.file_size, member.compress_size)
                    or Photo(
                        f"{place}@{member.header_offset}",  # two members may have the same name
                        place,
                        f"{name}/{printable(member.filename)}",
                        stamp,
                        data=archive.read(member),
                    )
                )
            except Exception as error:  # as above
                yield Rejected(place, "damaged in archive", f"{place}: can't unpack it: {error}")


def _photos_in_tar(path: Path, name: str, stamp: str) -> Found:
    with path.open("rb") as packed, tarfile.open(fileobj=packed, mode="r|*", tarinfo=_BoundedTarInfo) as archive:
        for member in _members(archive, packed):
            if not member.isfile() or not is_photo_name(member.name):
                continue
            place = _place(path, member.name)
            rejected = _reject_name(place, member.name) or _reject_too_large(place, member.size)
            file = None if rejected else archive.extractfile(member)
            if rejected or file is None:
                yield rejected or Rejected(place, "damaged in archive", f"{place}: has no data")
                continue
            before = packed.tell()
            data = _read(file, packed)
            if data is None:
                yield _bomb(place, member.size, packed.tell() - before)
            else:
                yield Photo(f"{place}@{member.offset}", place, f"{name}/{printable(member.name)}", stamp, data=data)


def _members(archive: tarfile.TarFile, packed: IO[bytes]) -> Iterator[tarfile.TarInfo]:
    """The members of a tar that is read as a stream: a compressed tar can't seek backwards."""
    most = FREE_TAR_BYTES + MAX_TAR_RATIO * os.fstat(packed.fileno()).st_size
    for member in archive:
        if member.offset_data > most:
            raise DataError(f"it unpacks to more than {most} bytes")
        yield member
        if member.offset_data + member.size > most:  # the next member lies behind it
            raise DataError(f"{printable(member.name)[:100]} has {member.size} bytes, and all at most {most}")
        archive.members.clear()  # type: ignore[attr-defined]  # TarFile keeps every member it has read


def _read(file: IO[bytes], packed: IO[bytes]) -> bytes | None:
    """The contents of a member; None if it unpacks to more than a photo can."""
    before, size, parts = packed.tell(), 0, []
    while part := file.read(2**20):
        parts.append(part)
        size += len(part)
        if size > FREE_BYTES + MAX_RATIO * (packed.tell() - before):
            return None
    return b"".join(parts)


class _BoundedTarInfo(tarfile.TarInfo):
    """A member whose header can't claim that gigabytes of its name follow."""

    def _proc_member(self, tarfile_: Any) -> Any:
        """Called for each header, as `tarfile` documents for subclasses."""
        if self.type in HEADERS_WITH_DATA and self.size > MAX_HEADER_BYTES:
            raise DataError(f"a header of {self.size} bytes; expected at most {MAX_HEADER_BYTES}")
        return super()._proc_member(tarfile_)  # type: ignore[misc]


def _check_list(path: Path) -> None:
    """Raise DataError if the list of a zip's members would fill the memory."""
    with path.open("rb") as file:
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined]
    if end is not None and end[zipfile._ECD_SIZE] > MAX_LIST_BYTES:  # type: ignore[attr-defined]
        raise DataError(f"its list of members has {end[5]} bytes, expected at most {MAX_LIST_BYTES}; pack several")


def _place(path: Path, member: str) -> str:
    return f"{printable(path)}/{printable(member[:MAX_NAME_BYTES])}"


def _reject_name(place: str, name: str) -> Rejected | None:
    size = len(name.encode("utf-8", "surrogatepass"))
    if size <= MAX_NAME_BYTES:
        return None
    short = f"{place[:100]}..."
    return Rejected(short, "name too long", f"{short}: a name of {size} bytes; expected at most {MAX_NAME_BYTES}")


def _reject_bomb(place: str, size: int, packed: int) -> Rejected | None:
    return None if size <= FREE_BYTES + MAX_RATIO * packed else _bomb(place, size, packed)


def _bomb(place: str, size: int, packed: int) -> Rejected:
    said = f"{place}: {packed} bytes that unpack to {size}; expected at most {MAX_RATIO} times the size; not a photo"
    return Rejected(place, "too large", said)


def _reject_too_large(place: str, size: int) -> Rejected | None:
    if size <= MAX_MEMBER_BYTES:
        return None
    megabytes = MAX_MEMBER_BYTES // 10**6
    said = f"{place}: {size / 1e6:.0f} MB; expected at most {megabytes} MB in an archive; unpack the archive"
    return Rejected(place, "too large", said)
