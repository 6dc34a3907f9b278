from __future__ import annotations

import threading
import time

import pytest

from celcam.arrays import Uint8Array
from celcam.errors import CameraError, ModelError
from edge_app.pipeline import run_pipeline
from edge_app.stats import RunStats
from tests.edge_app.fakes import CountingSource, KeepingSink, rising


def same(rgb_u8: Uint8Array) -> Uint8Array:
    return rgb_u8


def stage_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name in ("capture", "stylize")]


def test_a_file_loses_no_frame_whatever_is_slow() -> None:
    sink = KeepingSink(slow_s=0.002)
    stats = run_pipeline(CountingSource(100, is_live=False), same, sink, stop=threading.Event())
    assert sink.levels == list(range(100))
    assert (stats.frames, stats.dropped) == (100, 0)
    assert not stage_threads()


def test_a_live_source_drops_old_frames_instead_of_lagging() -> None:
    sink = KeepingSink()

    def slow(rgb_u8: Uint8Array) -> Uint8Array:
        time.sleep(0.01)
        return rgb_u8

    stats = run_pipeline(CountingSource(200, is_live=True), slow, sink, stop=threading.Event())
    assert rising(sink.levels)
    assert sink.levels[-1] == 199  # the newest was shown
    assert stats.dropped == 200 - stats.frames > 50
    assert max(stats.latency_ms) < 200


def test_the_sink_ends_the_run() -> None:
    sink = KeepingSink(limit=3)
    run_pipeline(CountingSource(10**9, is_live=False), same, sink, stop=threading.Event())
    assert sink.levels == [0, 1, 2]
    assert not stage_threads()


def test_stop_ends_the_run() -> None:
    stop = threading.Event()

    def stop_at_5(stats: RunStats) -> None:
        if stats.frames >= 5:
            stop.set()

    stats = run_pipeline(CountingSource(10**9, is_live=True), same, KeepingSink(), stop=stop, on_shown=stop_at_5)
    assert 5 <= stats.frames < 20
    assert not stage_threads()


def test_a_source_that_breaks_off_is_shown_to_its_end_and_then_told() -> None:
    sink = KeepingSink()
    with pytest.raises(CameraError, match="unplugged"):
        run_pipeline(
            CountingSource(7, is_live=False, error=CameraError("unplugged")), same, sink, stop=threading.Event()
        )
    assert sink.levels == list(range(7))
    assert not stage_threads()


def test_a_stylizer_that_fails_ends_the_run_with_its_error() -> None:
    def refuse(rgb_u8: Uint8Array) -> Uint8Array:
        raise ModelError("no")

    with pytest.raises(ModelError, match="no"):
        run_pipeline(CountingSource(10**9, is_live=False), refuse, KeepingSink(), stop=threading.Event())
    assert not stage_threads()


def test_the_rate_is_intervals_over_their_span() -> None:
    stats = RunStats(shown_s=[0.0, 0.5, 1.0])
    assert stats.fps == 2.0
    assert RunStats(shown_s=[0.0]).fps is None
    assert "3 frames, 2.0 frames per second" in stats.summary()
