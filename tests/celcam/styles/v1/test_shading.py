from __future__ import annotations

import numpy as np

from celcam.arrays import FloatArray
from celcam.styles.v1 import shading


def one_colour(light: float, a: float, b: float) -> FloatArray:
    return np.tile(np.array([light, a, b], np.float32), (24, 24, 1))


def hue(lab: FloatArray) -> float:
    return float(np.arctan2(lab[12, 12, 2], lab[12, 12, 1]))


def chroma(lab: FloatArray) -> float:
    return float(np.hypot(lab[12, 12, 1], lab[12, 12, 2]))


def test_steps_of_light_rise_without_a_jump_and_keep_black_and_white() -> None:
    light = np.linspace(0, 100, 2001, dtype=np.float32)
    stepped = shading.step_light(light, steps=5, sharpness=2.0)
    assert np.diff(stepped).min() >= -1e-4
    assert np.diff(stepped).max() < 0.5
    assert np.allclose(stepped[[0, -1]], [0, 100], atol=0.1)
    assert not np.allclose(stepped, light, atol=2.0)


def test_skin_is_found_in_all_its_tones_and_not_in_leaves_oranges_or_grey() -> None:
    for skin in ((35, 14, 17), (55, 18, 20), (75, 15, 14)):
        assert shading.find_skin(one_colour(*skin), sigma=2.0)[12, 12] > 0.8
    for other in ((50, -30, 35), (65, 45, 65), (60, 0, 0), (60, -10, -30)):
        assert shading.find_skin(one_colour(*other), sigma=2.0)[12, 12] < 0.2


def test_fresh_leaves_are_greener_skies_bluer_and_skin_as_it_was() -> None:
    leaf, sky, skin = one_colour(50, -8, 28), one_colour(70, -3, -20), one_colour(60, 18, 20)
    assert hue(shading.freshen(leaf, 0.6)) > hue(leaf) + 0.1
    assert chroma(shading.freshen(sky, 0.6)) > 1.2 * chroma(sky)
    assert np.abs(shading.freshen(skin, 0.6) - skin).max() < 1.0


def test_shadows_turn_blue_and_light_does_not() -> None:
    amount = np.full((24, 24), 9.0, np.float32)
    assert shading.cool_shadows(one_colour(5, 0, 0), amount, reach=55.0)[12, 12, 2] < -6
    assert shading.cool_shadows(one_colour(60, 0, 0), amount, reach=55.0)[12, 12, 2] == 0


def test_a_lone_accent_comes_back_and_a_crowd_of_them_does_not() -> None:
    flat = np.full((96, 96, 3), 50.0, np.float32)
    eye, fur = flat.copy(), flat.copy()
    eye[46:50, 46:50, 0] = 10.0
    fur[..., 0] += np.random.default_rng(0).normal(0, 25, fur.shape[:2]).astype(np.float32)
    kept_eye = shading.keep_accents(flat, eye, low=6.0, high=20.0, apart=8.0)
    kept_fur = shading.keep_accents(flat, fur, low=6.0, high=20.0, apart=8.0)
    assert kept_eye[48, 48, 0] < 15
    assert np.abs(kept_fur - flat).mean() < 0.05 * np.abs(fur - flat).mean()


def test_a_faint_difference_is_texture_and_stays_away() -> None:
    flat = np.full((32, 32, 3), 50.0, np.float32)
    faint = flat.copy()
    faint[16, 16, 0] = 45.0
    assert np.array_equal(shading.keep_accents(flat, faint, low=6.0, high=20.0, apart=8.0), flat)
