from __future__ import annotations

import numpy as np

from celcam.arrays import FloatArray
from celcam.styles.v1 import kuwahara


def lab_of(light: FloatArray) -> FloatArray:
    grey = np.zeros_like(light)
    return np.dstack([light, grey, grey])


def paint(light: FloatArray) -> FloatArray:
    return kuwahara.paint(lab_of(light), radius=5.0, flow_sigma=2.0, noise=1.5)[..., 0]


def test_an_edge_stays_sharp_while_the_noise_next_to_it_disappears() -> None:
    clean = np.full((64, 64), 30.0, np.float32)
    clean[:, 32:] = 70.0
    noisy = clean + np.random.default_rng(0).normal(0, 4, clean.shape).astype(np.float32)
    painted = paint(noisy)
    assert painted[10:-10, 8:26].std() < 2.0
    assert np.abs(painted[10:-10, 29] - 30).max() < 6
    assert np.abs(painted[10:-10, 34] - 70).max() < 6


def test_a_picture_of_one_colour_is_left_alone() -> None:
    assert np.allclose(paint(np.full((32, 32), 42.0, np.float32)), 42.0, atol=1e-3)


def test_a_blurred_edge_becomes_steeper() -> None:
    ramp = np.clip((np.arange(64, dtype=np.float32) - 26) / 12, 0, 1) * 60 + 20
    painted = paint(np.tile(ramp, (64, 1)))
    assert np.abs(np.diff(painted[32])).max() > 1.3 * np.abs(np.diff(ramp)).max()


def test_strokes_follow_the_direction_of_a_pattern() -> None:
    rng = np.random.default_rng(0)
    stripes = np.tile(rng.normal(50, 15, (64, 1)).astype(np.float32), (1, 64))
    dotted = stripes + rng.normal(0, 5, stripes.shape).astype(np.float32)
    painted = paint(dotted)
    along, across = np.abs(np.diff(painted, axis=1)).mean(), np.abs(np.diff(painted, axis=0)).mean()
    assert along < 0.35 * across


def test_the_cost_does_not_grow_with_the_brush() -> None:
    samples = kuwahara._disc_samples()
    assert len(samples) == 49
    assert np.allclose(sum(weights for _, _, weights in samples), 1.0, atol=1e-5)
