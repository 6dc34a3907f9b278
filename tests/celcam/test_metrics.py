from __future__ import annotations

import cv2
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.metrics import edge_f1, edge_steepness, psnr, ssim


@pytest.fixture
def noisy(photo: Uint8Array) -> Uint8Array:
    noise = np.random.default_rng(1).normal(0, 12, photo.shape)
    return np.clip(photo + noise, 0, 255).astype(np.uint8)


def test_psnr_equals_that_of_scikit_image(photo: Uint8Array, noisy: Uint8Array) -> None:
    from skimage.metrics import peak_signal_noise_ratio

    assert psnr(photo, noisy) == pytest.approx(peak_signal_noise_ratio(photo, noisy), abs=1e-6)


def test_ssim_equals_that_of_scikit_image(photo: Uint8Array, noisy: Uint8Array) -> None:
    from skimage.metrics import structural_similarity

    expected = structural_similarity(
        photo, noisy, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255
    )
    assert ssim(photo, noisy) == pytest.approx(expected, abs=1e-4)


def lines_at(*rows: int) -> Uint8Array:
    """Black lines, two pixels wide, across a white picture."""
    picture = np.full((96, 96, 3), 255, np.uint8)
    for row in rows:
        picture[row : row + 2, 8:-8] = 0
    return picture


def test_lines_may_be_off_by_one_pixel_and_no_more() -> None:
    assert edge_f1(lines_at(40), lines_at(41)) == 1.0
    assert edge_f1(lines_at(40), lines_at(43)) < 0.6
    assert edge_f1(lines_at(40), lines_at(50)) == 0.0


def test_a_missing_line_reduces_recall_only() -> None:
    # Precision is 1 and recall is 0.5: 2 * 1 * 0.5 / 1.5.
    assert edge_f1(lines_at(20), lines_at(20, 60)) == pytest.approx(2 / 3, abs=0.01)
    assert edge_f1(lines_at(20, 60), lines_at(20)) == pytest.approx(2 / 3, abs=0.01)


def test_a_blank_picture_matches_no_line() -> None:
    assert edge_f1(lines_at(), lines_at(20)) == 0.0
    assert edge_f1(lines_at(), lines_at()) == 1.0


def test_camera_noise_does_not_count_as_a_line() -> None:
    noise = np.random.default_rng(1).normal(0, 6, (96, 96, 3))
    noisy = np.clip(lines_at(20, 60) + noise, 0, 255).astype(np.uint8)
    assert edge_f1(noisy, lines_at(20, 60)) > 0.97


def test_a_blurred_picture_is_less_steep(photo: Uint8Array) -> None:
    blurred = np.asarray(cv2.GaussianBlur(photo, (0, 0), 2.0), np.uint8)
    assert edge_steepness(blurred) < 0.7 * edge_steepness(photo)


def test_a_ramp_is_as_steep_as_its_slope() -> None:
    ramp: Uint8Array = np.repeat(np.tile(np.arange(0, 255, 3, dtype=np.uint8), (64, 1))[..., np.newaxis], 3, axis=2)
    assert edge_steepness(ramp) == pytest.approx(3.0)


@pytest.mark.parametrize("side", [1, 4, 10, 11, 12])
def test_ssim_of_a_small_picture_is_a_number(side: int) -> None:
    black, white = np.zeros((side, side, 3), np.uint8), np.full((side, side, 3), 255, np.uint8)
    assert ssim(black, black) == pytest.approx(1.0)
    assert 0 <= ssim(black, white) < 0.01
