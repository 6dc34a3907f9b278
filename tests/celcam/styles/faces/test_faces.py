"""Faces drawn on purpose, with the landmarks of one bundled photo at a short side of 384."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from celcam.arrays import FloatArray, Uint8Array
from celcam.styles import STYLES, drawing, stroke_scale, tone
from celcam.styles.faces import landmarks
from celcam.styles.faces.features import draw_faces
from celcam.styles.faces.landmarks import Face, find_faces
from celcam.styles.inks import Inks, enlarge
from tests.celcam.styles.test_looks import load


@pytest.fixture(scope="module")
def portrait() -> Uint8Array:
    return load("*astronaut*", 384)


@pytest.fixture(scope="module")
def face() -> Face:
    data = json.loads(Path(__file__).with_name("astronaut.json").read_text())
    irises = tuple((np.array(centre, np.float32), float(radius)) for centre, radius in data["irises"])
    return Face(np.array(data["points"], np.float32), irises)


def light_at(lab: FloatArray, place: FloatArray) -> float:
    x, y = np.rint(2 * place).astype(int)
    return float(lab[y, x, 0])


def drawn(portrait: Uint8Array, *faces: Face) -> tuple[FloatArray, Inks]:
    lab = tone.to_lab(portrait)
    planes = enlarge(lab, 2)
    ink = np.ones(planes.shape[:2], np.float32)
    return draw_faces(planes, lab, Inks(ink, ink), faces, 2)


def test_without_the_package_no_face_is_found(portrait: Uint8Array, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landmarks, "PACKAGE", "celcam_has_no_such_package")
    landmarks._open_models.cache_clear()
    try:
        assert find_faces(portrait) == []
    finally:
        landmarks._open_models.cache_clear()


def test_pupils_are_dark_and_whites_are_clean(portrait: Uint8Array, face: Face) -> None:
    planes, _ = drawn(portrait, face)
    for (centre, radius), outer in zip(face.irises, (33, 263), strict=True):
        whites = [centre + share * (face.points[outer] - centre) for share in (0.5, 0.6, 0.7, 0.8)]
        assert light_at(planes, centre + np.float32(0.2 * radius)) < 20
        assert max(light_at(planes, white) for white in whites) > 60


def test_ink_keeps_away_from_the_eyes_and_stays_outside_the_face(portrait: Uint8Array, face: Face) -> None:
    _, inks = drawn(portrait, face)
    eye, (x, y) = face.irises[0][0], (10, 10)
    row, column = np.rint(2 * eye[::-1]).astype(int)
    assert inks.thin[row, column] < 0.1
    assert inks.bold[row, column] < 0.1
    assert inks.thin[y, x] == inks.bold[y, x] == 1.0


def test_nothing_changes_away_from_the_face(portrait: Uint8Array, face: Face) -> None:
    planes, _ = drawn(portrait, face)
    changed = np.abs(planes - enlarge(tone.to_lab(portrait), 2)).max(axis=2) > 0
    rows, columns = np.nonzero(changed)
    low, high = 2 * face.points.min(axis=0), 2 * face.points.max(axis=0)
    margin = 0.2 * 2 * face.height
    assert low[0] - margin < columns.min() < columns.max() < high[0] + margin
    assert low[1] - margin < rows.min() < rows.max() < high[1] + margin


def test_a_photo_without_faces_is_left_as_it_was(portrait: Uint8Array) -> None:
    planes, inks = drawn(portrait)
    assert np.array_equal(planes, enlarge(tone.to_lab(portrait), 2))
    assert inks.thin.min() == 1.0


def test_a_small_face_gets_no_drawn_eyes(portrait: Uint8Array, face: Face) -> None:
    small = Face(face.points * 0.3, tuple((centre * 0.3, radius * 0.3) for centre, radius in face.irises))
    _, inks = drawn(portrait, small)
    assert inks.thin.min() == 1.0  # ink leaves room for drawn eyes alone


@pytest.mark.parametrize("shift", [(-250.0, -60.0), (300.0, 0.0), (0.0, 360.0)])
def test_a_face_may_lie_across_the_border(portrait: Uint8Array, face: Face, shift: tuple[float, float]) -> None:
    by = np.array(shift, np.float32)
    moved = Face(face.points + by, tuple((centre + by, radius) for centre, radius in face.irises))
    planes, _ = drawn(portrait, moved)
    assert np.isfinite(planes).all()


@pytest.mark.parametrize(
    "name", ["comic", *(pytest.param(each, marks=pytest.mark.slow) for each in STYLES if each != "comic")]
)
def test_every_look_shows_the_drawn_eyes(
    name: str, portrait: Uint8Array, face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = STYLES[name].draw(portrait, stroke_scale(portrait)).astype(int)
    monkeypatch.setattr(drawing, "find_faces", lambda rgb_u8: [face])
    with_face = STYLES[name].draw(portrait, stroke_scale(portrait)).astype(int)
    changed = np.abs(with_face - plain).max(axis=2)
    x, y = np.rint(face.irises[0][0]).astype(int)
    assert changed[y - 4 : y + 5, x - 6 : x + 7].max() > 40
    assert changed[300:].max() == 0
