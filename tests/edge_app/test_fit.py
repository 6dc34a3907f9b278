from __future__ import annotations

import numpy as np
import pytest

from celcam.errors import UsageError
from edge_app.fit import choose_size, fit, fitted
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
    assert choose_size(info(size_wh, is_live=is_live), None) == expected


def test_each_picture_of_a_folder_has_its_own_size() -> None:
    folder = SourceInfo("a folder", (300, 200), is_live=False, frames=2, fps=None, is_still=True)
    assert choose_size(folder, None) is None
    assert choose_size(folder, (64, 48)) == (64, 48)
    draw = fitted(lambda rgb_u8: rgb_u8, None)
    assert draw(np.zeros((2000, 1500, 3), np.uint8)).shape == (684, 512, 3)
    assert draw(np.zeros((101, 300, 3), np.uint8)).shape == (100, 300, 3)


def test_a_size_that_no_network_takes_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="try 320x240"):
        choose_size(info((640, 480), is_live=True), (321, 242))


def test_nothing_is_stretched() -> None:
    wide = np.zeros((100, 200, 3), np.uint8)
    wide[:, 90:110] = 255  # a square's worth in the middle
    square = fit(wide, (100, 100))
    assert square.shape == (100, 100, 3)
    assert (square[50, :, 0] > 127).sum() == 20


def test_a_frame_of_the_right_size_is_not_copied() -> None:
    frame = np.zeros((240, 320, 3), np.uint8)
    assert fit(frame, (320, 240)) is frame
