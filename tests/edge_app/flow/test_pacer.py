from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from edge_app.flow.pacer import LONGEST_WAIT_S, Pacer
from edge_app.frames import Frame, SourceInfo

CLIP = SourceInfo("party.mp4", (8, 8), is_live=False, frames=None, fps=10.0)


class Clock:
    now_s = 500.0

    def __call__(self) -> float:
        return self.now_s


def frame(media_s: float) -> Frame:
    return Frame(np.zeros((8, 8, 3), np.uint8), "frame", media_s, 0.0)


def show(pacer: Pacer, clock: Clock, *times_s: float, draw_s: float = 0.0) -> list[float]:
    """The moments at which frames of these times are due, if each takes ``draw_s`` to draw."""
    moments_s = []
    for media_s in times_s:
        clock.now_s += draw_s
        clock.now_s += pacer.wait_s(frame(media_s))
        moments_s.append(round(clock.now_s - 500.0, 3))
    return moments_s


def test_a_clip_is_shown_at_its_own_times() -> None:
    clock = Clock()
    assert show(Pacer(CLIP, clock=clock), clock, 5.0, 5.1, 5.4, 8.0) == [0.0, 0.1, 0.4, 3.0]


def test_drawing_that_is_quick_enough_does_not_change_the_pace() -> None:
    clock = Clock()
    assert show(Pacer(CLIP, clock=clock), clock, 0.0, 0.1, 0.2, draw_s=0.04) == [0.04, 0.14, 0.24]


@pytest.mark.parametrize("jump_s", [3600.0, LONGEST_WAIT_S + 1.0, -5.0])
def test_a_clock_that_jumps_causes_no_pause(jump_s: float) -> None:
    clock = Clock()
    there_s = 20.0 + jump_s
    times_s = (20.0, 20.1, there_s, there_s + 0.1, there_s + 0.2)
    assert show(Pacer(CLIP, clock=clock), clock, *times_s) == [0.0, 0.1, 0.1, 0.2, 0.3]


def test_a_clip_that_fell_behind_continues_at_its_own_pace() -> None:
    clock = Clock()
    pacer = Pacer(CLIP, clock=clock)
    show(pacer, clock, 0.0, 0.1)
    clock.now_s = 560.0  # a slow filter has just been loaded
    assert show(pacer, clock, 0.2, 0.3, 0.4) == [60.0, 60.1, 60.2]


@pytest.mark.parametrize("changes", [{"is_live": True}, {"is_still": True}, {"keeps_time": False}])
def test_other_sources_are_shown_at_once(changes: dict[str, bool]) -> None:
    clock = Clock()
    pacer = Pacer(dataclasses.replace(CLIP, **changes), clock=clock)  # type: ignore[arg-type]
    assert show(pacer, clock, 0.0, 1.0, 9.0) == [0.0, 0.0, 0.0]
