"""The free space of a disk, of which the system keeps a reserve."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from celcam.errors import UnwritableError
from edge_app.sinks.disk import unwritable

MB = 1_000_000
# This space stays free for the system, and for the index that is written at the end of a recording.
RESERVE_MB = 200.0


def free_bytes(folder: Path) -> int:
    """The free space for ``folder``, which need not exist, in bytes.

    A file system that does not state its size, as some network file systems, counts as unlimited.
    """
    there = folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    usage = shutil.disk_usage(there)
    return usage.free if usage.total else sys.maxsize


def require_space(folder: Path, *, free: Callable[[Path], int], reserve_bytes: float, kept: str = "") -> None:
    """Check that the system keeps its reserve.

    Args:
        folder: for the files.
        free: as `free_bytes`.
        reserve_bytes: this space stays free.
        kept: says what remains of the data written so far.

    Raises:
        UnwritableError: there is less space, or the disk does not say.
    """
    try:
        left = free(folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    if left < reserve_bytes:
        parts = [
            f"{folder}: {left / MB:.0f} MB are free, and {reserve_bytes / MB:.0f} MB are reserved for the system",
            kept,
            "free some space",
        ]
        raise UnwritableError("; ".join(part for part in parts if part))
