from __future__ import annotations

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.pixels import resize, round_size, size_for_short_side, to_float, to_short_side, to_uint8


def test_converting_to_float_and_back_keeps_every_byte() -> None:
    levels = np.arange(256, dtype=np.uint8)
    assert np.array_equal(to_uint8(to_float(levels)), levels)
    assert to_float(levels).dtype == np.float32
    assert to_float(levels).max() == 1.0


def test_floats_outside_0_to_1_saturate_instead_of_wrapping() -> None:
    assert to_uint8(np.array([-0.5, 0.5, 1.7])).tolist() == [0, 128, 255]


@pytest.mark.parametrize(
    ("size_wh", "short_side", "expected"),
    [
        ((600, 400), 256, (384, 256)),
        ((384, 512), 384, (384, 512)),
        ((1920, 1080), 240, (428, 240)),
        ((1, 9), 4, (4, 36)),
    ],
)
def test_sizes_keep_their_aspect_ratio_and_are_multiples_of_4(
    size_wh: tuple[int, int], short_side: int, expected: tuple[int, int]
) -> None:
    assert size_for_short_side(size_wh, short_side) == expected


def test_a_picture_is_resized_to_a_short_side(photo: Uint8Array) -> None:
    assert to_short_side(photo, 256).shape == (256, 384, 3)
    assert to_short_side(photo, 400) is photo


def test_no_side_is_rounded_to_zero() -> None:
    assert round_size((1.0, 1.0)) == (4, 4)


def test_shrinking_a_picture_averages_its_pixels() -> None:
    checks = np.kron([[0, 255], [255, 0]], np.ones((1, 1))).astype(np.uint8)
    board: Uint8Array = np.repeat(np.tile(checks, (8, 8))[..., np.newaxis], 3, axis=2)
    assert np.unique(resize(board, (8, 8))).tolist() in ([127], [128])
