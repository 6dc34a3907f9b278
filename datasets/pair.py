"""Draw the pairs of one photo in every style and size; the task of one worker."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import cv2

from celcam.arrays import Uint8Array
from celcam.errors import BadPhotoError, UnwritableError
from celcam.image_io import encode_image, write_whole
from celcam.media.photos import decode_image
from celcam.pixels import to_short_side
from celcam.styles import find_style, stroke_scale
from datasets.journal import Drawn
from datasets.near_duplicates import perceptual_hash
from datasets.photo import Photo, Rejected

# A photo enlarged more than this lacks the detail to learn from.
MAX_ENLARGEMENT = 2.0
# Lower qualities blur lines; PNG files are four times as large.
JPEG_QUALITY = 95
UNWRITABLE = "unwritable"

ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Plan:
    """What to draw of each photo."""

    out: Path
    styles: tuple[str, ...]
    sizes: tuple[int, ...]  # short sides in pixels
    suffix: str  # of the image files, such as ".png"
    max_megapixels: float  # larger photos are rejected

    def picture_of(self, kind: str, size: int, digest: str) -> str:
        """The path of a picture relative to ``out``; ``kind`` is "photo" or a style."""
        folder = f"{kind}/{size}" if len(self.sizes) > 1 else kind
        return f"{folder}/{digest[:32]}{self.suffix}"

    def pictures_of(self, digest: str, sizes: tuple[int, ...]) -> Iterator[str]:
        """The paths of all pictures of one photo, relative to ``out``."""
        return (self.picture_of(kind, size, digest) for kind in ("photo", *self.styles) for size in sizes)

    def is_drawn(self, drawn: Drawn) -> bool:
        """Whether every picture exists; pictures are written atomically."""
        return all((self.out / picture).exists() for picture in self.pictures_of(drawn.digest, drawn.sizes))


def try_to_draw(photo: Photo, plan: Plan) -> Drawn | Rejected:
    """Like `draw_pairs`, but return a fault instead of raising it."""
    return returning_faults(photo.place, partial(draw_pairs, photo, plan))


def returning_faults(place: str, work: Callable[[], ResultT]) -> ResultT | Rejected:
    """The result of ``work``; any fault is returned as `Rejected`. ``place`` is the file that it works on."""
    try:
        return work()
    except UnwritableError as error:
        return Rejected(place, UNWRITABLE, str(error))
    except BadPhotoError as error:
        return Rejected(place, error.kind, str(error))
    except Exception as error:  # one photo must not stop a build of a million
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return Rejected(place, "failed", f"{place}: could not be drawn: {reason}")


def draw_pairs(photo: Photo, plan: Plan) -> Drawn:
    """Write the missing pictures of one photo.

    Raises:
        BadPhotoError: the photo can't be read, is too small or too large.
        UnwritableError: a picture can't be written.
    """
    cv2.setNumThreads(1)  # there is one process per core
    data = photo.read()
    digest = hashlib.sha256(data).hexdigest()
    full = decode_image(data, photo.place, max_megapixels=plan.max_megapixels)
    sizes = fitting_sizes(full, photo.place, plan.sizes)
    for size in sizes:
        _draw_size(full, size, digest, plan)
    return Drawn(digest, perceptual_hash(full), sizes)


def fitting_sizes(full: Uint8Array, place: str, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """The short sides in ``sizes`` that ``full``, a picture of ``(H, W, 3) uint8``, is large enough for.

    Raises:
        BadPhotoError: it is too small for all of them; ``place`` is its file.
    """
    height, width = full.shape[:2]
    fitting = tuple(size for size in sizes if min(width, height) * MAX_ENLARGEMENT >= size)
    if not fitting:
        raise BadPhotoError(
            "too small",
            f"{place}: too small ({width}x{height}); "
            f"expected a short side of {min(sizes) / MAX_ENLARGEMENT:.0f} or more",
        )
    return fitting


def _draw_size(full: Uint8Array, size: int, digest: str, plan: Plan) -> None:
    small = to_short_side(full, size)
    photo_path = plan.out / plan.picture_of("photo", size, digest)
    if not photo_path.exists():
        write_picture(photo_path, small)
    for style in plan.styles:
        path = plan.out / plan.picture_of(style, size, digest)
        if not path.exists():
            write_picture(path, find_style(style).draw(small, stroke_scale(small)))


def write_picture(path: Path, rgb_u8: Uint8Array) -> None:
    """Write ``(H, W, 3) uint8 RGB`` atomically, in the format of the suffix of ``path``."""
    write_whole(path, encode_image(rgb_u8, path.suffix, quality=JPEG_QUALITY))
