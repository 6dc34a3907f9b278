"""Finishes as a whole: stages, sizes, files."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import CelcamError, DataError, MediaError
from celcam.finishes.files import read_finish, write_finish
from celcam.finishes.finish import Finish, enlarge
from celcam.finishes.shipped import FINISHES
from celcam.pixels import resize
from celcam.styles.tone import to_lab

every_finish = pytest.mark.parametrize("name", FINISHES)
# A look at any size has about the same light and colour: mean Lab difference after the grain is blurred away.
ALIKE = 4.0


def test_no_finish_changes_nothing(photo: Uint8Array) -> None:
    assert Finish().prepare((600, 400))(photo) is photo
    assert np.array_equal(Finish().draw(photo, (600, 400)), photo)


def test_stages_hold_what_belongs_there() -> None:
    finish = FINISHES["watercolor"]
    small, full = finish.prepare_small((60, 40)), finish.prepare((120, 80))
    assert [step.kind for step, _ in small.steps] == ["grade", "wobble"]
    assert [step.kind for step, _ in full.steps] == ["crisp", "wash", "border", "paper"]


def test_a_picture_of_another_size_is_refused(photo: Uint8Array) -> None:
    with pytest.raises(CelcamError, match="the finish is for 300x200, the picture is"):
        FINISHES["comic"].prepare((300, 200))(photo)


@every_finish
def test_a_finish_looks_alike_at_every_size(name: str, photo: Uint8Array) -> None:
    drawn = resize(photo, (360, 240))
    blurred = []
    for scale in (2, 4):
        shown = FINISHES[name].draw(drawn, (360 * scale, 240 * scale))
        smooth = np.asarray(cv2.GaussianBlur(shown, (0, 0), 6.0 * scale), np.uint8)
        blurred.append(to_lab(resize(smooth, (180, 120))))
    difference = np.sqrt(((blurred[0] - blurred[1]) ** 2).sum(axis=-1))
    assert float(difference.mean()) < ALIKE


@every_finish
def test_a_finish_read_back_draws_the_same_bytes(name: str, photo: Uint8Array, tmp_path: Path) -> None:
    drawn = resize(photo, (180, 120))
    small, full = FINISHES[name].prepare_small((180, 120)), FINISHES[name].prepare((361, 243))
    path = write_finish(tmp_path, small, full)
    read_small, read_full = read_finish(tmp_path)
    before, after = (b(enlarge(a(drawn), (361, 243))) for a, b in ((small, full), (read_small, read_full)))
    assert path == tmp_path / "finish.json"
    assert np.array_equal(before, after)


def test_a_folder_without_a_finish_is_named(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"finish\.json: can't be read"):
        read_finish(tmp_path)
    path = tmp_path / "finish.json"
    path.write_text("{}")
    with pytest.raises(DataError, match="not a finish"):
        read_finish(tmp_path)
    path.write_text(json.dumps({"format": 9}))
    with pytest.raises(DataError, match="format 9; expected 2"):
        read_finish(tmp_path)
