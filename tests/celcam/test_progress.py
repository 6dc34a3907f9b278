from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

from celcam import progress
from celcam.progress import LINE_EVERY_S, Progress, print_beside_bars


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def stepping(step_s: float) -> Callable[[], float]:
    """A clock that each reading puts forward."""
    now_s = -step_s

    def read() -> float:
        nonlocal now_s
        now_s += step_s
        return now_s

    return read


def run(stream: io.StringIO, total: int | None, steps: int, step_s: float) -> str:
    with Progress("clip.mp4", total, "frames", stream=stream, clock=stepping(step_s)) as bar:
        for _ in range(steps):
            bar.advance()
    return stream.getvalue()


def test_a_log_gets_a_line_now_and_then_with_the_time_left() -> None:
    lines = run(io.StringIO(), 100, 60, LINE_EVERY_S / 10).splitlines()
    assert len(lines) == 6
    assert lines[0] == "clip.mp4: 10 of 100 frames, 2 min left"
    assert lines[-1] == "clip.mp4: 60 of 100 frames, 60 s left"
    assert "\r" not in "".join(lines)


def test_a_log_of_unknown_length_gets_the_count() -> None:
    assert run(io.StringIO(), None, 12, LINE_EVERY_S / 10) == "clip.mp4: 10 frames\n"


def test_quick_work_prints_nothing() -> None:
    assert run(io.StringIO(), 100, 100, 0.01) == ""
    assert run(Terminal(), 100, 100, 0.01) == ""


def test_the_last_step_needs_no_line() -> None:
    assert run(io.StringIO(), 10, 10, LINE_EVERY_S / 10) == ""


def test_a_terminal_gets_a_bar_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "BAR_AFTER_S", 0.0)
    text = run(Terminal(), 100, 60, 1.0)
    assert "\rclip.mp4:   0%" in text
    assert "/100" in text
    assert text.endswith("\r")


def test_quiet_work_prints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "BAR_AFTER_S", 0.0)
    for stream in (io.StringIO(), Terminal()):
        with Progress("clip.mp4", 100, "frames", quiet=True, stream=stream, clock=stepping(LINE_EVERY_S)) as bar:
            bar.advance()
        assert stream.getvalue() == ""


def test_calls_are_counted_and_return_what_they_returned() -> None:
    stream = io.StringIO()
    with Progress("rounds", 9, "rounds", stream=stream, clock=stepping(LINE_EVERY_S)) as bar:
        assert bar.counting(lambda number, factor=1: number * factor)(3, factor=2) == 6
    assert stream.getvalue() == "rounds: 1 of 9 rounds, 2 min left\n"


def test_a_message_stands_on_a_line_of_its_own_and_the_bar_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "BAR_AFTER_S", 0.0)
    for stream in (io.StringIO(), Terminal()):
        monkeypatch.setattr(sys, "stderr", stream)
        with Progress("clip.mp4", 3, "frames") as bar:
            bar.advance()
            print_beside_bars("a.jpg: not a readable image")
            bar.advance()
        assert "a.jpg: not a readable image\n" in stream.getvalue()
    assert stream.getvalue().partition("image\n")[2].startswith("\rclip.mp4:  33%")


def test_a_closed_stream_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    stream.close()
    monkeypatch.setattr(sys, "stderr", None)
    for given in (stream, None):
        with Progress("clip.mp4", 9, "frames", stream=given, clock=stepping(LINE_EVERY_S)) as bar:
            bar.advance()
    print_beside_bars("nobody reads this")
