from __future__ import annotations

import pytest

from edge_app.flow.recent_frames import WINDOW_S, DrawnFrame, RecentFrames


def frames_at(fps: float, seconds: float = 60.0, draw_ms: float = 5.0) -> RecentFrames:
    """Frames from time 0 on, the last one at ``seconds``."""
    recent = RecentFrames()
    for number in range(round(seconds * fps) + 1):
        recent.add(DrawnFrame(number / fps, draw_ms))
    return recent


@pytest.mark.parametrize("fps", [0.2, 0.5, 1.0, 1.5, 10.0, 60.0])
def test_the_rate_is_true_from_the_slowest_to_the_fastest(fps: float) -> None:
    recent = frames_at(fps)
    for share in (0.0, 0.5, 0.99):  # of the time until the next frame
        assert recent.fps(60.0 + share / fps) == pytest.approx(fps, rel=0.02)


@pytest.mark.parametrize("fps", [0.2, 1.0, 20.0])
def test_the_rate_falls_to_0_when_the_frames_stop(fps: float) -> None:
    recent = frames_at(fps)
    interval_s = 1 / fps
    rates = [recent.fps(60.0 + late_s) for late_s in (2 * interval_s, 2.9 * interval_s, 3 * interval_s + WINDOW_S)]
    assert fps > rates[0] > rates[1] > rates[2] == 0.0


def test_fewer_than_two_frames_have_no_rate_and_no_time() -> None:
    recent = RecentFrames()
    assert (recent.fps(1.0), recent.draw_ms(1.0)) == (0.0, None)
    recent.add(DrawnFrame(1.0, 7.0))
    assert (recent.fps(1.5), recent.draw_ms(1.5)) == (0.0, None)
    recent.add(DrawnFrame(2.0, 9.0))
    assert (recent.fps(2.0), recent.draw_ms(2.0)) == (1.0, 9.0)


def test_only_the_last_seconds_count() -> None:
    recent = frames_at(10.0, seconds=100.0, draw_ms=5.0)
    for number in range(1, 61):
        recent.add(DrawnFrame(100.0 + number / 20, 40.0))
    assert recent.fps(103.0) == pytest.approx(20.0, rel=0.02)
    assert recent.draw_ms(103.0) == 40.0


def test_reading_changes_nothing() -> None:
    recent = frames_at(20.0)
    before = (recent.fps(60.0), recent.draw_ms(60.0))
    recent.fps(1000.0)
    assert (recent.fps(60.0), recent.draw_ms(60.0)) == before
