from __future__ import annotations

import itertools

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import CelcamError
from edge_app.drawing.temporal_filter import DEAD_BAND, KEPT, TemporalFilter

SHAPE = (48, 64, 3)


def grey(level: float, shape: tuple[int, ...] = SHAPE) -> Uint8Array:
    return np.full(shape, level, np.uint8)


def noisy(level: int, spread: int, random: np.random.Generator) -> Uint8Array:
    return np.asarray(level + random.integers(-spread, spread + 1, SHAPE), np.uint8)


def test_the_flicker_of_a_still_scene_falls_by_the_kept_share() -> None:
    random, calm = np.random.default_rng(1), TemporalFilter()
    drawn = [noisy(120, 8, random) for _ in range(60)]
    calmed = [calm(noisy(100, 2, random), picture) for picture in drawn]

    def change(pictures: list[Uint8Array]) -> float:
        return float(np.abs(np.diff(np.stack(pictures[20:]).astype(float), axis=0)).mean())

    assert change(calmed) < (1 - KEPT) * 1.3 * change(drawn)


def test_camera_noise_does_not_count_as_motion() -> None:
    random, calm = np.random.default_rng(2), TemporalFilter()
    shown = []
    for number in range(40):
        photo = np.clip(random.normal(100, 8, SHAPE), 0, 255).astype(np.uint8)
        shown.append(calm(photo, grey(120 + 10 * (number % 2))))
    assert np.abs(np.diff(np.stack(shown[20:]).astype(float), axis=0)).mean() < 0.3 * 10


def test_moving_areas_are_shown_as_drawn() -> None:
    calm = TemporalFilter()
    for left in range(0, 40, 4):
        photo, drawn = grey(40), grey(200)
        photo[10:30, left : left + 12] = 220
        drawn[10:30, left : left + 12] = 30
        shown = calm(photo, drawn)
        assert np.array_equal(shown[10:30, left : left + 12], drawn[10:30, left : left + 12])
        assert np.array_equal(shown[:, :left][:, -8:], drawn[:, :left][:, -8:])  # no ghost where it was


def test_lines_next_to_moving_objects_follow_too() -> None:
    calm = TemporalFilter()
    for left in range(6, 40, 4):
        photo, drawn = grey(100), grey(200)
        photo[10:30, left : left + 12] = 140
        drawn[10:30, left - 3 : left + 15] = 30  # its outline is three pixels wide
        shown = calm(photo, drawn)
        assert np.array_equal(shown[12:28], drawn[12:28])


def test_motion_is_followed_even_if_only_the_colour_changes() -> None:
    calm = TemporalFilter()
    for left in range(0, 40, 4):
        photo = np.full(SHAPE, (60, 120, 60), np.uint8)
        photo[10:30, left : left + 12] = (160, 69, 60)  # as bright
        shown = calm(photo, photo)
        assert np.array_equal(shown[10:30, : left + 12], photo[10:30, : left + 12])


@pytest.mark.parametrize("speed", [0.05, 0.1, 0.3])
def test_slow_motion_lags_by_at_most_a_quarter_of_a_pixel(speed: float) -> None:
    calm = TemporalFilter()
    for number in range(80):
        edge = 70 + 100 * np.clip(np.arange(SHAPE[1]) - 20 - speed * number, 0, 1)
        photo = np.asarray(np.broadcast_to(np.rint(edge)[:, np.newaxis], SHAPE), np.uint8)
        shown = calm(photo, photo)
        assert (shown[24, :, 0].astype(float) - photo[24, :, 0]).sum() / 100 < 0.25


def test_a_still_scene_converges_to_its_drawing() -> None:
    calm = TemporalFilter()
    calm(grey(100), grey(20))
    for _ in range(40):
        shown = calm(grey(100), grey(203))
    assert (np.abs(shown.astype(int) - 203) <= DEAD_BAND).all()


def test_in_a_still_scene_noise_changes_hardly_a_byte() -> None:
    calm, random = TemporalFilter(), np.random.default_rng(1)
    shown = [calm(noisy(100, 2, random), noisy(200, 2, random)) for _ in range(60)]
    changed = [(one != other).mean() for one, other in itertools.pairwise(shown[30:])]
    assert max(changed) < 0.02


def test_slow_changes_of_light_are_shown() -> None:
    calm = TemporalFilter()
    for number in range(100):
        shown = calm(grey(100 + number // 2), grey(50 + number))
    assert abs(float(shown.mean()) - 149) < KEPT / (1 - KEPT) + 1


def test_a_cut_is_shown_at_once() -> None:
    calm = TemporalFilter()
    calm(grey(100), grey(50))
    drawn = grey(222)
    assert np.array_equal(calm(grey(180), drawn), drawn)


@pytest.mark.parametrize("forget", ["reset", "another size"])
def test_it_starts_again(forget: str) -> None:
    calm = TemporalFilter()
    calm(grey(100), grey(50))
    shape = SHAPE
    if forget == "reset":
        calm.reset()
    else:
        shape = (24, 32, 3)
    drawn = grey(222, shape)
    assert np.array_equal(calm(grey(100, shape), drawn), drawn)


def test_the_next_frame_does_not_overwrite_a_shown_one() -> None:
    calm = TemporalFilter()
    first = calm(grey(100), grey(50))
    second = calm(grey(100), grey(60))
    kept = second.copy()
    calm(grey(100), grey(200))
    assert (first == 50).all()
    assert np.array_equal(second, kept)


def test_a_drawing_of_another_size_than_its_photo_is_refused() -> None:
    with pytest.raises(CelcamError, match=r"\(48, 64, 3\), its drawing \(24, 32, 3\)"):
        TemporalFilter()(grey(100), grey(100, (24, 32, 3)))
