from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice, pairwise

import numpy as np
import pytest

from celcam.errors import CameraError
from edge_app.flow.notices import Notices
from edge_app.frames import Frame, FrameSource
from edge_app.sources.reconnecting import ReconnectingSource
from tests.edge_app.fakes import quiet_notices
from tests.edge_app.sources.cameras import (
    FakeClock,
    ScriptedCamera,
    handles,
    readers,
    refused,
    unplugged,
    wait_until,
)


def reconnecting(
    *openings: Callable[[], FrameSource],
    messages: list[str] | None = None,
    clock: FakeClock | None = None,
    stall_s: float = 5.0,
    stop: threading.Event | None = None,
) -> ReconnectingSource:
    """A source that opens these one after the other, and the last one again and again."""
    left = list(openings)

    def open_camera() -> FrameSource:
        return left.pop(0)() if len(left) > 1 else left[0]()

    notices = Notices(write=messages.append) if messages is not None else quiet_notices()
    clock = clock or FakeClock()
    return ReconnectingSource(
        "cam:0", open_camera, notices=notices, stall_s=stall_s, stop=stop, clock=clock, sleep=clock.sleep
    )


def test_fifty_losses_of_a_camera_cost_only_the_gaps() -> None:
    messages: list[str] = []
    frames: list[Frame] = []
    before = handles()
    with reconnecting(lambda: ScriptedCamera(3, unplugged, pause_s=0.001), messages=messages) as source:
        for frame in source.frames():
            frames.append(frame)
            if len(messages) == 100:
                break
    assert [frame.name for frame in frames] == [f"frame-{number:06d}" for number in range(1, len(frames) + 1)]
    assert all(one.media_s < other.media_s for one, other in pairwise(frames))
    assert messages[:2] == ["cam:0 is gone: gives no more pictures; trying again", "cam:0 is back after 1 s"]
    assert sum("is gone" in text for text in messages) == sum("is back" in text for text in messages) == 50
    assert wait_until(lambda: not readers())
    assert handles() == before


def test_media_times_follow_the_clock_through_a_gap() -> None:
    def shifted(by_s: float) -> Callable[[], FrameSource]:
        class Shifted(ScriptedCamera):
            def frames(self) -> Iterator[Frame]:
                for frame in super().frames():
                    yield dataclasses.replace(frame, captured_s=1000.0 + by_s + frame.media_s)

        return lambda: Shifted(2, unplugged, pause_s=0.01)

    with reconnecting(shifted(0.0), shifted(60.0)) as source:
        frames = list(islice(source.frames(), 4))
    assert [frame.media_s for frame in frames] == [0.0, 1.0, 60.0, 61.0]


def test_timestamps_that_jump_back_do_not_turn_media_times_back() -> None:
    class Falling(ScriptedCamera):
        def frames(self) -> Iterator[Frame]:
            for frame in super().frames():
                yield dataclasses.replace(frame, captured_s=1000.0 - frame.media_s)

    with reconnecting(lambda: Falling(5, unplugged, pause_s=0.01)) as source:
        frames = list(islice(source.frames(), 4))
    assert all(one.media_s < other.media_s for one, other in pairwise(frames))


def test_the_first_opening_fails_like_that_of_any_source() -> None:
    with pytest.raises(CameraError, match="no camera there"):
        reconnecting(refused)


def test_errors_at_reopening_are_reported_once_and_retried_with_growing_pauses() -> None:
    messages: list[str] = []
    clock = FakeClock()
    openings = [lambda: ScriptedCamera(1, unplugged), *[refused] * 7, lambda: ScriptedCamera(5)]
    with reconnecting(*openings, messages=messages, clock=clock) as source:
        frames = list(islice(source.frames(), 2))
    assert len(frames) == 2
    assert sum(clock.slept) == pytest.approx(0.5 + 1 + 2 + 4 + 8 + 10 + 10 + 10)
    assert messages == ["cam:0 is gone: gives no more pictures; trying again", "cam:0 is back after 46 s"]


def test_a_stable_camera_is_retried_quickly_and_a_loose_contact_slowly() -> None:
    clock = FakeClock()

    def held_for(seconds: float) -> Callable[[], FrameSource]:
        def then() -> None:
            clock.sleep(seconds)
            unplugged()

        return lambda: ScriptedCamera(1, then)

    with reconnecting(held_for(0), held_for(0), held_for(0), held_for(60), held_for(0), clock=clock) as source:
        list(islice(source.frames(), 6))
    pauses = [0.5, 1.0, 2.0, 0.5, 1.0]
    assert sum(clock.slept) == pytest.approx(60 + sum(pauses))


def test_a_camera_that_ends_is_opened_again() -> None:
    messages: list[str] = []
    with reconnecting(lambda: ScriptedCamera(1, lambda: time.sleep(0.01)), messages=messages) as source:
        assert len(list(islice(source.frames(), 3))) == 3
    assert messages[0] == "cam:0 is gone: it ended; trying again"


@pytest.mark.parametrize(
    "error", [RuntimeError("rtsp://me:secret@host"), ValueError("?"), MemoryError(), OSError(5, "x")]
)
def test_any_error_of_a_driver_is_a_loss_and_its_text_is_not_shown(error: Exception) -> None:
    messages: list[str] = []

    def fails() -> None:
        raise error

    with reconnecting(lambda: ScriptedCamera(1, fails), messages=messages) as source:
        assert len(list(islice(source.frames(), 2))) == 2
    assert messages[0] == f"cam:0 is gone: {type(error).__name__}; trying again"


def test_a_frame_of_another_size_or_kind_is_passed_on() -> None:
    pictures = [np.zeros((8, 8, 3), np.uint8), np.zeros((4, 6, 3), np.uint8), np.zeros((8, 8), np.float32)]

    over = threading.Event()

    class Mixed(ScriptedCamera):
        def frames(self) -> Iterator[Frame]:
            for number, picture in enumerate(pictures):
                time.sleep(0.02)
                yield Frame(picture, "", 0.0, float(number))  # type: ignore[arg-type]
            over.wait(5)

    with reconnecting(lambda: Mixed(0)) as source:
        frames = source.frames()
        seen = [next(frames).rgb_u8 for _ in pictures]
        over.set()
        frames.close()  # type: ignore[attr-defined]
    assert all(one is other for one, other in zip(seen, pictures, strict=True))


def test_a_slow_reader_gets_the_newest_frame() -> None:
    with ReconnectingSource("cam:0", lambda: ScriptedCamera(200, pause_s=0.002), notices=quiet_notices()) as source:
        frames = source.frames()
        next(frames)
        time.sleep(0.1)
        assert time.monotonic() - next(frames).captured_s < 0.05
