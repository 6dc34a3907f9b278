"""Pairs to batches of crops, on any Keras backend. Seed, epoch and index alone decide what a batch holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import keras
import numpy as np
from PIL import Image

from celcam.arrays import FloatArray, Uint8Array
from celcam.errors import DataError, MediaError, UsageError
from celcam.manifest import Pair
from celcam.media.photos import read_image
from celcam.pixels import to_float
from train.degrade import DEGRADED_SHARE, degrade, jitter_exposure
from train.losses import VIEW_SHIFTS


class CropBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """Random crops of pairs: ``photo, cartoon``, each ``(batch_size, crop, crop, 3) float32``, 0..1.

    An epoch is ``steps`` batches. Decoded pictures are cached until ``cache_bytes`` are full; the rest is decoded each
    time.
    """

    def __init__(
        self,
        folder: Path,
        pairs: list[Pair],
        *,
        crop: int,
        batch_size: int,
        steps: int,
        seed: int,
        first_epoch: int = 0,
        cache_bytes: int = 0,
        degraded_share: float = DEGRADED_SHARE,
        views: bool = False,
    ) -> None:
        """Check the pairs; with ``views`` the second half of a batch shows the places of the first half again.

        `train.losses.temporal_consistency_loss` compares the two.

        Raises:
            UsageError: ``views`` with an odd ``batch_size``.
            MediaError: a file of ``pairs`` is missing or no picture.
            DataError: a pair is smaller than a crop.
        """
        require_pairs(folder, pairs, crop + view_reach(views))
        self._places = places_of(batch_size, views)
        super().__init__(workers=1)
        self._folder, self._pairs = folder, pairs
        self._crop, self._steps = crop, steps
        self._seed, self._epoch = seed, first_epoch
        self._degraded_share, self._views = degraded_share, views
        self._cache: dict[str, tuple[Uint8Array, Uint8Array]] = {}
        self._cache_room = cache_bytes

    def __len__(self) -> int:
        return self._steps

    def on_epoch_end(self) -> None:
        """The next epoch has other crops."""
        self._epoch += 1

    def __getitem__(self, index: int) -> tuple[FloatArray, FloatArray]:
        rng = np.random.default_rng((self._seed, self._epoch, index))
        chosen = rng.integers(len(self._pairs), size=self._places)
        crops = [
            view
            for number, pair in enumerate(chosen)
            for view in self._crop_pair(self._pairs[pair], rng, VIEW_SHIFTS[number % len(VIEW_SHIFTS)])
        ]
        if self._views:
            crops = crops[::2] + crops[1::2]
        photos, cartoons = zip(*crops, strict=True)
        return to_float(np.stack(photos)), to_float(np.stack(cartoons))

    def _crop_pair(
        self, pair: Pair, rng: np.random.Generator, shift: tuple[int, int]
    ) -> list[tuple[Uint8Array, Uint8Array]]:
        """A place of the pair, and with views the place ``shift`` pixels down and right from it."""
        photo, cartoon = self._read(pair)
        height, width = photo.shape[:2]
        shifts = [(0, 0), shift] if self._views else [(0, 0)]
        needed = self._crop + max(shifts[-1])
        if rng.random() < 0.5:
            photo, cartoon = photo[:, ::-1], cartoon[:, ::-1]
        top, left = rng.integers(height - needed + 1), rng.integers(width - needed + 1)
        place = np.s_[top : top + needed, left : left + needed]
        photo, cartoon = photo[place], cartoon[place]
        is_degraded = rng.random() < self._degraded_share
        if is_degraded:
            photo = jitter_exposure(photo, rng)
        views = []
        for down, right in shifts:
            window = np.s_[down : down + self._crop, right : right + self._crop]
            views.append((degrade(photo[window], rng) if is_degraded else photo[window], cartoon[window]))
        return views

    def _read(self, pair: Pair) -> tuple[Uint8Array, Uint8Array]:
        if pair.cartoon in self._cache:
            return self._cache[pair.cartoon]
        pictures = read_pair(self._folder, pair)
        size = sum(picture.nbytes for picture in pictures)
        if size <= self._cache_room:
            self._cache[pair.cartoon] = pictures
            self._cache_room -= size
        return pictures


def places_of(batch_size: int, views: bool) -> int:
    """How many places a batch shows; with ``views`` it shows each of them twice.

    Raises:
        UsageError: ``views`` with an odd ``batch_size``.
    """
    if views and batch_size % 2:
        raise UsageError(f"a batch of {batch_size} can't hold two views of each place; make it even")
    return batch_size // 2 if views else batch_size


def view_reach(views: bool) -> int:
    """How many pixels more than a crop the two views of a place need, in each direction."""
    return max(max(shift) for shift in VIEW_SHIFTS) if views else 0


def require_pairs(folder: Path, pairs: Iterable[Pair], needed: int) -> None:
    """Check, from the headers of their files, that all ``pairs`` can be cropped.

    Args:
        folder: of the manifest.
        pairs: of that manifest.
        needed: side in pixels of the square that is cut from each.

    Raises:
        MediaError: a file is missing or no picture.
        DataError: a pair is too small, or photo and cartoon differ in size.
    """
    for pair in pairs:
        size, cartoon_size = (_size_of(folder / name) for name in (pair.photo, pair.cartoon))
        if size != cartoon_size:
            raise DataError(f"{pair.photo} is {size}, its cartoon {cartoon_size}; build the pairs again")
        if min(size) < needed:
            raise DataError(
                f"{pair.photo}: {size[0]}x{size[1]} is smaller than a crop of {needed}; lower --crop, or build larger "
                "pairs"
            )


def _size_of(path: Path) -> tuple[int, int]:
    """Width and height of the picture in ``path``."""
    try:
        with Image.open(path) as image:
            return image.size
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise MediaError(f"{path}: can't be read as a picture ({error}); build the pairs again") from error


def read_pair(folder: Path, pair: Pair) -> tuple[Uint8Array, Uint8Array]:
    """Photo and cartoon, each ``(H, W, 3) uint8 RGB`` of the same size.

    Raises:
        MediaError: one of them can't be read.
        DataError: they differ in size.
    """
    photo, cartoon = read_image(folder / pair.photo), read_image(folder / pair.cartoon)
    if photo.shape != cartoon.shape:
        raise DataError(f"{pair.photo} is {photo.shape}, its cartoon {cartoon.shape}; build the pairs again")
    return photo, cartoon
