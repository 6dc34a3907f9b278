"""Image files: a single one, one for each frame, or a snapshot."""

from __future__ import annotations

import datetime
import itertools
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from celcam.arrays import Uint8Array
from celcam.errors import UsageError
from celcam.image_io import UNFINISHED_SUFFIX, encode_image, write_image
from celcam.originals import Identity, identity
from edge_app.frames import Frame, FrameSink
from edge_app.sinks.disk import make_folder, rename_to_new, unwritable
from edge_app.sinks.space import MB, RESERVE_MB, free_bytes, require_space


class ImageSink(FrameSink):
    """Writes the one frame to one file."""

    name = "picture"

    def __init__(self, path: Path) -> None:
        self._path = path

    def show(self, frame: Frame) -> bool:
        """Write the frame; the file appears complete or not at all."""
        write_image(self._path, frame.rgb_u8)
        return True


class FolderSink(FrameSink):
    """Writes a PNG for each frame, under the frame's own name."""

    name = "pictures"

    def __init__(self, folder: Path, *, overwrite: bool, originals: frozenset[Identity | None] = frozenset()) -> None:
        """Create the folder.

        Args:
            folder: for the pictures.
            overwrite: replace pictures that exist.
            originals: files that are never replaced.

        Raises:
            MediaError: the folder can't be created or written.
        """
        self._folder, self._overwrite, self._originals = folder, overwrite, originals
        make_folder(folder)

    def show(self, frame: Frame) -> bool:
        """Write the frame; raises UsageError if a picture of that name exists and must not be replaced."""
        path = self._folder / f"{frame.name}.png"
        if path.exists():
            if identity(path) in self._originals:
                raise UsageError(f"{path}: is the source itself; choose another folder")
            if not self._overwrite:
                raise UsageError(f"{path}: exists; add --overwrite to replace it, or choose another folder")
        write_image(path, frame.rgb_u8)
        return True


def snapshot(
    folder: Path, rgb_u8: Uint8Array, *, now: datetime.datetime, free: Callable[[Path], int] = free_bytes
) -> Path:
    """Write a picture under a new name such as ``celcam-20261125-153000.png``.

    The file is complete and flushed to the disk when this returns. It never replaces another file, even if several
    programs write into the folder.

    Args:
        folder: created if it does not exist.
        rgb_u8: ``(H, W, 3) uint8 RGB``, 0..255.
        now: time for the name.
        free: returns the free bytes in a folder; the system keeps its reserve.

    Returns:
        The path of the file.

    Raises:
        UnwritableError: the disk is full, or the folder can't be written; no file remains then.
    """
    require_space(folder, free=free, reserve_bytes=RESERVE_MB * MB)
    data = encode_image(rgb_u8, ".png")
    temporary = folder / f".celcam.{uuid.uuid4().hex}{UNFINISHED_SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            paths = stamped_paths(folder, ".png", now)
            while not rename_to_new(temporary, path := next(paths)):
                pass
            return path
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error


def stamped_paths(folder: Path, suffix: str, now: datetime.datetime) -> Iterator[Path]:
    """Names made from the time, without end: ``celcam-20261125-153000.png``, then with ``-2``, ``-3`` and so on."""
    stem = f"celcam-{now:%Y%m%d-%H%M%S}"
    yield folder / f"{stem}{suffix}"
    for number in itertools.count(2):
        yield folder / f"{stem}-{number}{suffix}"
