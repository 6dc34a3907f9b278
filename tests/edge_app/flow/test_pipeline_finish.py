"""The pipeline with a stage that finishes drawn frames."""

from __future__ import annotations

import dataclasses
import threading
import time

import pytest

from celcam.errors import MediaError, ModelError
from edge_app.frames import Frame
from tests.edge_app.fakes import CountingSource, KeepingSink, rising
from tests.edge_app.flow.test_pipeline import our_threads, run, slow


def lighten(frame: Frame) -> Frame:
    return dataclasses.replace(frame, rgb_u8=frame.rgb_u8 + 100)


def test_every_frame_of_a_file_is_finished_in_order() -> None:
    sink = KeepingSink(slow_s=0.002)
    stats = run(CountingSource(100, is_live=False), sink, finish=lighten)
    assert sink.levels == list(range(100, 200))
    assert (stats.frames, stats.stage("finish").count, stats.stage("wait to finish").count) == (100, 100, 100)
    assert not our_threads()


def test_a_frame_is_finished_while_the_next_one_is_drawn() -> None:
    both = threading.Barrier(2, timeout=5)
    drawn = 0

    def draw(frame: Frame) -> Frame:
        nonlocal drawn
        drawn += 1
        if drawn > 1:
            both.wait()
        return frame

    def finish(frame: Frame) -> Frame:
        if frame.name != "frame-9":
            both.wait()  # for the next frame to be drawn
        return frame

    sink = KeepingSink()
    run(CountingSource(10, is_live=False), sink, draw=draw, finish=finish)
    assert sink.levels == list(range(10))


def test_a_slow_finish_makes_a_camera_drop_frames_before_they_are_drawn() -> None:
    sink = KeepingSink()
    stats = run(CountingSource(200, is_live=True), sink, finish=slow)
    assert rising(sink.levels)
    assert sink.levels[-1] == 199
    assert stats.dropped == 200 - stats.frames > 50
    assert stats.stage("stylize").count == stats.frames  # none is drawn in vain


def test_a_finish_that_fails_ends_the_run_after_the_frames_before_it() -> None:
    def finish(frame: Frame) -> Frame:
        if frame.name == "frame-5":
            raise ModelError("the finish fails")
        return frame

    sink = KeepingSink()
    with pytest.raises(ModelError, match="the finish fails"):
        run(CountingSource(1000, is_live=False), sink, finish=finish)
    assert sink.levels == list(range(5))
    assert not our_threads()


def test_a_source_that_fails_is_reported_after_its_frames_are_finished() -> None:
    sink = KeepingSink()
    with pytest.raises(MediaError, match="breaks off"):
        run(CountingSource(20, is_live=False, error=MediaError("breaks off")), sink, finish=slow)
    assert sink.levels == list(range(20))


def test_a_viewer_who_quits_ends_the_run_while_frames_are_finished() -> None:
    started_s = time.monotonic()
    run(CountingSource(10_000, is_live=False), KeepingSink(limit=3), finish=lighten)
    assert time.monotonic() - started_s < 5.0
    assert not our_threads()
