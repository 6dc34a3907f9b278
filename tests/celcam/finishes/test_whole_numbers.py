"""Arithmetic on bytes: the one right result, whatever the processor."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.finishes import whole_numbers

LEVELS = np.arange(256)


def every_pair() -> tuple[Uint8Array, Uint8Array]:
    """All pairs of bytes, ``(256, 256) uint8`` each."""
    one, other = np.meshgrid(LEVELS, LEVELS)
    return one.astype(np.uint8), other.astype(np.uint8)


def noise(*shape: int) -> Uint8Array:
    return np.random.default_rng(1).integers(0, 256, shape, np.uint8)


def truncated(one: Uint8Array, other: Uint8Array, dst: Uint8Array | None = None, scale: float = 1.0) -> Uint8Array:
    """A product as a careless library computes it."""
    product = np.minimum(one.astype(np.float64) * other * scale, 255).astype(np.uint8)
    if dst is not None:
        dst[:] = product
    return product


@pytest.fixture(params=["this OpenCV", "an OpenCV that does not round"])
def opencv(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    whole_numbers._opencv_multiplies_exactly.cache_clear()
    if request.param != "this OpenCV":
        monkeypatch.setattr(cv2, "multiply", truncated)
    yield
    whole_numbers._opencv_multiplies_exactly.cache_clear()


@pytest.mark.usefixtures("opencv")
@pytest.mark.parametrize("full", [255, 199, 127])
def test_products_are_the_nearest_bytes(full: int) -> None:
    one, other = every_pair()
    product = one.astype(np.int64) * other
    expected = np.minimum((2 * product + full) // (2 * full), 255)
    assert np.array_equal(whole_numbers.multiply(one, other, full), expected)
    assert np.array_equal(whole_numbers.paint(255 - one, other, full), 255 - expected)
    assert np.array_equal(whole_numbers.multiply(one, other, full, dst=other), expected)
    assert np.array_equal(other, expected)


@pytest.mark.usefixtures("opencv")
def test_a_large_array_is_multiplied_to_its_end() -> None:
    one, other = noise(2, 301, 211, 3)
    expected = (2 * one.astype(np.int64) * other + 255) // 510
    assert np.array_equal(whole_numbers.multiply(one, other, 255), expected)


@pytest.mark.parametrize("share", [0, 1, 100, 254, 255])
def test_a_blend_is_the_sum_of_two_rounded_products(share: int) -> None:
    one, other = every_pair()
    products = one.astype(np.int64) * (255 - share), other.astype(np.int64) * share
    expected = sum((2 * product + 255) // 510 for product in products)
    shares = np.full_like(one, share)
    assert np.array_equal(whole_numbers.blend(one, other, shares, dst=np.empty_like(one)), expected)


@pytest.mark.parametrize("thirty_seconds", [0, 1, 16, 32])
def test_an_even_blend_rounds_halves_up(thirty_seconds: int) -> None:
    one, other = every_pair()
    mixed = one.astype(np.int64) * (32 - thirty_seconds) + other.astype(np.int64) * thirty_seconds
    drawn = whole_numbers.blend_evenly(one, other, thirty_seconds, dst=np.empty_like(one))
    assert np.array_equal(drawn, (mixed + 16) // 32)


@pytest.mark.parametrize("side", [1, 3, 15, 17, 41])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_blur_is_the_rounded_mean_of_the_square(side: int, channels: int) -> None:
    picture = noise(60, 50, channels).squeeze()
    blurred = whole_numbers.blur(picture, side)
    reach = side // 2
    widths = ((reach, reach), (reach, reach), (0, 0))[: picture.ndim]
    padded = np.pad(picture.astype(np.int64), widths, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(0, 1))
    assert np.array_equal(blurred, (2 * windows.sum(axis=(-2, -1)) + side * side) // (2 * side * side))
    assert np.array_equal(whole_numbers.blur(np.full((50, 50), 255, np.uint8), side), np.full((50, 50), 255))


@pytest.mark.parametrize("factor", [2, 3, 4, 8, 16])
@pytest.mark.parametrize("shape", [(16, 24), (17, 31), (16, 24, 3), (31, 17, 3)])
def test_a_shrunk_picture_holds_the_rounded_means_of_its_squares(factor: int, shape: tuple[int, ...]) -> None:
    picture = noise(*shape)
    shrunk = whole_numbers.shrink(picture, factor)
    height, width = shape[0] // factor, shape[1] // factor
    whole = picture[: height * factor, : width * factor].astype(np.int64)
    sums = whole.reshape(height, factor, width, factor, *shape[2:]).sum(axis=(1, 3))
    assert np.array_equal(shrunk, (2 * sums + factor**2) // (2 * factor**2))


@pytest.mark.parametrize("factor", [15, 16, 40])
def test_a_large_white_square_stays_white(factor: int) -> None:
    assert np.array_equal(
        whole_numbers.shrink(np.full((40, 40, 3), 255, np.uint8), factor), np.full((40 // factor, 40 // factor, 3), 255)
    )


def test_a_picture_smaller_than_a_square_becomes_its_mean() -> None:
    assert np.array_equal(whole_numbers.shrink(np.array([[1, 2, 4]], np.uint8), 8), [[2]])


def test_a_stretched_picture_is_interpolated_in_fixed_point() -> None:
    small = np.array([[0, 100], [200, 255]], np.uint8)
    shares = np.array([0, 0, 1, 3, 4, 4]) / 4  # of the second pixel: a factor of 2 samples at quarters
    expected_row = [0, 25, 75, 100]
    assert np.array_equal(whole_numbers.stretch(small, 2, (4, 4))[0], expected_row)
    columns = small[0, 0] * (1 - shares[1:5]) + small[1, 0] * shares[1:5]
    assert np.array_equal(whole_numbers.stretch(small, 2, (4, 4))[:, 0], columns)


@pytest.mark.parametrize("size_wh", [(5, 4), (4, 5), (5, 5), (1, 4)])
@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_that_were_left_out_repeat_those_next_to_them(size_wh: tuple[int, int], channels: int) -> None:
    picture = noise(size_wh[1], size_wh[0], channels)
    picture = picture[..., 0] if channels == 1 else picture
    large = np.empty_like(picture)
    drawn = whole_numbers.stretch(whole_numbers.shrink(picture, 2), 2, size_wh, dst=large)
    assert np.array_equal(drawn, large)
    assert drawn.shape == picture.shape
    if size_wh[0] == 5:
        assert np.array_equal(drawn[:, 4], drawn[:, 3])
    if size_wh[1] == 5:
        assert np.array_equal(drawn[4], drawn[3])
