"""Dark rooms are lifted, slowly; good pictures stay as they are."""

from __future__ import annotations

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.media.photos import read_image
from celcam.paths import SAMPLES
from celcam.pixels import resize
from edge_app.drawing.auto_levels import EASE_S, GOAL, MOST, AutoLevels, lift_table, wanted_lift


def room(level: float, seed: int = 0) -> Uint8Array:
    """A dim room with some noise, ``(96, 128, 3) uint8 RGB``; ``level`` is the light, 0..1."""
    random = np.random.default_rng(seed)
    ramp = np.linspace(0.2, 1.4, 128)[np.newaxis, :, np.newaxis] * level * 255.0
    return np.clip(np.rint(ramp + random.normal(0, 2, (96, 128, 3))), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("lift", [0.0, 0.4, MOST])
def test_the_curve_rises_and_only_lifts(lift: float) -> None:
    table = lift_table(lift).astype(int)
    assert (np.diff(table) >= 0).all()
    assert (table >= np.arange(256)).all()
    assert (table[0], table[255]) == (0, 255)
    assert np.diff(table).max() <= 1 + lift + 1


def test_no_lift_changes_nothing() -> None:
    assert lift_table(0.0).tolist() == list(range(256))


def test_a_dark_room_is_lifted_to_the_goal() -> None:
    lifted = AutoLevels()(room(0.16), 0.0)
    assert float(np.median(lifted)) / 255.0 == pytest.approx(GOAL, abs=0.03)
    assert wanted_lift(room(0.01)) == MOST


def test_a_good_exposure_stays_the_same_array(photo: Uint8Array) -> None:
    assert AutoLevels()(photo, 0.0) is photo
    assert wanted_lift(np.full((64, 64, 3), 128, np.uint8)) == 0.0


def test_most_of_the_bundled_photos_are_well_exposed() -> None:
    lifts = [wanted_lift(resize(read_image(path), (320, 240))) for path in sorted(SAMPLES.glob("*.jpg"))]
    assert np.mean([lift == 0.0 for lift in lifts]) > 0.6


def test_bright_highlights_keep_a_dark_picture_dark() -> None:
    picture = room(0.1)
    picture[:, :20] = 240
    assert wanted_lift(picture) == 0.0


def test_the_lift_follows_a_change_of_light_slowly_and_arrives() -> None:
    levels = AutoLevels()
    levels(room(0.5), 0.0)
    assert levels.lift == 0.0
    lifts = []
    for frame in range(1, 201):
        levels(room(0.1), frame / 20.0)
        lifts.append(levels.lift)
    wanted = wanted_lift(room(0.1))
    steps = np.diff([0.0, *lifts])
    assert (steps >= 0).all()
    assert steps.max() < 0.06 * wanted
    assert lifts[round(EASE_S * 20)] == pytest.approx(0.63 * wanted, rel=0.1)
    assert lifts[-1] == wanted


def test_it_returns_to_nothing_when_the_light_is_on() -> None:
    levels = AutoLevels()
    levels(room(0.1), 0.0)
    assert levels.lift > 0
    for frame in range(1, 200):
        shown = levels(room(0.6), frame / 20.0)
    assert levels.lift == 0.0
    assert np.array_equal(shown, room(0.6))


def test_noise_alone_does_not_move_the_lift() -> None:
    levels = AutoLevels()
    lifts = set()
    for frame in range(40):
        levels(room(0.12, seed=frame), frame / 20.0)
        lifts.add(levels.lift)
    assert len(lifts) == 1
