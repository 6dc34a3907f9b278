from __future__ import annotations

import math

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.flicker import Flicker, estimate_motion, flicker, mean_flicker

# The mean absolute value of normal noise of this sigma is sigma * sqrt(2 / pi).
SIGMA = 10.0


@pytest.fixture
def frame(photo: Uint8Array) -> Uint8Array:
    return np.ascontiguousarray(photo[100:300, 150:400])


@pytest.fixture
def panned(photo: Uint8Array) -> Uint8Array:
    """The same view, panned by 5 pixels."""
    return np.ascontiguousarray(photo[97:297, 154:404])


def with_noise(picture: Uint8Array, seed: int) -> Uint8Array:
    noise = np.random.default_rng(seed).normal(0, SIGMA, picture.shape)
    return np.clip(picture * 0.5 + 64 + noise, 0, 255).astype(np.uint8)


def test_motion_alone_does_not_count_as_flicker(frame: Uint8Array, panned: Uint8Array) -> None:
    motion = estimate_motion(frame, panned)
    assert motion.visible.mean() > 0.8
    assert np.abs(panned.astype(int) - frame)[motion.visible].mean() > 10
    assert flicker(frame, panned, motion).motion_compensated < 1.5


def test_changes_other_than_motion_count_as_flicker(frame: Uint8Array, panned: Uint8Array) -> None:
    motion = estimate_motion(frame, panned)
    moved = flicker(with_noise(frame, 1), with_noise(panned, 2), motion).motion_compensated
    # Two independent noises; a motion by whole pixels leaves the first noise unchanged.
    assert moved == pytest.approx(SIGMA * math.sqrt(2) * math.sqrt(2 / math.pi), rel=0.1)


def test_the_drawing_is_compensated_for_the_motion_of_the_input(frame: Uint8Array, panned: Uint8Array) -> None:
    motion = estimate_motion(frame, panned)
    steady = np.full_like(frame, 200)
    assert flicker(steady, steady, motion).motion_compensated == 0
    assert flicker(steady, steady - 20, motion).motion_compensated == 20
    assert math.isnan(flicker(steady, steady - 20, motion).still)  # all of it moved


def test_still_regions_are_those_where_the_input_does_not_move(frame: Uint8Array) -> None:
    before, now = frame.copy(), frame.copy()
    patch = np.random.default_rng(3).integers(0, 255, (8, 8, 3), np.uint8).repeat(5, axis=0).repeat(5, axis=1)
    before[80:120, 60:100] = patch
    now[80:120, 66:106] = patch
    motion = estimate_motion(before, now)
    assert motion.still[:60].mean() > 0.9
    assert not motion.still[90:110, 76:96].any()
    drawn = frame.copy()
    drawn[90:110, 76:96] += 50  # the drawing changes where the input moved
    assert flicker(frame, drawn, motion).still == 0
    drawn[:40] ^= 1
    assert flicker(frame, drawn, motion).still > 0


def test_pixels_that_were_hidden_before_are_not_followed(frame: Uint8Array) -> None:
    before, now = frame.copy(), frame.copy()
    patch = np.random.default_rng(3).integers(0, 255, (10, 10, 3), np.uint8).repeat(6, axis=0).repeat(6, axis=1)
    before[60:120, 60:120] = patch
    now[60:120, 72:132] = patch
    motion = estimate_motion(before, now)
    assert motion.visible[65:115, 80:124].mean() > 0.9
    assert motion.visible[65:115, 60:70].mean() < 0.5


def test_frame_pairs_without_a_still_pixel_do_not_count() -> None:
    mean = mean_flicker([Flicker(2.0, 1.0), Flicker(4.0, math.nan)])
    assert mean == Flicker(3.0, 1.0)
    assert math.isnan(mean_flicker([Flicker(2.0, math.nan)]).still)
