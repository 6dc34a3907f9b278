"""Crops and augments on the GPU, so that it never waits for the CPU. For the JAX backend.

The decoded pairs lie in the memory of the device, six bytes a pixel; each batch is cropped and degraded there. As in
`train.batches`, seed, epoch and index alone decide what a batch holds.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from celcam.errors import DataError, UsageError
from celcam.manifest import Pair
from train.batches import places_of, read_pair, require_pairs, view_reach
from train.degrade import DEGRADED_SHARE
from train.device_degrade import SIZE_MULTIPLE, degrade, jitter_exposure
from train.losses import VIEW_SHIFTS


class DeviceBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """As `train.batches.CropBatches`: ``photo, cartoon``, each ``(batch_size, crop, crop, 3) float32``, 0..1."""

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
        degraded_share: float = DEGRADED_SHARE,
        views: bool = False,
    ) -> None:
        """Copy ``pairs`` to the device.

        Raises:
            UsageError: ``views`` with an odd ``batch_size``, or ``crop`` is not a multiple of 16.
            DataError: a pair is smaller than a crop, or there are too many pairs for the device.
        """
        if crop % SIZE_MULTIPLE:
            raise UsageError(f"--crop {crop}: on the device crops are multiples of {SIZE_MULTIPLE}")
        super().__init__(workers=1)
        self._steps, self._seed, self._epoch = steps, seed, first_epoch
        shifts = [VIEW_SHIFTS[number % len(VIEW_SHIFTS)] for number in range(places_of(batch_size, views))]
        reach = view_reach(views)
        require_pairs(folder, pairs, crop + reach)
        pixels, table = _load(folder, pairs)
        self._cut = partial(
            jax.jit(_cut, static_argnames=("crop", "reach", "share")),
            pixels,
            table,
            jnp.asarray(shifts if views else [(0, 0)] * batch_size),
            crop=crop,
            reach=reach,
            share=degraded_share,
        )

    def __len__(self) -> int:
        return self._steps

    def on_epoch_end(self) -> None:
        """The next epoch has other crops."""
        self._epoch += 1

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        batch: tuple[Any, Any] = self._cut(np.array([self._seed, self._epoch, index], np.uint32))
        return batch


def _load(folder: Path, pairs: list[Pair]) -> tuple[Any, Any]:
    """All pixels of ``pairs``, ``(N, 6) uint8``, photo and cartoon; and first pixel, height and width of each pair."""
    rows, table, start = [], [], 0
    with ThreadPoolExecutor() as threads:
        for photo, cartoon in threads.map(partial(read_pair, folder), pairs):
            rows.append(np.concatenate([photo, cartoon], axis=-1).reshape(-1, 6))
            table.append((start, *photo.shape[:2]))
            start += len(rows[-1])
    if start > np.iinfo(np.int32).max:
        raise DataError(f"{folder}: {start} pixels, more than a device's array counts; leave --augment-on at host")
    return jnp.asarray(np.concatenate(rows)), jnp.asarray(np.array(table, np.int32))


def _cut(pixels: Any, table: Any, shifts: Any, counters: Any, *, crop: int, reach: int, share: float) -> Any:
    """A batch of crops; with ``reach`` its second half shows each place ``shifts`` pixels down and right."""
    key = jax.random.key(0)
    for counter in counters:
        key = jax.random.fold_in(key, counter)
    chosen, down, right, flips, degraded, light, *faults = jax.random.split(key, 8)
    places = len(shifts)
    start, height, width = table[jax.random.randint(chosen, (places,), 0, len(table))].T
    top = jax.random.randint(down, (places,), 0, height - crop - reach + 1)
    left = jax.random.randint(right, (places,), 0, width - crop - reach + 1)
    y = top[:, None, None] + jnp.arange(crop + reach)[:, None]
    x = left[:, None, None] + jnp.arange(crop + reach)
    flipped = jax.random.bernoulli(flips, 0.5, (places, 1, 1))
    x = jnp.where(flipped, width[:, None, None] - 1 - x, x)
    area = pixels[start[:, None, None] + y * width[:, None, None] + x].astype(jnp.float32)
    photos, cartoons = area[..., :3], area[..., 3:]
    is_degraded = jax.random.bernoulli(degraded, share, (places, 1, 1, 1))
    photos = jnp.where(is_degraded, jitter_exposure(photos, light), photos)
    views = (jnp.zeros_like(shifts), shifts) if reach else (shifts,)
    seen = [_window(photos, view, crop) for view in views]
    seen = [jnp.where(is_degraded, degrade(view, key), view) for view, key in zip(seen, faults, strict=False)]
    drawn = [_window(cartoons, view, crop) for view in views]
    return jnp.concatenate(seen) / 255, jnp.concatenate(drawn) / 255


def _window(pictures: Any, corners: Any, crop: int) -> Any:
    """From each of ``pictures`` the square whose upper left is its ``(y, x)`` of ``corners``."""

    def cut(picture: Any, corner: Any) -> Any:
        return jax.lax.dynamic_slice(picture, (corner[0], corner[1], 0), (crop, crop, 3))

    return jax.vmap(cut)(pictures, corners)
