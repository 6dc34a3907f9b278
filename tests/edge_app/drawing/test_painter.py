from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celcam.errors import MediaError
from edge_app.drawing.painter import Painter, wiped
from edge_app.frames import Frame
from edge_app.session import Session
from edge_app.sources import synthetic
from tests.edge_app.fakes import inverting, make_session


def frame_of(picture: Any, **more: Any) -> Frame:
    return Frame(picture, "frame", 1.5, 2.5, **more)


def make_painter(session: Session, *, live: bool = True) -> Painter:
    return Painter(session.looks, session.controls, session.notices, live=live)


CARD = synthetic.test_card(0.0)


def test_a_frame_is_drawn_in_its_look_at_its_size_and_keeps_its_times(tmp_path: Path) -> None:
    drawn = make_painter(make_session(tmp_path))(frame_of(CARD))
    assert drawn is not None
    assert np.array_equal(drawn.rgb_u8, inverting(CARD, (64, 48)))
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


def test_the_cameras_own_small_copy_is_drawn_where_it_has_the_right_size(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    painter = make_painter(session)
    small = np.full((48, 64, 3), 50, np.uint8)
    drawn = painter(frame_of(CARD, small_u8=small))
    assert drawn is not None
    assert (drawn.rgb_u8 == 205).all()
    session.controls.change(size_wh=(96, 72))
    drawn = painter(frame_of(CARD, small_u8=small))
    assert drawn is not None
    assert np.array_equal(drawn.rgb_u8, inverting(CARD, (96, 72)))


def test_calm_takes_noise_out_and_a_change_of_look_begins_anew(tmp_path: Path) -> None:
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
    session.controls.change(look="plain")
    deadline_s = time.monotonic() + 5
    while session.looks.get("plain").name != "plain" and time.monotonic() < deadline_s:
        time.sleep(0.005)
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
def test_what_is_no_picture_is_left_out_live_and_ends_a_file(picture: Any, tmp_path: Path) -> None:
    session = make_session(tmp_path)
    assert make_painter(session, live=True)(frame_of(picture)) is None
    assert "expected" in session.notices.since()[0].text
    assert make_painter(session)(frame_of(CARD)) is not None  # and the camera goes on
    with pytest.raises(MediaError, match="expected"):
        make_painter(session, live=False)(frame_of(picture))


@pytest.mark.parametrize("shape_hw", [(240, 320), (1080, 1920), (99, 301), (5, 5)])
def test_a_camera_that_changes_its_size_is_drawn_on(shape_hw: tuple[int, int], tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.controls.change(sharp=True, calm=True, strength=0.5)
    painter = make_painter(session)
    painter(frame_of(CARD))
    drawn = painter(frame_of(np.zeros((*shape_hw, 3), np.uint8)))
    assert drawn is not None
    session.controls.change(sharp=False)
    drawn = painter(frame_of(np.zeros((*shape_hw, 3), np.uint8)))
    assert drawn is not None
    assert drawn.rgb_u8.shape == (48, 64, 3)


def test_a_look_that_can_not_be_loaded_is_unchosen(tmp_path: Path) -> None:
    from celcam.errors import ModelError
    from edge_app.drawing.looks import Drawer, Looks

    def refuse() -> Drawer:
        raise ModelError("broken.tflite: cut short")

    session = make_session(tmp_path)
    looks = Looks({"negative": lambda: inverting, "plain": refuse}, session.notices)
    looks.load("negative")
    painter = Painter(looks, session.controls, session.notices, live=True)
    session.controls.change(look="plain")
    deadline_s = time.monotonic() + 5
    while session.controls.view.look == "plain" and time.monotonic() < deadline_s:
        assert painter(frame_of(CARD)) is not None
    assert session.controls.view.look == "negative"
    assert "cut short" in session.notices.since()[0].text
