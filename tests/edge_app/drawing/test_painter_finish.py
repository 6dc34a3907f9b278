"""What the painter does at the size that is shown."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import numpy as np
import pytest

from celcam.errors import CelcamError
from celcam.finishes.finish import Finish, enlarge
from celcam.finishes.primitive import Kit
from celcam.finishes.tone_steps import ToneSteps
from celcam.finishes.vignette import Vignette
from celcam.finishes.wobble import Wobble
from edge_app.control.controls import Controls, View
from edge_app.drawing.looks import Choice, Looks
from edge_app.drawing.painter import Painter
from edge_app.session import Session
from tests.edge_app.drawing.test_painter import CARD, frame_of, make_painter, until
from tests.edge_app.fakes import inverting, make_session

FINISH = Finish((Wobble(), ToneSteps(), Vignette()))


def finished_session(session: Session) -> Session:
    """A session whose look ``negative`` has a finish of three primitives, one of them on the small picture."""
    looks = Looks({"negative": Choice(lambda: inverting, FINISH)}, session.notices)
    looks.load("negative")
    controls = Controls(View("negative", (64, 48)), looks=looks.names, sizes_wh=[(32, 24)])
    return dataclasses.replace(session, looks=looks, controls=controls)


def test_a_frame_is_finished_at_the_size_that_is_shown_after_what_belongs_on_the_small_picture(tmp_path: Path) -> None:
    session = finished_session(make_session(tmp_path))
    painter = make_painter(session)
    drawn = painter.draw(frame_of(CARD))
    assert drawn is not None
    small = FINISH.prepare_small((64, 48))(inverting(CARD, (64, 48)))
    assert np.array_equal(drawn.rgb_u8, small)
    shown = painter.finish(drawn)
    assert np.array_equal(shown.rgb_u8, FINISH.prepare((640, 480))(enlarge(small, (640, 480))))
    assert shown.photo_u8 is CARD
    assert shown.small_u8 is None


def test_strength_and_wipe_mix_the_finished_picture_with_the_photo_at_the_size_that_is_shown(tmp_path: Path) -> None:
    session = finished_session(make_session(tmp_path))
    painter = make_painter(session)
    finished = painter(frame_of(CARD))
    session.controls.change(strength=0.25, wipe=0.5)
    mixed = painter(frame_of(CARD))
    assert finished is not None and mixed is not None
    assert np.array_equal(mixed.rgb_u8[:, :319], CARD[:, :319])
    half = 0.25 * finished.rgb_u8[:, 321:].astype(float) + 0.75 * CARD[:, 321:]
    assert np.abs(mixed.rgb_u8[:, 321:] - half).max() <= 1


@pytest.mark.parametrize(
    ("output_wh", "photo_hw", "shape_hw"),
    [
        ((320, 240), (480, 640), (240, 320)),
        ((1280, 960), (480, 640), (960, 1280)),
        ((300, 300), (480, 640), (300, 300)),
    ],
)
def test_the_size_that_the_user_asks_for_is_shown(
    output_wh: tuple[int, int], photo_hw: tuple[int, int], shape_hw: tuple[int, int], tmp_path: Path
) -> None:
    session = finished_session(make_session(tmp_path))
    painter = Painter(session.looks, session.controls, session.notices, session.source, output_wh)
    photo = np.zeros((*photo_hw, 3), np.uint8)
    photo[:, 160:480] = 255  # its middle is a square of white
    drawn = painter(frame_of(photo))
    assert drawn is not None
    assert drawn.rgb_u8.shape == (*shape_hw, 3)
    middle = drawn.rgb_u8[shape_hw[0] // 2, :, 0] < 100
    assert middle.sum() == pytest.approx(320 * shape_hw[0] / 480, abs=0.1 * shape_hw[1])  # nothing is stretched


def test_the_size_of_the_network_changes_and_that_of_the_picture_stays(tmp_path: Path) -> None:
    session = finished_session(make_session(tmp_path))
    painter = make_painter(session)
    for size_wh in ((64, 48), (32, 24)):
        session.controls.change(size_wh=size_wh)
        drawn = painter(frame_of(CARD))
        assert drawn is not None
        assert drawn.drawn_as == ("negative", size_wh)
        assert drawn.rgb_u8.shape == CARD.shape


def test_while_a_finish_is_made_the_look_before_it_draws(tmp_path: Path) -> None:
    made = make_session(tmp_path)
    may_prepare = threading.Event()

    class Slow(Vignette):
        def make_kit(self, size_wh: tuple[int, int]) -> Kit:
            may_prepare.wait(10)
            return super().make_kit(size_wh)

    looks = Looks(
        {"first": Choice(inverted := lambda: inverting), "slow": Choice(inverted, Finish((Slow(),)))}, made.notices
    )
    looks.load("first")
    session = dataclasses.replace(made, looks=looks, controls=Controls(View("first", (64, 48)), looks=looks.names))
    painter = make_painter(session)
    session.controls.change(look="slow")
    for _ in range(3):
        drawn = painter(frame_of(CARD))
        assert drawn is not None and drawn.drawn_as == ("first", (64, 48))
    may_prepare.set()

    def is_slow() -> bool:
        frame = painter(frame_of(CARD))
        return frame is not None and frame.drawn_as == ("slow", (64, 48))

    until(is_slow)


def test_only_a_drawn_frame_is_finished(tmp_path: Path) -> None:
    with pytest.raises(CelcamError, match=r"Painter\.draw"):
        make_painter(make_session(tmp_path)).finish(frame_of(CARD))


def test_a_picture_of_the_networks_size_without_a_finish_is_the_networks_own(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.looks._loaded = dict.fromkeys(session.looks._loaded, lambda rgb_u8, size_wh: rgb_u8)
    small = np.full((48, 64, 3), 7, np.uint8)
    drawn = make_painter(session)(frame_of(small))
    assert drawn is not None
    assert drawn.rgb_u8 is small
