"""Image files: one, or one a frame in a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from celcam.errors import MediaError, UsageError
from celcam.image_io import write_image
from edge_app.frames import Frame


class ImageSink:
    """Writes the one frame to one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Nothing is held."""

    def show(self, frame: Frame) -> bool:
        """Write the frame, whole or not at all."""
        write_image(self._path, frame.rgb_u8)
        return True


class FolderSink:
    """Writes a PNG a frame, under the frame's own name."""

    def __init__(self, folder: Path, *, overwrite: bool) -> None:
        """Make the folder; raises MediaError where it can't be written."""
        self._folder, self._overwrite = folder, overwrite
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MediaError(f"{folder}: can't be made: {error.strerror}; choose another place") from error
        if not os.access(folder, os.W_OK):
            raise MediaError(f"{folder}: can't be written; choose another folder")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Nothing is held between frames."""

    def show(self, frame: Frame) -> bool:
        """Write the frame; raises UsageError where it would replace a picture."""
        path = self._folder / f"{frame.name}.png"
        if path.exists() and not self._overwrite:
            raise UsageError(f"{path}: exists; add --overwrite to replace it, or choose another folder")
        write_image(path, frame.rgb_u8)
        return True
