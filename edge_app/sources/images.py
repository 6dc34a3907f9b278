"""Still images: one, or those of a folder in the order of their names."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from celcam.errors import MediaError
from celcam.image_io import IMAGE_SUFFIXES, read_image
from edge_app.frames import Frame, FrameSource, SourceInfo


class ImagesSource(FrameSource):
    """A frame for each image file."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Read the first image, so that a wrong one is known before anything is written."""
        self._paths = paths
        first = read_image(paths[0])
        name = str(paths[0]) if len(paths) == 1 else str(paths[0].parent)
        size_wh = (first.shape[1], first.shape[0])
        self.info = SourceInfo(name, size_wh, is_live=False, frames=len(paths), fps=None, is_still=True)

    @classmethod
    def of_folder(cls, folder: Path) -> ImagesSource:
        """The images directly in ``folder``; raises MediaError where there is none."""
        try:
            paths = sorted(
                path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()
            )
        except OSError as error:
            raise MediaError(f"{folder}: can't be read ({error.strerror}); check its permissions") from error
        if not paths:
            raise MediaError(f"{folder}: no image in it; expected files such as .jpg or .png")
        return cls(paths)

    def frames(self) -> Iterator[Frame]:
        """One frame an image, a second apart."""
        stems = Counter(path.stem for path in self._paths)
        for number, path in enumerate(self._paths):
            name = path.stem if stems[path.stem] == 1 else path.name.replace(".", "-")  # a.jpg beside a.png
            yield Frame(read_image(path), name, float(number), time.monotonic())
