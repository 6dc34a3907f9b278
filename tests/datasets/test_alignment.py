from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.media.photos import read_image
from celcam.pixels import to_short_side
from celcam.styles import find_style, stroke_scale
from datasets.alignment import MAX_SHIFT, Alignment, have_one_shape, measure_alignment


@pytest.fixture
def pictures(samples: list[Path]) -> list[Uint8Array]:
    return [to_short_side(read_image(path), 256) for path in samples[:4]]


@pytest.mark.slow
def test_targets_in_other_colours_are_aligned(pictures: list[Uint8Array]) -> None:
    for photo in pictures:
        edges = np.repeat(255 - cv2.Canny(photo, 80, 160)[..., None], 3, axis=2)
        drawn = find_style("comic").draw(photo, stroke_scale(photo))
        for target in (255 - photo, edges, drawn, cv2.resize(photo, None, fx=0.5, fy=0.5)):
            alignment = measure_alignment(photo, np.asarray(target, np.uint8))
            assert not alignment.fault()
            assert max(abs(alignment.right), abs(alignment.down)) <= 1


@pytest.mark.parametrize(("right", "down"), [(6, 0), (-3, 5), (0, -9)])
def test_the_shift_of_the_target_is_found(pictures: list[Uint8Array], right: int, down: int) -> None:
    for photo in pictures:
        alignment = measure_alignment(photo, np.roll(photo, (down, right), axis=(0, 1)))
        assert alignment.right == pytest.approx(right, abs=1)
        assert alignment.down == pytest.approx(down, abs=1)
        assert "is shifted" in alignment.fault()


def test_another_photo_is_a_fault(pictures: list[Uint8Array]) -> None:
    for photo, other in pairwise(pictures):
        assert measure_alignment(photo, other).fault()


def test_a_uniform_target_is_a_fault(pictures: list[Uint8Array]) -> None:
    assert "other content" in measure_alignment(pictures[0], np.zeros_like(pictures[0])).fault()


def test_a_fault_names_the_direction_and_the_limit() -> None:
    assert Alignment(0.9, -4, 0).fault() == (
        f"is shifted 4 pixels to the left at a short side of 256, expected at most {MAX_SHIFT}"
    )
    assert "3 pixels to the right and 5 pixels up" in Alignment(0.9, 3, -5).fault()
    assert not Alignment(0.9, MAX_SHIFT, -MAX_SHIFT).fault()


def test_rounded_sizes_have_one_shape_and_crops_do_not() -> None:
    def empty(width: int, height: int) -> Uint8Array:
        return np.zeros((height, width, 3), np.uint8)

    assert have_one_shape(empty(640, 427), empty(640, 448))
    assert not have_one_shape(empty(640, 427), empty(512, 512))
