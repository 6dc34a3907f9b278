from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.sharpness import LEVELS, steepness, swd, texture


def blur(rgb_u8: Uint8Array, sigma: float) -> Uint8Array:
    return np.asarray(cv2.GaussianBlur(rgb_u8, (0, 0), sigma), np.uint8)


def test_a_picture_is_as_steep_as_itself_and_at_no_distance(photo: Uint8Array) -> None:
    one = texture(photo)
    assert steepness(one, one) == 1.0
    assert [swd(one, one, level) for level in range(len(LEVELS))] == [0.0, 0.0, 0.0]


def test_a_stronger_blur_is_less_steep_and_further_away(photo: Uint8Array) -> None:
    reference, soft, softer = texture(photo), texture(blur(photo, 0.6)), texture(blur(photo, 1.2))
    assert 1.0 > steepness(reference, soft) > steepness(reference, softer) > 0
    for level in range(len(LEVELS)):
        assert 0 < swd(reference, soft, level) < swd(reference, softer, level)
    assert swd(reference, soft, 0) > swd(reference, soft, 1) > swd(reference, soft, 2)  # a blur takes what is fine


def test_a_step_of_twice_the_height_is_twice_as_steep() -> None:
    low, high = np.full((2, 32, 32, 3), 100, np.uint8)
    low[:, 16:], high[:, 16:] = 140, 180
    assert steepness(texture(low), texture(high)) == pytest.approx(2.0)


def test_a_moved_picture_keeps_its_patches() -> None:
    """The distance is between distributions: lines that lie elsewhere count little, soft lines count."""
    noise = np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8)
    lines = blur(noise, 1.0)
    moved = np.roll(lines, 5, axis=1)
    assert swd(texture(lines), texture(moved), 0) < 0.25 * swd(texture(lines), texture(blur(lines, 1.0)), 0)


def test_what_can_not_be_compared_is_nan() -> None:
    even = texture(np.full((32, 32, 3), 90, np.uint8))
    assert math.isnan(steepness(even, even))
    assert math.isnan(swd(even, even, 0))
    tiny = texture(np.random.default_rng(0).integers(0, 256, (12, 12, 3), np.uint8))
    assert swd(tiny, tiny, 0) == 0
    assert math.isnan(swd(tiny, tiny, 1))  # 6 pixels: less than a patch
