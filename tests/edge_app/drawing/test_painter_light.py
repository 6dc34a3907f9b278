"""Dark rooms in the painter."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from edge_app.drawing.auto_levels import lift_table
from edge_app.drawing.joint_upsampling import joint_upsample
from tests.edge_app.drawing.test_painter import CARD, frame_of, make_painter, session_with
from tests.edge_app.fakes import make_session, plain


def dark_room(number: int = 0) -> Uint8Array:
    """A dim picture of 640x480 with edges and some noise."""
    noise = np.random.default_rng(number).integers(0, 4, CARD.shape)
    return np.asarray(CARD // 8 + noise, np.uint8)


def test_auto_levels_lift_what_the_network_sees_and_not_the_photo(tmp_path: Path) -> None:
    session = session_with(make_session(tmp_path))
    session.looks._loaded = dict.fromkeys(session.looks._loaded, plain)
    painter, room = make_painter(session), dark_room()
    dark = painter(frame_of(room))
    session.controls.change(auto_levels=True, wipe=0.5)
    light = painter(frame_of(room))
    assert dark is not None and light is not None
    assert light.rgb_u8[:, 330:].mean() > 1.8 * dark.rgb_u8[:, 330:].mean()
    assert np.array_equal(light.rgb_u8[:, :310], room[:, :310])  # before
    session.controls.change(auto_levels=False, wipe=0.0)
    again = painter(frame_of(room))
    assert again is not None
    assert np.array_equal(again.rgb_u8, dark.rgb_u8)


def test_auto_levels_leave_a_good_exposure_alone(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    painter = make_painter(session)
    before = painter(frame_of(CARD))
    session.controls.change(auto_levels=True)
    after = painter(frame_of(CARD))
    assert before is not None and after is not None
    assert np.array_equal(before.rgb_u8, after.rgb_u8)


def test_sharp_edges_fit_a_lifted_drawing(tmp_path: Path) -> None:
    session = session_with(make_session(tmp_path))
    session.looks._loaded = dict.fromkeys(session.looks._loaded, plain)
    session.controls.change(auto_levels=True, sharp=True)
    painter, room = make_painter(session), dark_room()
    drawn = painter.draw(frame_of(room))
    assert drawn is not None and drawn.small_u8 is not None
    assert drawn.lift > 0
    photo = np.asarray(cv2.LUT(room, lift_table(drawn.lift)), np.uint8)
    expected = joint_upsample(photo, drawn.small_u8, drawn.rgb_u8)
    assert np.array_equal(painter.finish(drawn).rgb_u8, expected)


def test_the_light_of_a_still_picture_depends_on_no_other(tmp_path: Path) -> None:
    session = session_with(make_session(tmp_path))
    session.controls.change(auto_levels=True)
    alone = make_painter(session, is_still=True)(frame_of(dark_room()))
    painter = make_painter(session, is_still=True)
    painter(frame_of(CARD))
    second = painter(frame_of(dark_room()))
    assert alone is not None and second is not None
    assert np.array_equal(alone.rgb_u8, second.rgb_u8)
