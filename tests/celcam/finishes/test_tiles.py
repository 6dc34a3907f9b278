"""Noise, tiles and tables: what primitives are made of."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from celcam.arrays import FloatArray
from celcam.finishes import noise, tables, tiles
from celcam.finishes.primitive import repeat

STROKES = tiles.Strokes(period=4.0, direction=(2, 1), length=50.0, seed=3, rows=20)


def jump_at_the_seam(tile: FloatArray) -> float:
    """How much larger steps over the tile's edges are than inside, at most."""
    inside = max(np.abs(np.diff(tile, axis=axis)).mean() for axis in (0, 1))
    over = max(np.abs(tile[0] - tile[-1]).mean(), np.abs(tile[:, 0] - tile[:, -1]).mean())
    return float(over / inside)


def test_noise_is_the_same_on_every_machine() -> None:
    digest = hashlib.sha256(tiles.to_tile(noise.equalise(noise.Field(96, 1.0).band(7, 1.5))).tobytes()).hexdigest()
    assert digest[:16] == "119c2550ceeb5be6"


def test_white_noise_is_even_and_depends_on_its_seed() -> None:
    one, other = noise.white(64, 1), noise.white(64, 2)
    counts = np.histogram(one, 8, (0, 1))[0]
    assert counts.min() > 0.85 * counts.mean()
    assert abs(float(np.corrcoef(one.ravel(), other.ravel())[0, 1])) < 0.05


@pytest.mark.parametrize(
    "tile",
    [
        noise.Field(64, 1.0).band(3, 2.0),
        tiles.dots(5.0, 15.0),
        tiles.lines(4.0, 30.0),
        tiles.grain(noise.Field(64, 1.0), 0.8, 3),
        STROKES.thresholds(1.0),
    ],
    ids=["noise", "dots", "lines", "grain", "strokes"],
)
def test_a_tile_has_no_seam(tile: FloatArray) -> None:
    assert jump_at_the_seam(tile) < 1.6


@pytest.mark.parametrize(
    "tile",
    [tiles.dots(4.0, 45.0), tiles.lines(10.0, 0.0), tiles.grain(noise.Field(96, 1.0), 0.8, 3), STROKES.thresholds(1.0)],
)
def test_tone_covers_its_share_of_a_screen(tile: FloatArray) -> None:
    for share in (0.2, 0.5, 0.8):
        assert abs(float((tile < share).mean()) - share) < 0.05


def test_a_tile_repeats_over_a_picture() -> None:
    tile = np.arange(6, dtype=np.uint8).reshape(2, 3)
    repeated = repeat(tile, (7, 5))
    assert repeated.shape == (5, 7)
    assert repeated[4].tolist() == [0, 1, 2, 0, 1, 2, 0]


def test_a_soft_staircase_reaches_its_values_and_rises() -> None:
    staircase = tables.steps((60.0, 120.0), (10.0, 90.0, 200.0), 20.0)
    assert (staircase[0], staircase[90], staircase[255]) == (10.0, 90.0, 200.0)
    assert (np.diff(staircase) >= 0).all()
    assert staircase[60] == pytest.approx(50.0)


def test_tables_round_and_clip() -> None:
    assert tables.to_table(np.array([-3.0, 0.49, 0.5, 254.6, 300.0])).tolist() == [0, 0, 1, 255, 255]
    assert tables.times(0.5)[3] == 2
