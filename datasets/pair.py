"""One photo to its pairs, in every style and size: what a worker does, on this machine or another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

from celcam.arrays import Uint8Array
from celcam.errors import BadPhotoError, UnwritableError
from celcam.image_io import encode_image, write_whole
from celcam.pixels import resize, size_for_short_side
from celcam.styles import find_style, stroke_scale
from datasets.decoding import decode_photo
from datasets.journal import Drawn
from datasets.likeness import hash_likeness
from datasets.photo import Photo, Rejected

# A photo that would have to be enlarged by more than this has nothing to learn from.
LARGEST_ENLARGEMENT = 2.0
# Lines lose their edge at less; PNG takes four times the room.
JPEG_QUALITY = 95
UNWRITABLE = "unwritable"


@dataclass(frozen=True)
class Plan:
    """What is made of each photo."""

    out: Path
    styles: tuple[str, ...]
    sizes: tuple[int, ...]  # short sides in pixels
    suffix: str  # of the pictures' files
    most_megapixels: float

    def picture_of(self, kind: str, size: int, digest: str) -> str:
        """Where a picture lies below ``out``; ``kind`` is "photo" or a style."""
        folder = f"{kind}/{size}" if len(self.sizes) > 1 else kind
        return f"{folder}/{digest[:32]}{self.suffix}"

    def pictures_of(self, digest: str, sizes: tuple[int, ...]) -> Iterator[str]:
        """Every picture of one photo."""
        return (self.picture_of(kind, size, digest) for kind in ("photo", *self.styles) for size in sizes)

    def is_drawn(self, drawn: Drawn) -> bool:
        """Whether every picture is there; each appears whole or not at all."""
        return all((self.out / picture).exists() for picture in self.pictures_of(drawn.digest, drawn.sizes))


def try_to_draw(photo: Photo, plan: Plan) -> Drawn | Rejected:
    """As `draw_pairs`, with what is wrong as a value."""
    try:
        return draw_pairs(photo, plan)
    except UnwritableError as error:
        return Rejected(photo.place, UNWRITABLE, str(error))
    except BadPhotoError as error:
        return Rejected(photo.place, error.kind, str(error))
    except Exception as error:  # whatever one photo brings about, a build of a million goes on
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return Rejected(photo.place, "failed", f"{photo.place}: could not be drawn: {reason}")


def draw_pairs(photo: Photo, plan: Plan) -> Drawn:
    """Write the pictures of one photo that are not there yet.

    Raises:
        BadPhotoError: the photo can't be read or is too small.
        UnwritableError: a picture can't be written.
    """
    cv2.setNumThreads(1)  # one process a core; more threads would fight
    data = photo.read()
    digest = hashlib.sha256(data).hexdigest()
    full = decode_photo(data, photo.place, most_megapixels=plan.most_megapixels)
    height, width = full.shape[:2]
    sizes = tuple(size for size in plan.sizes if min(width, height) * LARGEST_ENLARGEMENT >= size)
    if not sizes:
        raise BadPhotoError(
            "too small",
            f"{photo.place}: too small ({width}x{height}); "
            f"expected a short side of {min(plan.sizes) / LARGEST_ENLARGEMENT:.0f} or more",
        )
    for size in sizes:
        _draw_size(full, size, digest, plan)
    return Drawn(digest, hash_likeness(full), sizes)


def _draw_size(full: Uint8Array, size: int, digest: str, plan: Plan) -> None:
    small = resize(full, size_for_short_side((full.shape[1], full.shape[0]), size))
    photo_path = plan.out / plan.picture_of("photo", size, digest)
    if not photo_path.exists():
        _write(photo_path, small)
    for style in plan.styles:
        path = plan.out / plan.picture_of(style, size, digest)
        if not path.exists():
            _write(path, find_style(style).draw(small, stroke_scale(small)))


def _write(path: Path, rgb_u8: Uint8Array) -> None:
    write_whole(path, encode_image(rgb_u8, path.suffix, quality=JPEG_QUALITY))
