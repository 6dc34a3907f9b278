from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import ModelError
from celcam.finishes.finish import Finish
from celcam.finishes.vignette import Vignette
from celcam.media.photos import decode_image
from edge_app.control.controls import Controls
from edge_app.drawing.looks import Choice, Drawer
from edge_app.web import thumbnails
from edge_app.web.jpeg import NewestFrame
from edge_app.web.thumbnails import SIZE_WH, Thumbnails
from tests.edge_app.fakes import as_choices, inverting, make_looks, plain
from tests.edge_app.web.stage import frame, make_session, served, until


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "FIRST_EVERY_S", 0.02)


class Counted:
    """A look that counts what it draws."""

    def __init__(self, draw: Drawer) -> None:
        self.count, self._draw = 0, draw

    def __call__(self, rgb_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
        self.count += 1
        return self._draw(rgb_u8, size_wh)


def shown(level: int = 100) -> NewestFrame:
    newest = NewestFrame()
    newest.offer(frame(level))
    return newest


def drawn_with(
    loaders: dict[str, Callable[[], Drawer]], newest: NewestFrame, messages: list[str], every_s: float
) -> Thumbnails:
    return Thumbnails(as_choices(loaders), lambda: newest.held, report=messages.append, every_s=every_s)


def test_each_thumbnail_shows_the_scene_in_its_look(tmp_path: Path) -> None:
    loaders: dict[str, Callable[[], Drawer]] = {"negative": lambda: inverting, "plain": lambda: plain}
    with served(make_session(tmp_path), thumb_choices=as_choices(loaders)) as page:
        page.sink.show(frame(100))
        until(lambda: page.state()["thumbs"] == {"negative": 1, "plain": 1})
        for look, level in (("negative", 155), ("plain", 100)):
            answer = page.ask(f"/thumbs/{look}.jpg")
            assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")
            small = decode_image(answer.body, Path(look))
            assert small.shape == (SIZE_WH[1], SIZE_WH[0], 3)
            assert np.abs(small.astype(int) - level).max() <= 2


def test_without_viewers_no_thumbnail_is_loaded_or_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "WATCHED_S", 0.2)
    draw, loads, newest = Counted(plain), threading.Event(), shown()

    def load() -> Drawer:
        loads.set()
        return draw

    with drawn_with({"plain": load}, newest, [], 0.02) as small:
        time.sleep(0.1)
        assert not loads.is_set()
        small.watch()
        until(lambda: draw.count == 1)
        newest.offer(frame(1))
        until(lambda: draw.count == 2)
        time.sleep(0.3)
        newest.offer(frame(2))
        count = draw.count
        time.sleep(0.1)
        assert draw.count == count
        small.watch()
        until(lambda: draw.count == count + 1)


def test_models_are_released_after_a_while_without_viewers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "WATCHED_S", 0.05)
    monkeypatch.setattr(thumbnails, "FORGET_S", 0.1)
    loads: list[int] = []

    def load() -> Drawer:
        loads.append(1)
        return plain

    newest = shown()
    with drawn_with({"plain": load}, newest, [], 0.02) as small:
        small.watch()
        until(lambda: small.get("plain") is not None)
        time.sleep(0.4)
        newest.offer(frame(1))
        small.watch()
        until(lambda: len(loads) == 2)


def test_the_oldest_thumbnail_is_drawn_next_and_a_still_picture_only_once() -> None:
    draws = {name: Counted(plain) for name in "abc"}
    newest = shown()
    with drawn_with({name: (lambda draw=draw: draw) for name, draw in draws.items()}, newest, [], 0.03) as small:  # type: ignore[misc]
        small.watch()
        until(lambda: all(draw.count == 1 for draw in draws.values()))
        time.sleep(0.15)
        assert [draw.count for draw in draws.values()] == [1, 1, 1]
        for level in range(30):
            newest.offer(frame(level))
            time.sleep(0.02)
        counts = [draw.count for draw in draws.values()]
        assert min(counts) > 3
        assert max(counts) - min(counts) <= 1


def test_a_look_that_can_not_be_loaded_is_reported_once_and_the_others_still_work() -> None:
    messages: list[str] = []

    def broken() -> Drawer:
        raise ModelError("gone.tflite: missing")

    def crashing() -> Drawer:
        raise ZeroDivisionError("nobody\nexpected it")

    with drawn_with({"a": broken, "b": crashing, "c": lambda: plain}, shown(), messages, 0.02) as small:
        small.watch()
        until(lambda: small.get("c") is not None)
        time.sleep(0.1)
        assert small.watch() == {"c": 1}
    assert sorted(messages) == [
        "look a has no thumbnail: gone.tflite: missing",
        "look b has no thumbnail: ZeroDivisionError: nobody expected it",
    ]


def test_looks_of_one_network_load_it_once_and_have_their_own_finish() -> None:
    loads: list[int] = []

    def load() -> Drawer:
        loads.append(1)
        return plain

    choices = {"bare": Choice(load), "dark": Choice(load, Finish((Vignette(),)))}
    newest, messages = shown(), list[str]()
    with Thumbnails(choices, lambda: newest.held, report=messages.append, every_s=0.02) as small:
        small.watch()
        until(lambda: small.get("bare") is not None and small.get("dark") is not None)
    assert loads == [1]
    assert not messages
    bare, dark = (decode_image(small.get(name) or b"", Path(name)) for name in choices)
    assert abs(int(bare[0, 0, 0]) - 100) <= 2
    assert int(dark[0, 0, 0]) < 90  # a corner
    assert abs(int(dark[48, 64, 0]) - 100) <= 4


def test_a_page_finds_the_shipped_ones_of_its_looks(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    looks = make_looks({"negative": lambda: inverting, "poster": lambda: plain}, session.notices)
    looks.load("negative")
    controls = Controls(session.controls.view, looks=looks.names)
    session = dataclasses.replace(session, looks=looks, controls=controls)
    with served(session, thumb_choices=None) as page:
        page.sink.show(frame(100))
        until(lambda: page.state()["thumbs"] == {"poster": 1}, 20.0)
        small = decode_image(page.ask("/thumbs/poster.jpg").body, Path("poster"))
    assert small.shape == (96, 128, 3)
