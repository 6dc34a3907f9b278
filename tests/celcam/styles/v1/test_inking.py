from __future__ import annotations

import numpy as np

from celcam.arrays import FloatArray
from celcam.styles.v1 import inking


def lab_step(angle_deg: float) -> FloatArray:
    """Dark and light halves; the edge runs through the middle at this angle to the rows."""
    rows, columns = np.mgrid[:64, :64].astype(np.float32) - 31.5
    angle = np.deg2rad(angle_deg)
    side = np.sin(angle) * columns - np.cos(angle) * rows
    light = (50 + 30 * np.tanh(side / 1.5)).astype(np.float32)
    return np.dstack([light, np.zeros_like(light), np.zeros_like(light)])


def test_a_pen_of_twice_the_scale_draws_lines_twice_as_wide() -> None:
    pen = inking.Pen(1.0, 0.5, 2.0, shortest=10.0)
    lab = lab_step(90.0)
    widths = [float(inking.draw_lines(lab, pen, scale)[32].sum()) for scale in (1.0, 2.0)]
    assert 1.6 < widths[1] / widths[0] < 2.4
