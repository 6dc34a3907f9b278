"""Write recordings so that the part on the disk plays, whatever happens.

FFmpeg writes through `ClipFile`; `Syncer` flushes the file to the disk while it grows.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from celcam.errors import MediaError, UnwritableError

# A clip's header alone has no picture; the piece after it has.
FEWEST_PIECES = 2

# Errors of a disk that can't give a file a second name, such as the FAT of a USB stick.
NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class NameTakenError(UnwritableError):
    """A file of that name exists and must not be replaced."""


def unwritable(path: Path, error: Any, *, kept: str = "") -> UnwritableError:
    """Describe ``error`` of the system or of FFmpeg in one line with its remedy.

    Args:
        path: of the file or folder.
        error: has ``errno`` and ``strerror``.
        kept: says what remains of the data written so far.
    """
    remedy = {
        errno.ENOSPC: "free some space",
        errno.EDQUOT: "free some space",
        errno.EFBIG: "the disk allows no larger file, choose a smaller limit",
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
        if path.exists():  # another program may still create it before the next line
            return False
        temporary.replace(path)
        return True
    temporary.unlink()
    return True


def is_being_written(path: Path) -> bool:
    """Whether a `ClipFile` of any process on this machine writes the file."""
    try:
        with path.open("rb") as file:
            return not _lock(file.fileno())
    except OSError:
        return False


def _lock(descriptor: int) -> bool:
    """Mark an open file as being written, until it is closed; False if another has marked it."""
    try:
        import fcntl  # not on every system
    except ImportError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a disk without locks
        return True
    return True


class ClipFile:
    """A new file object for PyAV that knows how much of it plays.

    After a failed write all later ones fail: FFmpeg would go on to write an index and damage the file.
    """

    def __init__(self, path: Path, *, replace: bool) -> None:
        """Create the file.

        Args:
            path: of the file; its suffix names the container format.
            replace: empty an existing file instead of an error.

        Raises:
            FileExistsError: the file exists.
            OSError: the file can't be created.
        """
        self.name = str(path)
        self._path = path
        self._file = path.open("wb" if replace else "xb", buffering=0)
        _lock(self._file.fileno())
        self._error: OSError | None = None
        self._whole = self._pieces = 0
        self.size = 0

    @property
    def closed(self) -> bool:
        """Whether the file is closed; FFmpeg then writes no index."""
        return self._file.closed

    @property
    def failed(self) -> bool:
        """Whether a write has failed."""
        return self._error is not None

    @property
    def plays(self) -> bool:
        """Whether the part marked by `keep` holds a picture."""
        return self._pieces >= FEWEST_PIECES

    def fileno(self) -> int:
        """The file descriptor."""
        return self._file.fileno()

    def write(self, data: bytes) -> int:
        """Write all of ``data``; raises OSError, and then on every later call."""
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
        """As for any file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As for any file."""
        return self._file.tell()

    def keep(self) -> bool:
        """Mark all data so far as complete; return whether there is new data."""
        if self.size == self._whole:
            return False
        self._whole = self.size
        self._pieces += 1
        return True

    def check(self) -> None:
        """Raise OSError if the file has been deleted."""
        if not os.fstat(self._file.fileno()).st_nlink:
            raise OSError(errno.ENOENT, "it was deleted while it was written")

    def close(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def abandon(self) -> None:
        """Close the file, cut to the part that plays; delete it if nothing plays."""
        with suppress(OSError, ValueError):  # a device can't be truncated, nor a closed file
            self._file.truncate(self._whole)
        if not self.plays:
            with suppress(OSError, ValueError):
                # The name may belong to another file, if the folder was replaced meanwhile.
                if os.path.samestat(os.fstat(self._file.fileno()), self._path.stat()):
                    self._path.unlink()
        with suppress(OSError):  # some disks report a lack of space only now
            self._file.close()


class Syncer:
    """Flushes growing files to the disk on a thread of its own, because an SD card may take seconds.

    Linux by itself writes after half a minute, which a power cut would lose.
    """

    def __init__(self, *, sync: Callable[[int], None] = os.fsync) -> None:
        """Start without a file; ``sync`` flushes an open file, given its descriptor."""
        self._sync = sync
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._over = False
        self._numbers: list[int] = []  # descriptors that this class closes; the last file may still grow
        self._grows = False
        self._folders: list[Path] = []  # with a new file
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        self.error: OSError | None = None  # of the last failed flush; whoever reports it clears it

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
        """Start to flush ``file``, which is new in ``folder``; the file before is complete."""
        self.end()
        with self._lock:
            self._numbers.append(os.dup(file.fileno()))
            self._folders.append(folder)
            self._grows = True

    def grown(self) -> None:
        """Report that the file has grown."""
        self._wake.set()

    def end(self) -> None:
        """Report that the file is complete: it is flushed once more and released."""
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
            if error.errno != errno.EINVAL:  # a device or a pipe can't be flushed
                self.error = error


def _sync_folder(folder: Path) -> None:
    """Flush a folder's list of files, if its disk can do that."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
