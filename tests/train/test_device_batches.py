"""Crops that are cut and degraded on the device: they need JAX (make test-backends)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from celcam.arrays import FloatArray, Uint8Array
from celcam.errors import DataError, UsageError
from celcam.image_io import encode_image
from celcam.manifest import pairs_of
from celcam.media.photos import decode_image
from celcam.metrics import psnr

pytestmark = pytest.mark.backends


@pytest.fixture(autouse=True)
def _jax() -> None:
    pytest.importorskip("jax", reason="JAX is not installed: make test-backends")


def batches(pairs: Path, **changes: Any) -> Any:
    from train.device_batches import DeviceBatches

    options: dict[str, Any] = {"crop": 32, "batch_size": 4, "steps": 3, "seed": 1} | changes
    return DeviceBatches(pairs, pairs_of(pairs, "train"), **options)


def crops_of(photo: Uint8Array, count: int, side: int) -> FloatArray:
    corners = np.random.default_rng(5).integers(0, np.array(photo.shape[:2]) - side, (count, 2))
    return np.stack([photo[y : y + side, x : x + side] for y, x in corners]).astype(np.float32)


def test_a_batch_holds_byte_levels_of_the_pairs_from_0_to_1(pairs: Path) -> None:
    from train.batches import read_pair

    photos, cartoons = (np.asarray(half) for half in batches(pairs, degraded_share=0.0)[0])
    assert photos.shape == cartoons.shape == (4, 32, 32, 3)
    assert photos.dtype == cartoons.dtype == np.float32
    pool = [read_pair(pairs, pair) for pair in pairs_of(pairs, "train")]
    for photo, cartoon in zip(np.rint(photos * 255), np.rint(cartoons * 255), strict=True):
        places = [
            (photo_row, y, x)
            for photo_row, (whole, _) in enumerate(pool)
            for seen in (whole, whole[:, ::-1])
            for y, x in np.argwhere((seen == photo[0, 0]).all(axis=-1))
            if np.array_equal(seen[y : y + 32, x : x + 32], photo)
        ]
        assert places
        whole = pool[places[0][0]][1]
        assert any(
            np.array_equal(side[y : y + 32, x : x + 32], cartoon)
            for side in (whole, whole[:, ::-1])
            for _, y, x in places
        )


def test_a_batch_depends_only_on_seed_epoch_and_index(pairs: Path) -> None:
    whole = batches(pairs)
    first, second = whole[0], whole[1]
    assert all(np.array_equal(a, b) for a, b in zip(first, batches(pairs)[0], strict=True))
    assert not np.array_equal(first[0], second[0])
    whole.on_epoch_end()
    assert not np.array_equal(whole[0][0], first[0])
    assert np.array_equal(whole[0][0], batches(pairs, first_epoch=1)[0][0])
    assert not np.array_equal(batches(pairs, seed=2)[0][0], first[0])


def test_two_views_show_the_same_place_with_different_faults(pairs: Path) -> None:
    from train.losses import VIEW_SHIFTS, temporal_consistency_loss

    photos, cartoons = (np.asarray(half) for half in batches(pairs, batch_size=8, views=True, degraded_share=1.0)[1])
    for number, (down, right) in enumerate(VIEW_SHIFTS):
        one, other = cartoons[number], cartoons[4 + number]
        assert np.array_equal(one[down:, right:], other[: 32 - down, : 32 - right])
        assert not np.array_equal(one, other)
    assert float(temporal_consistency_loss(cartoons)) == 0
    assert 0 < float(temporal_consistency_loss(photos)) < 0.1


def test_pairs_that_can_not_be_cropped_are_refused(pairs: Path) -> None:
    with pytest.raises(UsageError, match="a batch of 3 can't hold two views"):
        batches(pairs, batch_size=3, views=True)
    with pytest.raises(UsageError, match="--crop 40: on the device crops are multiples of 16"):
        batches(pairs, crop=40)
    with pytest.raises(DataError, match="smaller than a crop of 96"):
        batches(pairs, crop=96)


def test_faults_on_the_device_are_as_frequent_and_large_as_on_the_host(photo: Uint8Array) -> None:
    import jax

    from train import degrade as host
    from train import device_degrade as device

    crops = crops_of(photo, 1000, 32)
    for fault in ("degrade", "jitter_exposure"):
        on_device = np.asarray(getattr(device, fault)(crops, jax.random.key(3)))
        chances = np.random.default_rng(3)
        on_host = [getattr(host, fault)(crop.astype(np.uint8), chances) for crop in crops]
        assert np.array_equal(on_device, np.clip(np.rint(on_device), 0, 255))
        clean = [sum(map(np.array_equal, results, crops)) for results in (on_device, on_host)]
        assert clean[0] == pytest.approx(clean[1], abs=80)
        errors = [np.abs(results - crops).mean() for results in (on_device, np.stack(on_host))]
        assert errors[0] == pytest.approx(errors[1], rel=0.25)
        assert min(psnr(a.astype(np.uint8), b.astype(np.uint8)) for a, b in zip(on_device, crops, strict=True)) > 20


def test_blur_and_jpeg_equal_those_of_opencv(photo: Uint8Array) -> None:
    from train.device_degrade import blur, jpeg

    crops = crops_of(photo, 40, 64)
    one_each = (len(crops), 1, 1, 1)
    for sigma in (0.3, 0.8):
        blurred = np.stack([cv2.GaussianBlur(crop, (0, 0), sigma) for crop in crops])
        np.testing.assert_allclose(blur(crops, np.full(one_each, sigma)), blurred, atol=1e-2)
    for quality in (50, 75, 94):
        files = [encode_image(crop.astype(np.uint8), ".jpg", quality=quality) for crop in crops]
        decoded = np.stack([decode_image(file, Path("memory.jpg")) for file in files]).astype(np.float32)
        ours = np.asarray(jpeg(crops, np.full(one_each, quality)))
        errors = [np.square(pictures - crops).mean() for pictures in (ours, decoded)]
        assert errors[0] == pytest.approx(errors[1], rel=0.2)
        assert np.square(ours - decoded).mean() < 2**2  # libjpeg rounds between its steps
