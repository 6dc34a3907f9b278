"""Draw the pairs of one photo in every style and size; the task of one worker."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
    try:
        return draw_pairs(photo, plan)
    except UnwritableError as error:
        return Rejected(photo.place, UNWRITABLE, str(error))
    except BadPhotoError as error:
        return Rejected(photo.place, error.kind, str(error))
    except Exception as error:  # one photo must not stop a build of a million
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return Rejected(photo.place, "failed", f"{photo.place}: could not be drawn: {reason}")


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
    height, width = full.shape[:2]
    sizes = tuple(size for size in plan.sizes if min(width, height) * MAX_ENLARGEMENT >= size)
    if not sizes:
        raise BadPhotoError(
            "too small",
            f"{photo.place}: too small ({width}x{height}); "
            f"expected a short side of {min(plan.sizes) / MAX_ENLARGEMENT:.0f} or more",
        )
    for size in sizes:
        _draw_size(full, size, digest, plan)
    return Drawn(digest, perceptual_hash(full), sizes)


def _draw_size(full: Uint8Array, size: int, digest: str, plan: Plan) -> None:
    small = to_short_side(full, size)
    photo_path = plan.out / plan.picture_of("photo", size, digest)
    if not photo_path.exists():
        _write(photo_path, small)
    for style in plan.styles:
        path = plan.out / plan.picture_of(style, size, digest)
        if not path.exists():
            _write(path, find_style(style).draw(small, stroke_scale(small)))


def _write(path: Path, rgb_u8: Uint8Array) -> None:
    write_whole(path, encode_image(rgb_u8, path.suffix, quality=JPEG_QUALITY))
