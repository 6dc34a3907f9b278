from __future__ import annotations

import cv2
import numpy as np
import pytest

from celcam.arrays import FloatArray
from celcam.styles import line_art


def lab_step(angle_deg: float) -> FloatArray:
    """Dark and light halves; the edge runs through the middle at this angle to the rows."""
    rows, columns = np.mgrid[:64, :64].astype(np.float32) - 31.5
    angle = np.deg2rad(angle_deg)
    side = np.sin(angle) * columns - np.cos(angle) * rows
    light = (50 + 30 * np.tanh(side / 1.5)).astype(np.float32)
    return np.dstack([light, np.zeros_like(light), np.zeros_like(light)])


@pytest.mark.parametrize("angle_deg", [0.0, 30.0, 45.0, 90.0, 120.0])
def test_tangents_run_along_an_edge(angle_deg: float) -> None:
    tangents = line_art.edge_tangent_flow(lab_step(angle_deg), sigma=2.0)
    x, y = tangents[32, 32]
    difference = (np.rad2deg(np.arctan2(y, x)) - angle_deg + 90) % 180 - 90
    assert abs(difference) < 3


def test_tangents_are_unit_vectors_even_where_nothing_is() -> None:
    tangents = line_art.edge_tangent_flow(np.zeros((8, 8, 3), np.float32), sigma=1.0)
    assert np.allclose(np.hypot(tangents[..., 0], tangents[..., 1]), 1.0)


def test_the_line_lies_on_the_dark_side_of_an_edge() -> None:
    lab = lab_step(90.0)
    tangents = line_art.edge_tangent_flow(lab, sigma=2.0)
    response = line_art.flow_difference_of_gaussians(lab[..., 0].copy(), tangents, sigma=1.0, flow_sigma=3.0)
    darkest = int(response[32].argmin())
    assert lab[32, darkest, 0] < 50
    assert abs(darkest - 31.5) < 4
    assert abs(response[32, 5]) < 0.01


def test_a_broken_line_closes_when_it_is_smoothed_along_itself() -> None:
    plane = np.zeros((32, 64), np.float32)
    plane[16] = 1.0
    plane[16, 30:33] = 0.0
    along_rows = np.zeros((32, 64, 2), np.float32)
    along_rows[..., 0] = 1.0
    smoothed = line_art.smooth_along(plane, along_rows, sigma=4.0)
    assert smoothed[16, 31] > 0.6
    assert smoothed[14].max() == 0.0  # nothing leaks across


def test_a_speck_goes_and_a_line_stays_untouched() -> None:
    ink = np.zeros((40, 60), np.float32)
    ink[20, 5:50] = 1.0
    ink[5:8, 5:8] = 1.0
    cleaned = line_art.drop_specks(ink, length=14.0, floor=0.25)
    assert np.array_equal(cleaned[15:], ink[15:])
    assert cleaned[:15].max() == 0.0


def test_the_soft_rim_of_a_speck_goes_with_it() -> None:
    ink = np.zeros((40, 40), np.float32)
    ink[20, 20] = 1.0
    soft = cv2.GaussianBlur(ink, (3, 3), 0.8)
    assert line_art.drop_specks(soft / soft.max(), length=14.0, floor=0.25).max() == 0.0


def test_edges_that_run_one_way_are_in_order_and_leaves_are_not() -> None:
    noise = np.random.default_rng(0).normal(50, 20, (64, 64)).astype(np.float32)
    leaves = cv2.GaussianBlur(noise, (0, 0), 1.5)
    grey = np.zeros_like(leaves)
    assert line_art.edge_order(np.dstack([leaves, grey, grey]), sigma=4.0).mean() < 0.5
    assert line_art.edge_order(lab_step(30.0), sigma=4.0)[32, 32] > 0.95
