"""What every primitive promises."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.finishes.kinds import KINDS
from celcam.finishes.primitive import Primitive
from celcam.finishes.separation import Plate, Separation
from celcam.pixels import resize

EVERY = [
    Separation(
        plates=(
            Plate((255, 88, 92), (0.0, 0.5, 0.5), shift=(2.0, -3.0)),
            Plate((0, 98, 160), (1.0, 0.0, 0.0), screen="grain"),
        )
    )
    if kind is Separation
    else kind()
    for kind in KINDS.values()
]
every_primitive = pytest.mark.parametrize("primitive", EVERY, ids=lambda each: each.kind)


def draw(primitive: Primitive, rgb_u8: Uint8Array) -> Uint8Array:
    size_wh = (rgb_u8.shape[1], rgb_u8.shape[0])
    return primitive.bind(primitive.make_kit(size_wh), size_wh)(rgb_u8)


@pytest.fixture(scope="module")
def small(photo: Uint8Array) -> Uint8Array:
    picture = resize(photo, (150, 100)).copy()
    picture[:40] = (232, 238, 244)  # a sky
    return picture


@pytest.fixture
def four_threads() -> Iterator[None]:
    before = cv2.getNumThreads()
    cv2.setNumThreads(4)
    yield
    cv2.setNumThreads(before)


@every_primitive
def test_a_primitive_draws_bytes_of_the_same_shape(primitive: Primitive, small: Uint8Array) -> None:
    drawn = draw(primitive, small)
    assert drawn.shape == small.shape
    assert drawn.dtype == np.uint8
    assert not np.array_equal(drawn, small)


@every_primitive
@pytest.mark.parametrize("size_wh", [(4, 4), (37, 23), (64, 91)])
def test_a_primitive_draws_small_and_odd_sizes(
    primitive: Primitive, size_wh: tuple[int, int], photo: Uint8Array
) -> None:
    assert draw(primitive, resize(photo, size_wh)).shape == (size_wh[1], size_wh[0], 3)


@every_primitive
def test_a_picture_is_an_array_of_its_own(primitive: Primitive, small: Uint8Array) -> None:
    before = small.copy()
    draw_one = primitive.bind(primitive.make_kit((150, 100)), (150, 100))
    first = draw_one(small)
    kept = first.copy()
    second = draw_one(255 - small)
    assert np.array_equal(small, before)
    assert np.array_equal(first, kept)
    assert not np.array_equal(first, second)


@every_primitive
def test_nothing_is_carried_from_picture_to_picture(primitive: Primitive, small: Uint8Array) -> None:
    draw_one = primitive.bind(primitive.make_kit((150, 100)), (150, 100))
    draw_one(255 - small)
    assert np.array_equal(draw_one(small), draw(primitive, small))


@every_primitive
def test_one_thread_and_four_draw_the_same_bytes(primitive: Primitive, photo: Uint8Array, four_threads: None) -> None:
    by_four = draw(primitive, photo)
    cv2.setNumThreads(1)
    assert np.array_equal(draw(primitive, photo), by_four)


@every_primitive
def test_a_kit_holds_tables_tiles_and_whole_numbers(primitive: Primitive) -> None:
    kit = primitive.make_kit((150, 100))
    assert all(table.shape == (256,) and table.dtype == np.uint8 for table in kit.tables.values())
    assert all(tile.dtype == np.uint8 and tile.ndim in (2, 3) for tile in kit.tiles.values())
    assert all(type(number) is int for number in kit.numbers.values())
