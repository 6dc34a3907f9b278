from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celcam.errors import CelcamError, MediaError, ModelError
from celcam.finishes.finish import enlarge
from edge_app.control.controls import Controls, View
from edge_app.drawing.looks import Drawer, Sizes
from edge_app.drawing.painter import Painter, wiped
from edge_app.frames import Frame
from edge_app.session import Session
from edge_app.sources import synthetic
from tests.edge_app.fakes import inverting, make_looks, make_session, plain


def frame_of(picture: Any, **more: Any) -> Frame:
    return Frame(picture, "frame", 1.5, 2.5, **more)


def make_painter(session: Session, **source: Any) -> Painter:
    info = dataclasses.replace(session.source, **source)
    return Painter(session.looks, session.controls, session.notices, info)


CARD = synthetic.test_card(0.0)


def test_a_frame_is_drawn_in_its_look_at_its_size_and_keeps_its_times(tmp_path: Path) -> None:
    drawn = make_painter(make_session(tmp_path))(frame_of(CARD))
    assert drawn is not None
    assert np.array_equal(drawn.rgb_u8, enlarge(inverting(CARD, (64, 48)), (640, 480)))
    assert drawn.photo_u8 is CARD
    assert (drawn.name, drawn.media_s, drawn.captured_s) == ("frame", 1.5, 2.5)


