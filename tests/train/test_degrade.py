from __future__ import annotations

import numpy as np

from celcam.arrays import Uint8Array
from celcam.metrics import psnr
from train.degrade import degrade, jitter_exposure


def test_every_degraded_photo_differs_and_none_is_ruined(photo: Uint8Array) -> None:
    crop = photo[:128, :128]
    results = [degrade(crop, np.random.default_rng(seed)) for seed in range(60)]
    assert not any(np.array_equal(result, crop) for result in results)
    assert min(psnr(result, crop) for result in results) > 22
    assert all(result.dtype == np.uint8 and result.shape == crop.shape for result in results)


def test_degradation_depends_only_on_the_random_generator(photo: Uint8Array) -> None:
    one, other = (degrade(photo, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(one, other)
    assert not np.array_equal(one, photo)


def test_exposure_jitter_scales_whole_channels_by_little(photo: Uint8Array) -> None:
    gray = np.full_like(photo, 100)
    results = [jitter_exposure(gray, np.random.default_rng(seed)) for seed in range(100)]
    changed = [result for result in results if not np.array_equal(result, gray)]
    assert 50 <= len(changed) <= 80
    for result in changed:
        assert np.array_equal(result, np.broadcast_to(result[0, 0], result.shape))
        assert 0 < np.abs(result[0, 0].astype(int) - 100).max() <= 6
    assert any(len(set(result[0, 0])) > 1 for result in changed)
