from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import numpy as np

from celcam.errors import ModelError
from edge_app.control.controls import Controls, View
from edge_app.drawing.looks import Drawer
from edge_app.drawing.painter import Painter
from edge_app.frames import Frame
from edge_app.session import Session
from edge_app.sinks.stills import Still
from tests.edge_app.fakes import inverting, make_looks, make_session, plain


def still_session(folder: Path, tries: list[str]) -> Session:
    """A session with the looks ``good``, which is loaded, ``plain``, and ``broken``."""

    def fail() -> Drawer:
        tries.append("once")
        raise ModelError("broken.tflite: disagrees with its card")

    session = make_session(folder)
    looks = make_looks({"good": lambda: inverting, "plain": lambda: plain, "broken": fail}, session.notices)
    looks.load("good")
    controls = Controls(View("good", (64, 48)), looks=looks.names)
    source = dataclasses.replace(session.source, is_live=False, is_still=True, frames=1)
    painter = Painter(looks, controls, session.notices, source)
    return dataclasses.replace(session, source=source, looks=looks, controls=controls, paint=painter)


def painted(session: Session) -> Frame:
    assert session.paint is not None
    frame = session.paint(Frame(np.full((48, 64, 3), 40, np.uint8), "still", 0.0, 0.0))
    assert frame is not None
    return frame


def poll(still: Still, seconds: float = 0.5) -> list[Frame]:
    """The pictures that a viewer sees in so many seconds."""
    until_s = time.monotonic() + seconds
    seen = []
    while time.monotonic() < until_s:
        if (frame := still.redrawn()) is not None:
            seen.append(frame)
        time.sleep(0.01)
    return seen


def test_a_still_that_shows_what_is_wanted_is_not_drawn_again(tmp_path: Path) -> None:
    session = still_session(tmp_path, [])
    assert poll(Still(session, painted(session)), 0.1) == []


def test_a_chosen_look_appears_once_it_is_loaded(tmp_path: Path) -> None:
    session = still_session(tmp_path, [])
    still = Still(session, painted(session))
    session.controls.change(look="plain")
    assert int(poll(still)[-1].rgb_u8[0, 0, 0]) == 40


def test_a_look_that_fails_is_tried_once_and_the_previous_look_returns(tmp_path: Path) -> None:
    tries: list[str] = []
    session = still_session(tmp_path, tries)
    still = Still(session, painted(session))
    for number in (1, 2):
        session.controls.change(look="broken")
        poll(still)
        assert session.controls.view.look == "good"
        assert len(tries) == number
    assert poll(still, 0.1) == []


def test_a_still_that_was_drawn_for_another_view_is_drawn_again_at_once(tmp_path: Path) -> None:
    session = still_session(tmp_path, [])
    session.looks.load("plain")
    waiting = painted(session)
    session.controls.change(look="plain", strength=0.5)
    redrawn = Still(session, waiting).redrawn()
    assert redrawn is not None
    assert redrawn.drawn_for == session.controls.view
