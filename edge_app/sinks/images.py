"""Image files: one, one a frame in a folder, or a snapshot."""

from __future__ import annotations

import datetime
import itertools
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from celcam.arrays import Uint8Array
from celcam.errors import UsageError
from celcam.image_io import UNFINISHED_SUFFIX, encode_image, write_image
from edge_app.frames import Frame, FrameSink
from edge_app.sinks.disk import make_folder, rename_to_new, unwritable


class ImageSink(FrameSink):
    """Writes the one frame to one file."""

    name = "picture"

    def __init__(self, path: Path) -> None:
        self._path = path

    def show(self, frame: Frame) -> bool:
        """Write the frame, whole or not at all."""
        write_image(self._path, frame.rgb_u8)
        return True


class FolderSink(FrameSink):
    """Writes a PNG a frame, under the frame's own name."""

    name = "pictures"

    def __init__(self, folder: Path, *, overwrite: bool) -> None:
        """Make the folder; raises MediaError where it can't be written."""
        self._folder, self._overwrite = folder, overwrite
        make_folder(folder)

    def show(self, frame: Frame) -> bool:
        """Write the frame; raises UsageError where it would replace a picture."""
        path = self._folder / f"{frame.name}.png"
        if path.exists() and not self._overwrite:
            raise UsageError(f"{path}: exists; add --overwrite to replace it, or choose another folder")
        write_image(path, frame.rgb_u8)
        return True


def snapshot(folder: Path, rgb_u8: Uint8Array, *, now: datetime.datetime) -> Path:
    """Keep a picture under a name of its own, such as ``celcam-20261125-153000.png``.

    It is on the disk when this returns, whole; a name that exists is never taken, whoever else writes there.

    Args:
        folder: is made where it is not there.
        rgb_u8: ``(H, W, 3) uint8 RGB``.
        now: for the name.

    Returns:
        The file.

    Raises:
        UnwritableError: the disk is full, or the folder can't be written; no file is left then.
    """
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
    """Names after the time, the plain one first, without end."""
    stem = f"celcam-{now:%Y%m%d-%H%M%S}"
    yield folder / f"{stem}{suffix}"
    for number in itertools.count(2):
        yield folder / f"{stem}-{number}{suffix}"
