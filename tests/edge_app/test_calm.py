from __future__ import annotations

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from edge_app.calm import KEPT, Stabilizer

SHAPE = (48, 64, 3)


def grey(level: float, shape: tuple[int, ...] = SHAPE) -> Uint8Array:
    return np.full(shape, level, np.uint8)


def noisy(level: int, spread: int, random: np.random.Generator) -> Uint8Array:
    return np.asarray(level + random.integers(-spread, spread + 1, SHAPE), np.uint8)


def test_the_flicker_of_a_still_scene_falls_by_what_is_kept() -> None:
    random, calm = np.random.default_rng(1), Stabilizer()
    drawn = [noisy(120, 8, random) for _ in range(60)]
    calmed = [calm(noisy(100, 2, random), picture) for picture in drawn]

    def change(pictures: list[Uint8Array]) -> float:
        return float(np.abs(np.diff(np.stack(pictures[20:]).astype(float), axis=0)).mean())

    assert change(calmed) < (1 - KEPT) * 1.3 * change(drawn)


def test_what_moves_is_shown_as_it_is_drawn() -> None:
    calm = Stabilizer()
    for left in range(0, 40, 4):
        photo, drawn = grey(40), grey(200)
        photo[10:30, left : left + 12] = 220
        drawn[10:30, left : left + 12] = 30
        shown = calm(photo, drawn)
        assert np.array_equal(shown[10:30, left : left + 12], drawn[10:30, left : left + 12])
        assert np.array_equal(shown[:, :left][:, -8:], drawn[:, :left][:, -8:])  # no ghost where it was


def test_a_still_scene_comes_to_what_is_drawn_of_it_exactly() -> None:
    calm = Stabilizer()
    calm(grey(100), grey(20))
    for _ in range(40):
        shown = calm(grey(100), grey(203))
    assert (shown == 203).all()


def test_light_that_changes_slowly_comes_through() -> None:
    calm = Stabilizer()
    for number in range(100):
        shown = calm(grey(100 + number // 2), grey(50 + number))
    assert abs(float(shown.mean()) - 149) < KEPT / (1 - KEPT) + 1


def test_a_cut_is_shown_at_once() -> None:
    calm = Stabilizer()
    calm(grey(100), grey(50))
    drawn = grey(222)
    assert np.array_equal(calm(grey(180), drawn), drawn)


@pytest.mark.parametrize("forget", ["reset", "another size"])
def test_it_begins_anew(forget: str) -> None:
    calm = Stabilizer()
    calm(grey(100), grey(50))
    shape = SHAPE
    if forget == "reset":
        calm.reset()
    else:
        shape = (24, 32, 3)
    drawn = grey(222, shape)
    assert np.array_equal(calm(grey(100, shape), drawn), drawn)


def test_what_was_shown_is_not_overwritten_by_the_next() -> None:
    calm = Stabilizer()
    first = calm(grey(100), grey(50))
    second = calm(grey(100), grey(60))
    kept = second.copy()
    calm(grey(100), grey(200))
    assert (first == 50).all()
    assert np.array_equal(second, kept)
