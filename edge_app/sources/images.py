"""Still images: one, or those of a folder and its subfolders."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.media.limits import MAX_MEGAPIXELS
from celcam.media.photos import read_image
from edge_app.flow.notices import Notices
from edge_app.frames import Frame, FrameSource, SourceInfo
from edge_app.sources.files import MediaFile, find_media, unique_stems


class ImagesSource(FrameSource):
    """A frame for each image file; of several, unreadable ones are reported and passed over."""

    def __init__(
        self,
        files: Sequence[MediaFile],
        name: str,
        notices: Notices | None = None,
        *,
        max_megapixels: float = MAX_MEGAPIXELS,
    ) -> None:
        """Read the first image, so that an unreadable one is reported before anything is written.

        Args:
            files: at least one picture.
            name: of the source, for people.
            notices: get a line for each image with a fault; None prints it.
            max_megapixels: the largest accepted image.

        Raises:
            MediaError: no image can be read.
        """
        self._files, self._notices, self._max_megapixels = list(files), notices or Notices(), max_megapixels
        self._reported: set[str] = set()
        while (first := self._read(self._files[0])) is None:
            del self._files[0]
        size_wh = (first.shape[1], first.shape[0])
        self.info = SourceInfo(name, size_wh, is_live=False, frames=len(self._files), fps=None, is_still=True)

    @classmethod
    def of_specs(
        cls, specs: Sequence[str], notices: Notices | None = None, *, max_megapixels: float = MAX_MEGAPIXELS
    ) -> ImagesSource:
        """The images that ``specs`` name, folders with their subfolders; raises MediaError if there is none."""
        notices = notices or Notices()
        found = find_media(specs)
        name = specs[0] if len(specs) == 1 else f"{specs[0]} and {len(specs) - 1} more"
        pictures = [file for file in found.files if not file.is_clip]
        if not pictures:
            raise MediaError(f"{name}: no image in it; expected files such as .jpg or .png")
        others = len(found.files) - len(pictures) + len(found.ignored)
        if others:
            notices.add(f"{name}: {others} other file{'' if others == 1 else 's'} ignored; only images are shown")
        return cls(pictures, name, notices, max_megapixels=max_megapixels)

    def frames(self) -> Iterator[Frame]:
        """One frame for each image, a second apart, named after its file."""
        stems = unique_stems([file.name for file in self._files])
        for number, (file, stem) in enumerate(zip(self._files, stems, strict=True)):
            picture = self._read(file)
            if picture is not None:
                yield Frame(picture, str(stem), float(number), time.monotonic())

    def _read(self, file: MediaFile) -> Uint8Array | None:
        """The picture; None if it can't be read and others remain."""
        try:
            return read_image(file.path, max_megapixels=self._max_megapixels, notify=self._report)
        except MediaError as error:
            if len(self._files) == 1:
                raise
            self._report(str(error))
            return None

    def _report(self, notice: str) -> None:
        """Report a fault of an image once, although the first image is read twice."""
        if notice not in self._reported:
            self._reported.add(notice)
            self._notices.add(notice)
