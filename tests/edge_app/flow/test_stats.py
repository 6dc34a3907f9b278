from __future__ import annotations

import pytest

from edge_app.flow.stats import KEPT, RunStats, Series


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_the_rate_is_intervals_over_their_span() -> None:
    clock = Clock()
    stats = RunStats(clock)
    assert stats.fps is None
    for clock.now_s in (0.0, 0.5, 1.0):
        stats.drawn(5.0)
    assert stats.fps == 2.0
    assert stats.recent_fps == 2.0
    assert "3 frames, 2.0 frames per second" in stats.result_line()


def test_the_recent_rate_fades_without_frames() -> None:
    clock = Clock()
    stats = RunStats(clock)
    for number in range(100):
        clock.now_s = number / 20
        stats.drawn(5.0)
    assert stats.recent_fps == pytest.approx(20.0, rel=0.05)
    clock.now_s += 2.5
    assert stats.recent_fps < 15
    clock.now_s += 2.5
    assert stats.recent_fps == 0.0


def test_a_series_keeps_the_newest() -> None:
    series = Series()
    assert series.percentile(50) is None
    for value in range(KEPT + 100):
        series.add(float(value))
    assert series.count == KEPT + 100
    assert series.percentile(0) == 100.0
    assert series.percentile(100) == KEPT + 99
    assert series.percentile(50, last=11) == KEPT + 94


def test_a_snapshot_holds_each_stage_that_ran() -> None:
    stats = RunStats()
    stats.stage("capture")
    stats.stage("stylize").add(4.0)
    stats.drawn(4.0)
    snapshot = stats.snapshot()
    assert snapshot["frames"] == 1
    assert snapshot["stages_ms"]["stylize"] == {"median": 4.0, "p95": 4.0}
    assert "capture" not in snapshot["stages_ms"]


def test_the_table_has_a_line_for_each_stage_that_ran() -> None:
    stats = RunStats()
    stats.stage("capture")
    stats.stage("stylize").add(4.0)
    lines = stats.stage_table().splitlines()
    assert len(lines) == 2
    assert lines[1].split() == ["stylize", "4.0", "4.0"]


def test_figures_of_a_new_look_or_size_start_from_zero() -> None:
    clock = Clock()
    stats = RunStats(clock)
    assert (stats.drawing().frames, stats.drawing().drawn_as) == (0, None)
    for number in range(40):
        clock.now_s = float(number)
        stats.drawn(900.0, ("comic-quality", (640, 480)))
    for number in range(3):
        clock.now_s += 0.5
        stats.drawn(480.0, ("comic", (640, 480)))
        assert stats.drawing().frames == number + 1
    figures = stats.drawing()
    assert figures.drawn_as == ("comic", (640, 480))
    assert (figures.fps, figures.draw_ms) == (2.0, 480.0)
    assert stats.frames == 43


def test_frames_that_a_sink_drops_are_counted_for_that_sink() -> None:
    stats = RunStats(Clock())
    stats.drawn(5.0)
    stats.dropped, stats.dropped_by = 2, {"recording": 3, "web": 0}
    assert stats.result_line() == "1 frame, 2 dropped, 3 dropped by recording"
    assert stats.snapshot()["dropped_by"] == {"recording": 3, "web": 0}
