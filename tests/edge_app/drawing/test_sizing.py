from __future__ import annotations

import numpy as np
import pytest

from edge_app.drawing.looks import Sizes
from edge_app.drawing.sizing import (
    choose_size,
    choose_sizes,
    crop_to,
    describe_sizes,
    file_size,
    fit,
    have_one_shape,
    output_size,
    size_choices,
)
from edge_app.frames import SourceInfo


def info(size_wh: tuple[int, int], *, is_live: bool) -> SourceInfo:
    return SourceInfo("a source", size_wh, is_live=is_live, frames=None, fps=None)


@pytest.mark.parametrize(
    ("size_wh", "is_live", "expected"),
    [
        ((640, 480), True, (320, 240)),
        ((1280, 720), True, (428, 240)),
        ((512, 384), False, (512, 384)),
        ((4000, 3000), False, (684, 512)),
        ((101, 57), False, (100, 56)),
    ],
)
def test_the_size_suits_the_source(size_wh: tuple[int, int], is_live: bool, expected: tuple[int, int]) -> None:
    assert choose_size(info(size_wh, is_live=is_live)) == expected


def test_each_picture_of_a_folder_has_its_own_size() -> None:
    folder = SourceInfo("a folder", (300, 200), is_live=False, frames=2, fps=None, is_still=True)
    assert choose_size(folder) is None
    assert file_size((1500, 2000)) == (512, 684)
    assert file_size((300, 101)) == (300, 100)


def test_the_sizes_to_choose_from_are_no_larger_than_the_source() -> None:
    assert size_choices((640, 360)) == [(212, 120), (284, 160), (340, 192), (428, 240), (568, 320)]
    assert size_choices((80, 60)) == [(80, 60)]


@pytest.mark.parametrize(
    ("photo_wh", "network_wh", "expected"),
    [
        ((640, 480), (320, 240), (640, 480)),
        ((3840, 2160), (912, 512), (1920, 1080)),
        ((2160, 3840), (512, 912), (1080, 1920)),
        ((600, 400), (240, 240), (400, 400)),  # cropped to the network's shape
        ((301, 99), (300, 100), (300, 98)),  # even, for video; cropped for no rounding
        ((80, 60), (320, 240), (320, 240)),  # the user asked for more than the photo has
    ],
)
def test_a_picture_is_shown_at_its_own_size_within_limits(
    photo_wh: tuple[int, int], network_wh: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert output_size(photo_wh, network_wh, is_still=False) == expected


def test_a_still_picture_may_have_odd_sides() -> None:
    assert output_size((301, 201), (300, 200), is_still=True) == (301, 201)


@pytest.mark.parametrize("source_wh", [(640, 480), (1280, 720), (1920, 1080), (1000, 562), (640, 360)])
def test_the_size_that_is_shown_stays_at_all_sizes_of_the_network(source_wh: tuple[int, int]) -> None:
    shown = {output_size(source_wh, size_wh, is_still=False) for size_wh in size_choices(source_wh)}
    assert shown == {source_wh}


def test_the_size_that_the_user_asks_for_decides_that_of_the_network() -> None:
    assert choose_size(info((640, 480), is_live=True), (1280, 720)) == (428, 240)
    assert choose_size(info((640, 480), is_live=True), (160, 120)) == (160, 120)
    assert choose_size(info((640, 480), is_live=False), (1280, 720)) == (912, 512)
    assert choose_sizes((640, 480), None, (200, 200), is_still=True) == Sizes((200, 200), (200, 200))


def test_sizes_are_described_in_words() -> None:
    limits = "drawn at up to 512 and written at up to 1080 pixels on the short side"
    assert describe_sizes(None, None) == limits
    assert describe_sizes((912, 512), (1920, 1080)) == "drawn at 912x512, written at 1920x1080"
    assert describe_sizes((64, 48), None) == "drawn at 64x48, written at up to 1080 pixels on the short side"
    assert describe_sizes((320, 240), (320, 240), "shown") == "drawn and shown at 320x240"


def test_shapes_that_differ_by_rounding_are_one() -> None:
    assert have_one_shape((1920, 1080), (212, 120))
    assert not have_one_shape((640, 480), (64, 64))
    frame = np.zeros((1080, 1920, 3), np.uint8)
    assert crop_to(frame, (212, 120)) is frame


def test_nothing_is_stretched() -> None:
    wide = np.zeros((100, 200, 3), np.uint8)
    wide[:, 90:110] = 255  # a square's worth in the middle
    square = fit(wide, (100, 100))
    assert square.shape == (100, 100, 3)
    assert (square[50, :, 0] > 127).sum() == 20


def test_a_frame_of_the_right_size_is_not_copied() -> None:
    frame = np.zeros((240, 320, 3), np.uint8)
    assert fit(frame, (320, 240)) is frame


@pytest.mark.parametrize(
    ("photo_wh", "drawn_wh"),
    [((30, 4000), (32, 4268)), ((6000, 91), (6064, 92)), ((4000, 30), (4268, 32)), ((640, 427), (640, 428))],
)
def test_the_ends_of_a_long_narrow_picture_are_kept(photo_wh: tuple[int, int], drawn_wh: tuple[int, int]) -> None:
    sizes = choose_sizes(photo_wh, None, None, is_still=True)
    assert sizes.network_wh == drawn_wh
    assert all(abs(shown - side) <= 1 for shown, side in zip(sizes.output_wh, photo_wh, strict=True))
