from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.metrics import ssim
from celcam.perceptual import MS_SSIM_SHORTEST_SIDE, flip_map, perceive, ssims, structure
from celcam.pixels import to_float


def blurred(rgb_u8: Uint8Array) -> Uint8Array:
    return np.asarray(cv2.GaussianBlur(rgb_u8, (0, 0), 2), np.uint8)


def noisy(rgb_u8: Uint8Array) -> Uint8Array:
    noise = np.random.default_rng(1).normal(0, 12, rgb_u8.shape)
    return np.clip(rgb_u8 + noise, 0, 255).astype(np.uint8)


def inverted(rgb_u8: Uint8Array) -> Uint8Array:
    return 255 - rgb_u8


@pytest.mark.parametrize("change", [blurred, noisy, inverted])
def test_flip_is_that_of_its_authors_at_every_pixel(photo: Uint8Array, change: object) -> None:
    import flip_evaluator

    reference = photo[100:200, 200:331]
    test = change(reference)  # type: ignore[operator]
    expected, mean, _ = flip_evaluator.evaluate(to_float(reference), to_float(test), "LDR", applyMagma=False)
    found = flip_map(perceive(reference), perceive(test))
    assert np.abs(found - expected[..., 0]).max() < 1e-4
    assert found.mean() == pytest.approx(mean, abs=1e-5)
    assert found.mean() > 0.05


@pytest.mark.parametrize("change", [blurred, noisy, inverted])
@pytest.mark.parametrize("size_hw", [(176, 256), pytest.param((201, 301), marks=pytest.mark.slow)])
def test_ssim_and_ms_ssim_are_ours_and_that_of_tensorflow(
    photo: Uint8Array, change: object, size_hw: tuple[int, int]
) -> None:
    import tensorflow as tf

    one = photo[: size_hw[0], : size_hw[1]]
    other = change(one)  # type: ignore[operator]
    expected = float(tf.image.ssim_multiscale(tf.constant(one), tf.constant(other), 255))
    alike, by_scales = ssims(structure(one), structure(other))
    assert alike == pytest.approx(ssim(one, other), abs=1e-5)
    assert by_scales == pytest.approx(expected, abs=1e-4)


def test_equal_pictures_are_alike(photo: Uint8Array) -> None:
    assert flip_map(perceive(photo), perceive(photo)).max() == 0
    assert ssims(structure(photo), structure(photo)) == pytest.approx((1, 1))


def test_a_picture_that_is_too_small_for_five_scales_has_no_ms_ssim(photo: Uint8Array) -> None:
    side = MS_SSIM_SHORTEST_SIDE
    small, enough = structure(photo[: side - 1]), structure(photo[:side])
    alike, by_scales = ssims(small, small)
    assert alike == pytest.approx(1)
    assert math.isnan(by_scales)
    assert ssims(enough, enough) == pytest.approx((1, 1))


def test_a_picture_that_is_smaller_than_the_window_has_no_ssim(photo: Uint8Array) -> None:
    small = structure(photo[:10])
    assert all(math.isnan(value) for value in ssims(small, small))
    assert ssims(structure(photo[:11]), structure(photo[:11]))[0] == pytest.approx(1)
