from __future__ import annotations

import cv2
import numpy as np

from celcam.arrays import FloatArray
from celcam.styles.cut import Knife, cut

KNIFE = Knife(fine=1.0, coarse=3.6, rounds=7, flow_sigma=2.4, step=0.9, floor=0.15)


def lab_of(light: FloatArray) -> FloatArray:
    grey = np.zeros_like(light)
    return np.dstack([light, grey, grey])


def test_a_blurred_edge_becomes_crisp_and_keeps_its_place() -> None:
    ramp = np.clip((np.arange(64, dtype=np.float32) - 24) / 16, 0, 1) * 60 + 20
    row = cut(lab_of(np.tile(ramp, (64, 1))), KNIFE)[32, :, 0]
    assert np.abs(np.diff(row)).max() > 2.0 * np.abs(np.diff(ramp)).max()
    assert abs(int(np.abs(np.diff(row)).argmax()) - 31.5) <= 1
    assert np.allclose(row[[5, 58]], [20, 80], atol=0.5)


def test_a_thin_line_is_neither_taken_nor_widened() -> None:
    light = np.full((64, 64), 80.0, np.float32)
    light[:, 31:34] = 20.0
    row = cut(lab_of(cv2.GaussianBlur(light, (0, 0), 1.0)), KNIFE)[32, :, 0]
    assert row[32] < 35
    assert 2 <= int((row < 50).sum()) <= 4


def test_a_picture_of_one_colour_is_left_alone() -> None:
    flat = lab_of(np.full((32, 32), 42.0, np.float32))
    assert np.allclose(cut(flat, KNIFE), flat, atol=1e-3)


def test_a_sloping_edge_has_no_stairs() -> None:
    rows, columns = np.mgrid[:96, :96].astype(np.float32) - 47.5
    distance = 0.94 * columns - 0.34 * rows
    light = cut(lab_of((50 + 30 * np.tanh(distance / 4)).astype(np.float32)), KNIFE)[..., 0]
    inner = light[20:-20, 20:-20] > 50
    assert np.mean(inner == (distance[20:-20, 20:-20] > 0)) > 0.99
