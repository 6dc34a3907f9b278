"""The window, with the functions of OpenCV that need a screen replaced by a viewer who presses keys."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from edge_app.control.controls import Controls
from edge_app.drawing.painter import Painter
from edge_app.frames import Frame
from edge_app.session import Session
from edge_app.sinks.window import NO_KEY, WindowSink
from tests.edge_app.fakes import make_session

DARK = 40


@dataclasses.dataclass
class Viewer:
    """Presses ``keys`` one after the other; ``.`` is no key. Keeps the pictures that were shown."""

    keys: str = ""
    seen: list[Uint8Array] = dataclasses.field(default_factory=list)
    waited_ms: list[int] = dataclasses.field(default_factory=list)
    sizes: list[tuple[int, int]] = dataclasses.field(default_factory=list)
    closes: bool = False  # the window, once all keys are pressed
    now_s: float = 0.0

    def wait_key(self, wait_ms: int) -> int:
        assert wait_ms > 0, "a window that waits for ever shows no notice"
        self.waited_ms.append(wait_ms)
        self.now_s += wait_ms / 1000
        key, self.keys = self.keys[:1], self.keys[1:]
        return ord(key) if key not in ("", ".") else NO_KEY

    def visible(self) -> float:
        return 0.0 if self.closes and not self.keys else 1.0


@pytest.fixture
def viewer(monkeypatch: pytest.MonkeyPatch) -> Viewer:
    viewer = Viewer()
    fakes: dict[str, Callable[..., object]] = {
        "namedWindow": lambda *_: None,
        "resizeWindow": lambda title, width, height: viewer.sizes.append((width, height)),
        "setWindowProperty": lambda *_: None,
        "destroyAllWindows": lambda: None,
        "getWindowProperty": lambda *_: viewer.visible(),
        "imshow": lambda title, bgr_u8: viewer.seen.append(bgr_u8),
        "waitKey": viewer.wait_key,
    }
    for name, fake in fakes.items():
        monkeypatch.setattr(cv2, name, fake)
    monkeypatch.setenv("DISPLAY", ":99")
    return viewer


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A session with two still images."""
    session = make_session(tmp_path)
    source = dataclasses.replace(session.source, is_live=False, is_still=True, frames=2)
    painter = Painter(session.looks, session.controls, session.notices, source)
    return dataclasses.replace(session, source=source, paint=painter)


def painted(session: Session) -> Frame:
    """A dark picture as the session's look draws it."""
    assert session.paint is not None
    frame = session.paint(Frame(np.full((48, 64, 3), DARK, np.uint8), "dark", 0.0, 0.0))
    assert frame is not None
    return frame


def test_a_still_image_is_drawn_again_when_a_key_changes_the_look(session: Session, viewer: Viewer) -> None:
    session.looks.load("plain")
    viewer.keys = ".n..-. "
    assert WindowSink(session).show(painted(session))
    middles = [int(picture[24, 32, 0]) for picture in viewer.seen]
    assert middles[0] == 255 - DARK
    assert middles[-1] == DARK
    assert viewer.keys == ""


def test_the_strength_of_a_still_image_can_be_changed(session: Session, viewer: Viewer) -> None:
    viewer.keys = "-----. "
    assert WindowSink(session).show(painted(session))
    assert int(viewer.seen[-1][24, 32, 0]) == pytest.approx((255 - DARK + DARK) / 2, abs=2)


def test_keys_without_a_meaning_ask_for_the_next_still_image(session: Session, viewer: Viewer) -> None:
    sink = WindowSink(session)
    viewer.keys = "hi \r"
    assert sink.show(painted(session))
    assert viewer.keys == "\r"
    assert sink.show(painted(session))
    assert viewer.keys == ""


@pytest.mark.parametrize("keys", ["..q", "..\x1b"])
def test_q_and_escape_end_it(session: Session, viewer: Viewer, keys: str) -> None:
    viewer.keys = keys
    assert not WindowSink(session).show(painted(session))


