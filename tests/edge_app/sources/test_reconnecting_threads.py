from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from edge_app.flow.notices import Notices
from edge_app.flow.pipeline import Pipeline
from edge_app.flow.stats import RunStats
from edge_app.frames import Frame, FrameSource
from edge_app.sources.reconnecting import ReconnectingSource
from tests.edge_app.fakes import KeepingSink, quiet_notices
from tests.edge_app.sources.cameras import (
    ScriptedCamera,
    handles,
    one_by_one,
    readers,
    refused,
    unplugged,
    wait_until,
)


def test_a_stall_is_noticed_and_the_camera_opened_again_while_the_old_read_still_hangs() -> None:
    messages: list[str] = []
    hang = threading.Event()
    before = handles()
    stuck = ScriptedCamera(2, hang.wait)
    source = ReconnectingSource(
        "cam:0",
        one_by_one(stuck, ScriptedCamera(1000, pause_s=0.01)),
        notices=Notices(write=messages.append),
        stall_s=0.2,
    )
    with source:
        frames = source.frames()
        started_s = time.monotonic()
        while not any("is back" in text for text in messages):
            next(frames)
        assert 0.2 < time.monotonic() - started_s < 4
        assert messages[0] == "cam:0 is gone: no picture for 0.2 s; trying again"
        assert len(readers()) == 2  # the one that hangs, and the one that reads
        hang.set()
        assert wait_until(lambda: stuck.closed_by == ["read cam:0"])  # it closed its camera itself
        frames.close()  # type: ignore[attr-defined]
    assert wait_until(lambda: not readers())
    assert handles() == before


def test_at_most_two_hanging_readers_are_left() -> None:
    messages: list[str] = []
    hang, seen_at_once, opened = threading.Event(), [0], [0]

    def open_camera() -> FrameSource:
        opened[0] += 1
        return ScriptedCamera(1, hang.wait)

    source = ReconnectingSource(  # five seconds here are one outside
        "cam:0",
        open_camera,
        notices=Notices(write=messages.append),
        stall_s=0.75,
        clock=lambda: 5 * time.monotonic(),
        sleep=lambda seconds: time.sleep(seconds / 5),
    )

    def read() -> None:
        for _ in source.frames():
            pass

    thread = threading.Thread(target=read)
    with source:
        thread.start()
        assert wait_until(lambda: opened[0] == 2)
        until_s = time.monotonic() + 1.0
        while time.monotonic() < until_s:
            seen_at_once[0] = max(seen_at_once[0], len(readers()))
            time.sleep(0.01)
        assert (opened[0], seen_at_once[0]) == (2, 2)
        hang.set()  # the first one returns, and so the second one may go
        assert wait_until(lambda: opened[0] >= 3)
    thread.join(5)
    assert not thread.is_alive()
    assert wait_until(lambda: not readers())
    assert messages[0].startswith("cam:0 is gone: no picture")


def test_an_opening_that_hangs_does_not_hang_the_run() -> None:
    hang = threading.Event()
    stop = threading.Event()

    def hangs() -> FrameSource:
        hang.wait()
        return ScriptedCamera(1)

    openings: Iterator[Callable[[], FrameSource]] = iter([lambda: ScriptedCamera(1, unplugged), hangs])
    source = ReconnectingSource(
        "cam:0", lambda: next(openings)(), notices=quiet_notices(), stop=stop, sleep=lambda _: time.sleep(0.001)
    )
    with source:
        frames = source.frames()
        next(frames)
        threading.Timer(0.3, stop.set).start()
        started_s = time.monotonic()
        assert list(frames) == []
        assert time.monotonic() - started_s < 2.5
    hang.set()
    assert wait_until(lambda: not readers())


def test_stop_ends_a_pause_between_two_tries_immediately(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge_app.sources.reconnecting.FIRST_PAUSE_S", 60.0)
    stop = threading.Event()
    openings = iter([lambda: ScriptedCamera(1, unplugged)])
    source = ReconnectingSource("cam:0", lambda: next(openings, refused)(), notices=quiet_notices(), stop=stop)
    with source:
        frames = source.frames()
        next(frames)
        threading.Timer(0.3, stop.set).start()
        started_s = time.monotonic()
        assert list(frames) == []
        assert 0.25 < time.monotonic() - started_s < 3
    assert not readers()


def test_leaving_the_source_ends_its_frames_in_another_thread() -> None:
    source = ReconnectingSource("cam:0", lambda: ScriptedCamera(10**9, pause_s=0.005), notices=quiet_notices())
    thread = threading.Thread(target=lambda: [None for _ in source.frames()])
    with source:
        thread.start()
        assert wait_until(lambda: bool(readers()))
    thread.join(2)
    assert not thread.is_alive()
    assert wait_until(lambda: not readers())


def test_closing_the_frames_closes_the_camera_on_the_thread_that_read_it() -> None:
    camera = ScriptedCamera(10**9, pause_s=0.001)
    with ReconnectingSource("cam:0", lambda: camera, notices=quiet_notices()) as source:
        frames = source.frames()
        next(frames)
        frames.close()  # type: ignore[attr-defined]
        assert not readers()
    assert camera.closed_by == ["read cam:0"]


def test_a_camera_that_was_never_read_is_closed() -> None:
    camera = ScriptedCamera(1)
    with ReconnectingSource("cam:0", lambda: camera, notices=quiet_notices()):
        pass
    assert len(camera.closed_by) == 1


def test_a_run_continues_through_losses_and_can_stop_while_the_camera_is_gone() -> None:
    messages: list[str] = []
    stop = threading.Event()
    openings = iter([lambda: ScriptedCamera(5, unplugged, pause_s=0.01)] * 2)
    notices = Notices(write=messages.append)
    source = ReconnectingSource("cam:0", lambda: next(openings, refused)(), notices=notices, stop=stop)
    sink = KeepingSink()

    def stop_in_a_pause() -> None:
        wait_until(lambda: len(messages) == 3)
        time.sleep(0.1)
        stop.set()

    threading.Thread(target=stop_in_a_pause).start()
    started_s = time.monotonic()
    with source:
        Pipeline(source, lambda frame: frame, [sink], stop=stop, stats=RunStats(), notices=notices).run()
    assert time.monotonic() - started_s < 4
    assert 6 <= len(sink.levels) <= 10
    assert [text.split()[2] for text in messages] == ["gone:", "back", "gone:"]
    assert not readers()
    assert sink.idled >= 2  # the window went on reacting while the camera was gone


def test_unplugging_while_another_thread_waits_ends_neither() -> None:
    plug = threading.Event()

    def yanked() -> None:
        plug.wait(5)
        unplugged()

    messages: list[str] = []
    source = ReconnectingSource(
        "cam:0", one_by_one(ScriptedCamera(1, yanked), ScriptedCamera(3)), notices=Notices(write=messages.append)
    )
    taken: list[Frame] = []
    with source:
        thread = threading.Thread(target=lambda: taken.extend(islice(source.frames(), 2)))
        thread.start()
        assert wait_until(lambda: len(readers()) == 1)
        plug.set()
        thread.join(5)
    assert len(taken) == 2
    assert messages[-1].startswith("cam:0 is back after")
