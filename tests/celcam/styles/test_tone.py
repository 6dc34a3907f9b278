from __future__ import annotations

import numpy as np

from celcam.arrays import FloatArray
from celcam.styles import paper, tone


def one_colour(light: float, a: float, b: float) -> FloatArray:
    return np.tile(np.array([light, a, b], np.float32), (24, 24, 1))


def hue(lab: FloatArray) -> float:
    return float(np.arctan2(lab[12, 12, 2], lab[12, 12, 1]))


def chroma(lab: FloatArray) -> float:
    return float(np.hypot(lab[12, 12, 1], lab[12, 12, 2]))


def test_lab_and_back_keeps_every_colour_within_one_step() -> None:
    colours = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    assert np.abs(tone.to_rgb(tone.to_lab(colours)).astype(int) - colours).max() <= 1


def test_steps_of_light_rise_without_a_jump_and_keep_their_ends() -> None:
    light = np.linspace(0, 100, 2001, dtype=np.float32)
    climbed = tone.climb(light, tone.Stairs((25.0, 50.0, 75.0), (10.0, 40.0, 70.0, 98.0), width=10.0))
    assert np.diff(climbed).min() >= 0
    assert np.diff(climbed).max() < 0.5
    assert np.allclose(climbed[[0, 500, 1000, 1500, 2000]], [10, 25, 55, 84, 98], atol=0.1)


def test_vibrance_raises_dull_colours_more_than_vivid_ones_and_keeps_the_hue() -> None:
    dull, vivid = one_colour(50, -8, -12), one_colour(50, -48, -72)
    gains = [chroma(tone.add_vibrance(lab, 0.6)) / chroma(lab) for lab in (dull, vivid)]
    assert gains[0] > gains[1] > 1.0
    assert np.isclose(hue(tone.add_vibrance(dull, 0.6)), hue(dull))


def test_a_guarded_grey_keeps_its_tint() -> None:
    tinted = one_colour(50, -2, -3)
    assert chroma(tone.add_vibrance(tinted, 1.0)) > 1.5 * chroma(tinted)
    assert chroma(tone.add_vibrance(tinted, 1.0, neutral=12.0)) < 1.15 * chroma(tinted)


def test_skin_is_found_in_all_its_tones_and_not_in_leaves_oranges_or_grey() -> None:
    for skin in ((35, 14, 17), (55, 18, 20), (75, 15, 14)):
        assert tone.find_skin(one_colour(*skin), sigma=2.0)[12, 12] > 0.8
    for other in ((50, -30, 35), (65, 45, 65), (60, 0, 0), (60, -10, -30)):
        assert tone.find_skin(one_colour(*other), sigma=2.0)[12, 12] < 0.2


def test_leaves_are_found_by_their_hue_and_grey_has_none() -> None:
    assert tone.find_leaves(one_colour(50, -10, 26)).min() > 0.9
    for other in ((60, 18, 20), (60, 0, 0), (60, -10, -30)):
        assert tone.find_leaves(one_colour(*other)).max() < 0.1


def test_shine_on_skin_comes_nearer_to_the_skin_and_a_brow_stays() -> None:
    face = np.tile(np.array([60, 16, 18], np.float32), (96, 96, 1))
    face[40:46, 40:46, 0] = 72.0
    face[60:63, 30:60] = (20, 4, 5)
    calm = tone.calm_skin(face, sigma=8.0, share=0.5)
    assert 64 < calm[43, 43, 0] < 69
    assert np.abs(calm[61, 45] - face[61, 45]).max() < 1.0


def test_a_grey_wall_is_no_skin_and_stays() -> None:
    wall = one_colour(60, 0, 0)
    wall[10:14, 10:14, 0] = 72.0
    assert np.abs(tone.calm_skin(wall, sigma=4.0, share=0.5) - wall).max() < 0.01


def test_lifted_skin_gains_as_much_colour_as_light() -> None:
    lifted = one_colour(36, 10, 12)
    skin = np.ones(lifted.shape[:2], np.float32)
    kept = tone.keep_skin_saturation(lifted, np.full_like(skin, 28.0), skin)
    assert 1.15 < chroma(kept) / chroma(lifted) < 1.3
    assert np.array_equal(tone.keep_skin_saturation(lifted, np.full_like(skin, 28.0), 0 * skin), lifted)


def test_polar_and_back_is_the_same_colour() -> None:
    lab = tone.to_lab(np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8))
    assert np.allclose(tone.from_polar(*tone.to_polar(lab)), lab, atol=1e-3)


def test_more_pigment_is_darker_and_white_paper_stays_white() -> None:
    grey, white = np.full((2, 2, 3), 0.5, np.float32), np.ones((2, 2, 3), np.float32)
    once = np.ones((2, 2), np.float32)
    assert paper.thicken_pigment(grey, once).max() < 0.3
    assert paper.thicken_pigment(grey, -once).min() > 0.7
    assert np.array_equal(paper.thicken_pigment(white, once), white)
