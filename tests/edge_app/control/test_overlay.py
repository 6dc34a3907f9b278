from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from edge_app.control.overlay import ascii_text, figure_lines, write_lines
from tests.edge_app.fakes import make_session

Patch = pytest.MonkeyPatch


def test_the_figures_name_look_size_rate_and_times(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.stats.stage("stylize").add(12.3)
    session.controls.change(recording=True)
    assert figure_lines(session) == ["negative 64x48", "0.0 frames per second", "12 ms drawing", "recording"]


def test_text_is_white_with_a_black_edge() -> None:
    top, bottom = (np.full((240, 320, 3), 128, np.uint8) for _ in range(2))
    write_lines(top, ["one", "two"])
    write_lines(bottom, ["one", "two"], at_bottom=True)
    for picture, written, empty in ((top, slice(0, 60), slice(60, None)), (bottom, slice(180, None), slice(0, 180))):
        assert picture[written].max() > 240
        assert picture[written].min() < 15
        assert (picture[empty] == 128).all()


def test_an_empty_text_does_not_change_the_picture() -> None:
    picture = np.full((24, 32, 3), 7, np.uint8)
    write_lines(picture, [])
    assert (picture == 7).all()


@pytest.mark.parametrize("size_wh", [(320, 240), (160, 120), (64, 48), (24, 16)])
@pytest.mark.parametrize("at_bottom", [False, True])
def test_long_text_stays_within_the_picture(size_wh: tuple[int, int], at_bottom: bool, monkeypatch: Patch) -> None:
    written = []
    put_text = cv2.putText

    def watch(picture: Uint8Array, text: str, place: tuple[int, int], *style: Any) -> Any:
        written.append((text, place, cv2.getTextSize(text, style[0], style[1], style[3])[0][0]))
        return put_text(picture, text, place, *style)

    monkeypatch.setattr(cv2, "putText", watch)
    text = "look anime-quality can't be loaded: models/anime-quality.tflite: disagrees with its card: 0123456789abcdef"
    write_lines(np.zeros((size_wh[1], size_wh[0], 3), np.uint8), [text], at_bottom=at_bottom)
    assert all(left + wide <= size_wh[0] or len(part) == 1 for part, (left, _), wide in written)
    assert all(0 <= bottom <= size_wh[1] for _, (_, bottom), _ in written)
    words = " ".join(part for part, _, _ in written[::2])
    assert text.startswith(words) or size_wh[0] < 320
    assert words.startswith("look anime-quality") or size_wh[0] < 320


def test_a_word_wider_than_the_picture_is_split() -> None:
    narrow, wide = (np.zeros((240, width, 3), np.uint8) for width in (100, 2000))
    for picture in (narrow, wide):
        write_lines(picture, ["x" * 60])
    assert narrow[:12].any() and narrow[25:60].any()
    assert wide[:12].any() and not wide[25:60].any()


@pytest.mark.parametrize(
    ("text", "plain"),
    [("81 °C", "81 C"), ("Zürich", "Zurich"), ("320×240 – now…", "320x240 - now..."), ("日本", "??"), ("a\tb", "a?b")],
)
def test_letters_that_the_font_lacks_are_replaced_by_one_each(text: str, plain: str) -> None:
    assert ascii_text(text) == plain
    one, other = (np.zeros((240, 640, 3), np.uint8) for _ in range(2))
    write_lines(one, [text])
    write_lines(other, [plain])
    assert np.array_equal(one, other)
