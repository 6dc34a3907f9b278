"""The pictures of a report as data URLs: the worst photos of each file, and scenes to compare."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.image_io import encode_image
from celcam.media.photos import read_image
from celcam.perceptual import flip_map, perceive
from celcam.pixels import to_short_side
from celcam.tflite_model import TFLiteModel
from convert.report.assess import AssessedGroup
from convert.report.flicker import KERAS, TARGET
from train.draw import load_drawing

PHOTO = "photo"
MOST_SCENES = 6
# Limit for all scenes of a page; a scene is shown for every group or for none.
SCENE_BYTES = 5_500_000
SCENE_QUALITY, SMALL_QUALITY = 92, 85
SMALL_SHORT_SIDE = 180
CROP_SIDE = 64  # of the enlarged crop, which the page shows at four times its size
# This FLIP and more is white on a difference map.
BRIGHT_FLIP = 0.15
AMPLIFIED = 8  # factor of an amplified difference
FRAME = (255, 60, 40)

Draw = Callable[[Uint8Array], Uint8Array]


@dataclass(frozen=True)
class WorstRow:
    """A photo on which a file differs most from float: whole, as a difference map, and its worst place enlarged."""

    source: str
    flip: float
    wholes: list[tuple[str, str]]  # title and link
    zooms: list[tuple[str, str]]


class Gallery:
    """The pictures of one group; each photo is drawn once."""

    def __init__(self, assessed: AssessedGroup) -> None:
        self._assessed, self._group = assessed, assessed.group
        loaded: dict[str, Draw] = {variant.name: TFLiteModel(variant.path) for variant in self._group.variants}
        self._drawings = {KERAS: load_drawing(self._group.run)} | loaded
        self._drawn: dict[tuple[int, str], Uint8Array] = {}

    @property
    def names(self) -> list[str]:
        """What can be compared: photo, target, Keras float and files."""
        return [PHOTO, TARGET, *self._drawings]

    def picture(self, number: int, name: str) -> Uint8Array:
        """One of `names` for one of the measured photos, ``(H, W, 3) uint8 RGB``."""
        if (number, name) not in self._drawn:
            pair = self._group.pairs[number]
            files = {PHOTO: pair.photo, TARGET: pair.cartoon}
            self._drawn[number, name] = (
                read_image(self._group.pairs_folder.path / files[name])
                if name in files
                else self._drawings[name](self.picture(number, PHOTO))
            )
        return self._drawn[number, name]

    def worst_rows(self, name: str) -> Iterator[WorstRow]:
        """The worst photos of one file."""
        file = next(file for file in self._assessed.files if file.variant.name == name)
        reference = KERAS if name == self._assessed.float_name else self._assessed.float_name
        for worst in file.worst:
            drawn, expected = self.picture(worst.number, name), self.picture(worst.number, reference)
            errors = flip_map(perceive(expected), perceive(drawn))
            place = _worst_place(errors)
            wholes = [
                (PHOTO, self.picture(worst.number, PHOTO)),
                (name, _framed(drawn, place)),
                ("difference map", _as_map(errors)),
            ]
            zooms = [(title, self.picture(worst.number, title)[place]) for title in (PHOTO, TARGET, reference, name)]
            zooms.insert(0, (f"difference × {AMPLIFIED}", _amplified(expected[place], drawn[place])))
            yield WorstRow(
                worst.source,
                worst.flip,
                [(title, _small(picture)) for title, picture in wholes],
                [(f"{title}, enlarged", _as_link(np.ascontiguousarray(crop), ".png")) for title, crop in zooms],
            )

    def scene_numbers(self) -> list[int]:
        """Photos for the slider: two on which some file is worst, then others, spread evenly."""
        worst = [file.worst[0].number for file in self._assessed.files if file.to_float is not None and file.worst]
        count = len(self._group.pairs)
        spread = [(2 * step + 1) * count // (2 * MOST_SCENES) for step in range(MOST_SCENES)]
        return list(dict.fromkeys([*worst[:2], *spread, *range(count)]))[:MOST_SCENES]

    def scene(self, number: int) -> dict[str, Any]:
        """A photo and all drawings of it, in the form that the script of the page expects."""
        photo = self.picture(number, PHOTO)
        return {
            "source": self._group.pairs[number].source,
            "width": photo.shape[1],
            "height": photo.shape[0],
            "pictures": {name: _as_link(self.picture(number, name), ".jpg", SCENE_QUALITY) for name in self.names},
        }


def gather_scenes(galleries: Sequence[Gallery]) -> list[list[dict[str, Any]]]:
    """The scenes of each gallery: one at least, more if they fit in `SCENE_BYTES`."""
    scenes: list[list[dict[str, Any]]] = [[] for _ in galleries]
    room = SCENE_BYTES
    numbers = [gallery.scene_numbers() for gallery in galleries]
    for place in range(max(map(len, numbers))):
        taken = [
            gallery.scene(wanted[place]) if place < len(wanted) else None
            for gallery, wanted in zip(galleries, numbers, strict=True)
        ]
        size = sum(len(link) for scene in taken if scene for link in scene["pictures"].values())
        if place and size > room:
            break
        room -= size
        for kept, scene in zip(scenes, taken, strict=True):
            kept += [scene] if scene else []
    return scenes


def _worst_place(errors: FloatArray) -> tuple[slice, slice]:
    """The square of `CROP_SIDE` with the largest error; it is smaller in a smaller picture."""
    height, width = (min(CROP_SIDE, side) for side in errors.shape)
    means = cv2.boxFilter(errors, cv2.CV_32F, (width, height), anchor=(0, 0), borderType=cv2.BORDER_REPLICATE)
    inside = means[: errors.shape[0] - height + 1, : errors.shape[1] - width + 1]
    top, left = (int(place) for place in np.unravel_index(int(inside.argmax()), inside.shape))
    return slice(top, top + height), slice(left, left + width)


def _framed(rgb_u8: Uint8Array, place: tuple[slice, slice]) -> Uint8Array:
    rows, columns = place
    framed = rgb_u8.copy()
    cv2.rectangle(framed, (columns.start, rows.start), (columns.stop - 1, rows.stop - 1), FRAME, 2)
    return framed


def _amplified(expected: Uint8Array, drawn: Uint8Array) -> Uint8Array:
    """The difference, amplified, around middle grey."""
    difference = drawn.astype(np.int16) - expected.astype(np.int16)
    return np.clip(128 + AMPLIFIED * difference, 0, 255).astype(np.uint8)


def _as_map(errors: FloatArray) -> Uint8Array:
    levels = np.clip(errors / BRIGHT_FLIP * 255, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB), np.uint8)


def _small(rgb_u8: Uint8Array) -> str:
    return _as_link(to_short_side(rgb_u8, SMALL_SHORT_SIDE), ".jpg", SMALL_QUALITY)


def _as_link(rgb_u8: Uint8Array, suffix: str, quality: int = SMALL_QUALITY) -> str:
    data = encode_image(rgb_u8, suffix, quality=quality)
    kind = "png" if suffix == ".png" else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