@pytest.mark.parametrize(("strength", "level"), [(0.0, 200), (0.25, 164), (1.0, 55)])
def test_strength_blends_with_the_photo(strength: float, level: int, tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.controls.change(strength=strength)
    drawn = make_painter(session)(frame_of(np.full((480, 640, 3), 200, np.uint8)))
    assert drawn is not None
    assert (abs(drawn.rgb_u8.astype(int) - level) <= 1).all()


def test_a_wipe_shows_the_photo_on_the_left() -> None:
    photo, cartoon = np.full((4, 100, 3), 10, np.uint8), np.full((4, 100, 3), 200, np.uint8)
    shown = wiped(photo, cartoon, 0.3)
    assert (shown[:, :29] == 10).all()
    assert (shown[:, 29:31] == 255).all()
    assert (shown[:, 31:] == 200).all()
    assert (wiped(photo, cartoon, 1.0)[:, :99] == 10).all()


def test_sharp_shows_the_source_at_its_full_size(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.controls.change(sharp=True, wipe=0.5, strength=0.9, calm=True)
    drawn = make_painter(session)(frame_of(CARD))
    assert drawn is not None
    assert drawn.rgb_u8.shape == (480, 640, 3)
    assert np.array_equal(drawn.rgb_u8[:, :300], CARD[:, :300])  # before
    assert not np.array_equal(drawn.rgb_u8[:, 330:], CARD[:, 330:])  # after


def test_the_cameras_small_copy_is_drawn_if_it_has_the_right_size(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    painter = make_painter(session)
    small = np.full((48, 64, 3), 50, np.uint8)
    drawn = painter(frame_of(CARD, small_u8=small))
    assert drawn is not None
    assert (drawn.rgb_u8 == 205).all()
    session.controls.change(size_wh=(96, 72))
    drawn = painter(frame_of(CARD, small_u8=small))
    assert drawn is not None
    assert np.array_equal(drawn.rgb_u8, enlarge(inverting(CARD, (96, 72)), (640, 480)))


def test_calm_removes_noise_and_restarts_after_a_change_of_look(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    painter = make_painter(session)
    random = np.random.default_rng(3)
    still = np.full((48, 64, 3), 100, np.uint8)

    def noise(calm: bool) -> float:
        session.controls.change(calm=calm)
        shown = []
        for _ in range(20):
            drawn = painter(frame_of(np.asarray(still + random.integers(0, 5, still.shape), np.uint8)))
            assert drawn is not None
            shown.append(drawn.rgb_u8.astype(float))
        return float(np.abs(np.diff(shown[10:], axis=0)).mean())

    assert noise(calm=True) < 0.6 * noise(calm=False)
    session.controls.change(calm=True)
    painter(frame_of(still))
    session.looks.load("plain")
    session.controls.change(look="plain")
    drawn = painter(frame_of(still))
    assert drawn is not None
    assert (drawn.rgb_u8 == 100).all()  # nothing of the negative is left


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((48, 64), np.uint8),
        np.zeros((48, 64, 4), np.uint8),
        np.zeros((48, 64, 3), np.float32),
        np.zeros((0, 64, 3), np.uint8),
        None,
    ],
)
def test_an_invalid_picture_is_dropped_live_and_ends_a_file(picture: Any, tmp_path: Path) -> None:
    session = make_session(tmp_path)
    assert make_painter(session)(frame_of(picture)) is None
    assert "expected" in session.notices.since()[0].text
    assert make_painter(session)(frame_of(CARD)) is not None  # and the camera goes on
    with pytest.raises(MediaError, match="expected"):
        make_painter(session, is_live=False)(frame_of(picture))


@pytest.mark.parametrize(
    ("shape_hw", "shown_hw"),
    [((240, 320), (240, 320)), ((1080, 1920), (1080, 1440)), ((99, 301), (98, 132)), ((5, 5), (48, 64))],
)
def test_a_camera_that_changes_its_size_is_still_drawn(
    shape_hw: tuple[int, int], shown_hw: tuple[int, int], tmp_path: Path
) -> None:
    session = make_session(tmp_path)
    session.controls.change(sharp=True, calm=True, strength=0.5)
    painter = make_painter(session)
    painter(frame_of(CARD))
    drawn = painter(frame_of(np.zeros((*shape_hw, 3), np.uint8)))
    assert drawn is not None
    session.controls.change(sharp=False)
    drawn = painter(frame_of(np.zeros((*shape_hw, 3), np.uint8)))
    assert drawn is not None
    assert drawn.rgb_u8.shape == (*shown_hw, 3)


def refuse() -> Drawer:
    raise ModelError("broken.tflite: cut short")


def session_with(session: Session, **loaders: Callable[[], Drawer]) -> Session:
    """A session with the look ``negative``, which is loaded, and those of ``loaders``."""
    looks = make_looks({"negative": lambda: inverting, **loaders}, session.notices)
    looks.load("negative")
    controls = Controls(View("negative", (64, 48)), looks=looks.names, sizes_wh=[(32, 24)])
    return dataclasses.replace(session, looks=looks, controls=controls)


def until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline_s = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline_s
        time.sleep(0.005)


def test_the_previous_look_draws_while_a_new_one_loads(tmp_path: Path) -> None:
    may_load = threading.Event()

    def load_slowly() -> Drawer:
        may_load.wait(10)
        return plain

    session = session_with(make_session(tmp_path), slow=load_slowly)
    painter = make_painter(session)
    session.controls.change(look="slow")
    drawn = [painter(frame_of(CARD)) for _ in range(3)]
    assert [each and each.drawn_as for each in drawn] == [("negative", (64, 48))] * 3
    assert [each and each.drawn_for for each in drawn] == [session.controls.view] * 3
    may_load.set()
    until(lambda: session.looks.state("slow") == "ready")
    last = painter(frame_of(CARD))
    assert last is not None
    assert last.drawn_as == ("slow", (64, 48))
    assert np.array_equal(last.rgb_u8, enlarge(plain(CARD, (64, 48)), (640, 480)))


def test_a_look_that_can_not_be_loaded_is_deselected_and_may_be_chosen_again(tmp_path: Path) -> None:
    tries: list[str] = []

    def fail() -> Drawer:
        tries.append("once")
        return refuse()

    session = session_with(make_session(tmp_path), broken=fail)
    painter = make_painter(session)
    for number in (1, 2):
        session.controls.change(look="broken")
        deadline_s = time.monotonic() + 5
        while session.controls.view.look == "broken" and time.monotonic() < deadline_s:
            assert painter(frame_of(CARD)) is not None
        assert session.controls.view.look == "negative"
        for _ in range(10):
            painter(frame_of(CARD))
        assert len(tries) == number
    assert "cut short" in session.notices.since()[0].text


def test_a_choice_made_while_a_look_fails_is_not_overwritten(tmp_path: Path) -> None:
    session = session_with(make_session(tmp_path), broken=refuse, plain=lambda: plain)
    painter = make_painter(session)
    session.controls.change(look="broken")
    painter(frame_of(CARD))
    until(lambda: session.looks.state("broken") == "failed")

    class Interrupted:
        """A viewer chooses after the painter has read the state and before it changes the controls."""

        def __getattr__(self, name: str) -> Any:
            return getattr(session.looks, name)

        def state(self, name: str, sizes: Sizes) -> str:
            state = session.looks.state(name, sizes)
            session.controls.change(look="plain")
            return state

    painter._looks = Interrupted()  # type: ignore[assignment]
    painter(frame_of(CARD))
    assert session.controls.view.look == "plain"


def test_the_first_look_must_be_loaded(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.controls.change(look="plain")
    with pytest.raises(CelcamError, match="look plain is not loaded"):
        make_painter(session)


def test_calm_does_not_blend_still_images(tmp_path: Path) -> None:
    levels = iter([40, 200])
    session = session_with(make_session(tmp_path), other=lambda: inverting)
    session.looks._loaded = dict.fromkeys(
        session.looks._loaded, lambda rgb_u8, size_wh: np.full((48, 64, 3), next(levels), np.uint8)
    )
    session.controls.change(calm=True)
    painter = make_painter(session, is_live=False, is_still=True)
    painter(frame_of(np.full((48, 64, 3), 250, np.uint8)))
    second = painter(frame_of(np.full((48, 64, 3), 250, np.uint8)))
    assert second is not None
    assert (second.rgb_u8 == 200).all()
