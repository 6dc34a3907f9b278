from __future__ import annotations

import numpy as np
import pytest

from celcam.arrays import FloatArray
from celcam.styles.flatten import Flattening, flatten_areas
from celcam.styles.inks import Inks, Pens, draw_inks


def inks_of(light: FloatArray, scale: float = 1.0) -> Inks:
    grey = np.zeros_like(light)
    lab = np.dstack([light, grey, grey])
    return draw_inks(lab, flatten_areas(lab, Flattening(), scale), Pens(), scale, 2)


def step(low: float, high: float, shape: tuple[int, int] = (96, 128)) -> FloatArray:
    light = np.full(shape, low, np.float32)
    light[:, shape[1] // 2 :] = high
    return light


def test_a_strong_border_gets_a_bold_line_on_its_dark_side() -> None:
    bold = inks_of(step(30, 75)).bold[96]
    assert bold[116:129].max() > 0.9
    assert bold[132:].max() < 0.1


def test_a_white_shirt_before_a_white_wall_gets_a_faint_line() -> None:
    inks = inks_of(step(90, 96))
    assert inks.bold.max() < 0.1
    assert inks.thin[96, 110:136].max() > 0.5


def test_nothing_is_drawn_on_one_colour_or_on_noise() -> None:
    noise = np.random.default_rng(0).normal(60, 1.5, (96, 128)).astype(np.float32)
    for light in (np.full((96, 128), 60.0, np.float32), noise):
        inks = inks_of(light)
        assert max(inks.thin.max(), inks.bold.max()) < 0.2


@pytest.mark.parametrize("pen", ["thin", "bold"])
def test_a_drawing_of_twice_the_scale_has_lines_twice_as_wide(pen: str) -> None:
    one = getattr(inks_of(step(30, 75)), pen)[96].sum()
    two = getattr(inks_of(step(30, 75, (192, 256)), scale=2.0), pen)[192].sum()
    assert 1.6 < two / one < 2.5
