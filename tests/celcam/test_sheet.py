from __future__ import annotations

import numpy as np

from celcam.sheet import GAP, TITLE_HEIGHT, contact_sheet


def test_pictures_are_placed_side_by_side_on_white() -> None:
    red, blue = np.zeros((20, 40, 3), np.uint8), np.zeros((20, 20, 3), np.uint8)
    red[..., 0], blue[..., 2] = 255, 255
    sheet = contact_sheet([(red, blue), (blue,)], height=10)
    assert sheet.shape == (2 * (10 + 2 * GAP), (20 + GAP) + (10 + GAP) + 2 * GAP, 3)
    assert sheet[5, 5].tolist() == [255, 0, 0]
    assert sheet[5, 20 + GAP + 5].tolist() == [0, 0, 255]
    assert sheet[10 + 2 * GAP + 5, 5].tolist() == [0, 0, 255]
    assert sheet[10 + 2 * GAP + 5, 20].tolist() == [255, 255, 255]


def test_short_rows_share_a_line() -> None:
    row = (np.zeros((20, 80, 3), np.uint8),)
    strip = 80 + 3 * GAP
    assert contact_sheet([row] * 5, height=20, width=2 * strip).shape == (3 * (20 + 2 * GAP), 2 * strip, 3)


def test_titles_are_written_on_an_extra_line() -> None:
    picture = np.zeros((20, 80, 3), np.uint8)
    plain = contact_sheet([(picture, picture)] * 3, height=20)
    titled = contact_sheet([(picture, picture)] * 3, height=20, titles=("a", "b"))
    assert titled.shape[0] == plain.shape[0] + TITLE_HEIGHT
    assert np.array_equal(titled[TITLE_HEIGHT:], plain)
    assert titled[:TITLE_HEIGHT].min() < 100  # something is written
