from __future__ import annotations

from pathlib import Path

import numpy as np

from edge_app.control.overlay import figure_lines, write_lines
from tests.edge_app.fakes import make_session


def test_the_figures_name_look_size_rate_and_times(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.stats.stage("stylize").add(12.3)
    session.controls.change(recording=True)
    assert figure_lines(session) == ["negative 64x48", "0.0 frames per second", "12 ms drawing", "recording"]


def test_words_are_white_with_a_black_edge_where_they_belong() -> None:
    top, bottom = (np.full((240, 320, 3), 128, np.uint8) for _ in range(2))
    write_lines(top, ["one", "two"])
    write_lines(bottom, ["one", "two"], at_bottom=True)
    for picture, written, empty in ((top, slice(0, 60), slice(60, None)), (bottom, slice(180, None), slice(0, 180))):
        assert picture[written].max() > 240
        assert picture[written].min() < 15
        assert (picture[empty] == 128).all()


def test_no_words_leave_the_picture_alone() -> None:
    picture = np.full((24, 32, 3), 7, np.uint8)
    write_lines(picture, [])
    assert (picture == 7).all()
