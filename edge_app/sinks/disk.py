"""What a recording's bytes pass on their way to the disk, so that what was written plays whatever happens.

`ClipFile` is the file that FFmpeg writes through; `Syncer` brings it to the disk while it grows.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from celcam.errors import MediaError, UnwritableError

# A clip's header alone plays nothing: only with the piece after it there is a picture.
FEWEST_PIECES = 2

# Errors of a disk that can't give a file a second name, such as the FAT of a USB stick.
NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class NameTakenError(UnwritableError):
    """There is a file of that name, and it is not to be replaced."""


def free_bytes(folder: Path) -> int:
    """What may still be written into ``folder``, or into the first folder above it that exists.

    A file system that does not say how large it is, such as some over a network, has room without end.
    """
    there = folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    usage = shutil.disk_usage(there)
    return usage.free if usage.total else sys.maxsize


def unwritable(path: Path, error: Any, *, kept: str = "") -> UnwritableError:
    """The one line about ``error``, the system's or FFmpeg's, with its remedy; ``kept``: what became of the rest."""
    remedy = {
        errno.ENOSPC: "free some space",
        errno.EDQUOT: "free some space",
        errno.EFBIG: "this disk takes no larger file, choose a smaller limit",
        errno.EIO: "the disk may be broken, choose another",
    }.get(error.errno, "choose another place")
    parts = [f"{path}: can't be written: {error.strerror or error}", kept, remedy]
    return UnwritableError("; ".join(part for part in parts if part))


def make_folder(folder: Path) -> None:
    """Create ``folder`` if it does not exist; raises MediaError if it can't be created or written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MediaError(f"{folder}: can't be made: {error.strerror}; choose another place") from error
    if not os.access(folder, os.W_OK):
        raise MediaError(f"{folder}: can't be written; choose another folder")


def rename_to_new(temporary: Path, path: Path) -> bool:
    """Rename ``temporary`` to ``path``; False if that name is taken. Raises OSError."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        if path.exists():  # on such a disk another program could still come between
            return False
        temporary.replace(path)
        return True
    temporary.unlink()
    return True


class ClipFile:
    """A new file in the form that PyAV writes to; remembers up to where it plays.

    A write that fails is the last one: FFmpeg goes on to seek and to write an index, and must not spoil what is there.
    """

    def __init__(self, path: Path, *, replace: bool) -> None:
        """Make the file.

        Args:
            path: of the file; its suffix names the container.
            replace: empty a file that exists; without it that is an error.

        Raises:
            FileExistsError: the file exists.
            OSError: it can't be made.
        """
        self.name = str(path)
        self._path = path
        self._file = path.open("wb" if replace else "xb", buffering=0)
        self._error: OSError | None = None
        self._whole = self._pieces = 0
        self.size = 0

    @property
    def closed(self) -> bool:
        """Whether it is; FFmpeg then writes no index."""
        return self._file.closed

    @property
    def plays(self) -> bool:
        """Whether there is a picture in what has been kept."""
        return self._pieces >= FEWEST_PIECES

    def fileno(self) -> int:
        """The system's number of the open file."""
        return self._file.fileno()

    def write(self, data: bytes) -> int:
        """Write all of ``data``; raises OSError, and from then on always."""
        if self._error is not None:
            raise self._error
        left = memoryview(data)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            self._error = error
            raise
        self.size = max(self.size, self._file.tell())
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As of any file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As of any file."""
        return self._file.tell()

    def keep(self) -> bool:
        """What has been written so far is whole; whether that is more than before."""
        if self.size == self._whole:
            return False
        self._whole = self.size
        self._pieces += 1
        return True

    def check(self) -> None:
        """Raise OSError where nobody will find the file again."""
        if not os.fstat(self._file.fileno()).st_nlink:
            raise OSError(errno.ENOENT, "it was deleted while it was written")

    def close(self) -> None:
        """Let go of the file as it is."""
        self._file.close()

    def abandon(self) -> None:
        """Let go of the file and leave in it what plays; where nothing does, no file."""
        with suppress(OSError, ValueError):  # a device can't be shortened, nor what is closed already
            self._file.truncate(self._whole)
        if not self.plays:
            with suppress(OSError, ValueError):
                # Where the folder was replaced meanwhile, that name is another's.
                if os.path.samestat(os.fstat(self._file.fileno()), self._path.stat()):
                    self._path.unlink()
        with suppress(OSError):  # some disks tell only now that there was no room
            self._file.close()


class Syncer:
    """Brings files to the disk as they grow; a context manager around a thread, because an SD card may take seconds.

    Left alone, Linux writes after half a minute; so much a power cut would cost.
    """

    def __init__(self, *, sync: Callable[[int], None] = os.fsync) -> None:
        """Begin with no file; ``sync`` brings an open file to the disk, given its number."""
        self._sync = sync
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._over = False
        self._numbers: list[int] = []  # of open files, ours to close; the last may still grow
        self._grows = False
        self._folders: list[Path] = []  # that have a new file in them
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        self.error: OSError | None = None  # of a disk that did not take what it was given; cleared by whoever tells it

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.end()
        with self._lock:
            self._over = True
        self._wake.set()
        self._thread.join()

    def begin(self, file: ClipFile, folder: Path) -> None:
        """From now on see to ``file``, which is new in ``folder``; the one before is complete."""
        self.end()
        with self._lock:
            self._numbers.append(os.dup(file.fileno()))
            self._folders.append(folder)
            self._grows = True

    def grown(self) -> None:
        """The file has grown."""
        self._wake.set()

    def end(self) -> None:
        """The file is complete: it is brought to the disk once more and let go."""
        with self._lock:
            self._grows = False
        self._wake.set()

    def _run(self) -> None:
        over = False
        while not over:
            self._wake.wait()
            self._wake.clear()
            with self._lock:
                over = self._over
                numbers, self._folders, folders = list(self._numbers), [], self._folders
                complete = numbers[:-1] if self._grows else numbers
                self._numbers = self._numbers[len(complete) :]
            for number in numbers:
                self._bring(number)
            for number in complete:
                os.close(number)
            for folder in folders:
                _sync_folder(folder)

    def _bring(self, number: int) -> None:
        try:
            self._sync(number)
        except OSError as error:
            if error.errno != errno.EINVAL:  # a device or pipe: there is no disk to bring it to
                self.error = error


def _sync_folder(folder: Path) -> None:
    """Bring a folder's list of files to the disk; a disk that can't do that is left alone."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
