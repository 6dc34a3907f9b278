from __future__ import annotations

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from celcam.arrays import Uint8Array
from celcam.metrics import Likeness, compare, mean_likeness, psnr, ssim


@pytest.fixture
def noisy(photo: Uint8Array) -> Uint8Array:
    noise = np.random.default_rng(1).normal(0, 12, photo.shape)
    return np.clip(photo + noise, 0, 255).astype(np.uint8)


def test_psnr_is_that_of_scikit_image(photo: Uint8Array, noisy: Uint8Array) -> None:
    assert psnr(photo, noisy) == pytest.approx(peak_signal_noise_ratio(photo, noisy), abs=1e-6)


def test_ssim_is_that_of_scikit_image(photo: Uint8Array, noisy: Uint8Array) -> None:
    expected = structural_similarity(
        photo, noisy, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255
    )
    assert ssim(photo, noisy) == pytest.approx(expected, abs=1e-4)


def test_a_picture_is_like_itself(photo: Uint8Array) -> None:
    likeness = compare(photo, photo)
    assert likeness.psnr_db == float("inf")
    assert likeness.ssim == pytest.approx(1.0)


def test_the_mean_stays_finite_where_a_picture_is_hit_exactly() -> None:
    mean = mean_likeness([Likeness(float("inf"), 1.0), Likeness(20.0, 0.5)])
    assert mean == Likeness(60.0, 0.75)
