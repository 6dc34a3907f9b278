from __future__ import annotations

import numpy as np
import pytest

from edge_app.drawing.sizing import choose_size, file_size, fit, size_choices
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


def test_nothing_is_stretched() -> None:
    wide = np.zeros((100, 200, 3), np.uint8)
    wide[:, 90:110] = 255  # a square's worth in the middle
    square = fit(wide, (100, 100))
    assert square.shape == (100, 100, 3)
    assert (square[50, :, 0] > 127).sum() == 20


def test_a_frame_of_the_right_size_is_not_copied() -> None:
    frame = np.zeros((240, 320, 3), np.uint8)
    assert fit(frame, (320, 240)) is frame