def test_closing_the_window_ends_it(session: Session, viewer: Viewer) -> None:
    viewer.keys, viewer.closes = "...", True
    assert not WindowSink(session).show(painted(session))


def test_a_clip_is_shown_at_its_own_times_and_a_camera_at_once(session: Session, viewer: Viewer) -> None:
    clip = dataclasses.replace(session, source=dataclasses.replace(session.source, is_still=False))
    sink = WindowSink(clip, clock=lambda: viewer.now_s)
    moments_s = []
    for media_s in (0.0, 5.0, 5.1, 3605.1, 3605.2):  # its clock jumps by an hour
        assert sink.show(dataclasses.replace(painted(session), media_s=media_s))
        moments_s.append(viewer.now_s)
    assert moments_s == pytest.approx([0.0, 5.0, 5.1, 5.1, 5.2], abs=0.01)
    assert max(viewer.waited_ms) <= 100  # keys and notices have their effect meanwhile
    camera = dataclasses.replace(session, source=dataclasses.replace(session.source, is_still=False, is_live=True))
    viewer.waited_ms.clear()
    sink = WindowSink(camera, clock=lambda: viewer.now_s)
    for media_s in (100.0, 109.0):
        assert sink.show(dataclasses.replace(painted(session), media_s=media_s))
    assert viewer.waited_ms == [1, 1]


def test_a_key_does_not_shorten_the_time_of_a_clips_frame(session: Session, viewer: Viewer) -> None:
    clip = dataclasses.replace(session, source=dataclasses.replace(session.source, is_still=False))
    sink = WindowSink(clip, clock=lambda: viewer.now_s)
    viewer.keys = ".-----"
    for media_s in (0.0, 2.0):
        assert sink.show(dataclasses.replace(painted(session), media_s=media_s))
    assert viewer.now_s == pytest.approx(2.0, abs=0.01)


def test_a_still_image_that_waited_while_the_look_was_changed_is_shown_in_the_new_look(
    session: Session, viewer: Viewer
) -> None:
    session.looks.load("plain")
    waiting = painted(session)
    session.controls.change(look="plain")
    viewer.keys = ". "
    assert WindowSink(session).show(waiting)
    assert int(viewer.seen[0][24, 32, 0]) == DARK


def test_the_record_key_says_that_a_still_image_is_not_recorded(session: Session, viewer: Viewer) -> None:
    controls = Controls(session.controls.view, looks=session.looks.names, can_record=False)
    viewer.keys = "r. "
    WindowSink(dataclasses.replace(session, controls=controls)).show(painted(session))
    assert not controls.view.recording
    assert "still images can't be recorded" in session.notices.since()[0].text


def test_a_snapshot_is_kept(session: Session, viewer: Viewer) -> None:
    viewer.keys = "s "
    WindowSink(session).show(painted(session))
    assert len(list(session.folder.glob("*.png"))) == 1


def test_messages_are_written_over_the_picture(session: Session, viewer: Viewer) -> None:
    session.notices.add("the camera is gone")
    viewer.keys = "h. "
    WindowSink(session).show(painted(session))
    assert len({picture.tobytes() for picture in viewer.seen}) > 1
    bare = np.full((48, 64, 3), 255 - DARK, np.uint8)
    assert not any(np.array_equal(picture, bare) for picture in viewer.seen)


@pytest.mark.parametrize(
    ("size_wh", "window_wh"), [((320, 240), (960, 720)), ((640, 480), (640, 480)), ((1920, 1080), (1920, 1080))]
)
def test_a_window_has_a_whole_multiple_of_the_pictures_size(
    size_wh: tuple[int, int], window_wh: tuple[int, int], session: Session, viewer: Viewer
) -> None:
    viewer.keys = " "
    picture = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    WindowSink(session).show(Frame(picture, "black", 0.0, 0.0))
    assert viewer.sizes == [window_wh]
