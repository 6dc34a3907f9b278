from __future__ import annotations

import dataclasses
import threading
import time

import pytest

from celcam.errors import CameraError, ModelError
from edge_app.flow.notices import Notices
from edge_app.flow.pipeline import Pipeline
from edge_app.flow.stats import RunStats
from edge_app.frames import Frame, FrameSink, FrameSource
from tests.edge_app.fakes import CountingSource, KeepingSink, quiet_notices, rising


def run(
    source: FrameSource,
    *sinks: FrameSink,
    draw: object = None,
    finish: object = None,
    stop: threading.Event | None = None,
    notices: Notices | None = None,
) -> RunStats:
    stats = RunStats()
    Pipeline(
        source,
        draw or (lambda frame: frame),  # type: ignore[arg-type]
        sinks,
        stop=stop or threading.Event(),
        stats=stats,
        notices=notices or quiet_notices(),
        finish=finish,  # type: ignore[arg-type]
    ).run()
    return stats


def our_threads() -> list[str]:
    return [
        thread.name
        for thread in threading.enumerate()
        if thread.name.startswith(("capture", "styl", "finish", "show", "st"))
    ]


def slow(frame: Frame) -> Frame:
    time.sleep(0.01)
    return frame


def test_a_file_loses_no_frame_whatever_is_slow() -> None:
    sink = KeepingSink(slow_s=0.002)
    stats = run(CountingSource(100, is_live=False), sink)
    assert sink.levels == list(range(100))
    assert (stats.frames, stats.captured, stats.dropped) == (100, 100, 0)
    assert not our_threads()


def test_each_of_several_sinks_gets_every_frame_of_a_file() -> None:
    sinks = [KeepingSink(), KeepingSink(slow_s=0.003), KeepingSink()]
    run(CountingSource(50, is_live=False), *sinks)
    assert [sink.levels for sink in sinks] == [list(range(50))] * 3


def test_a_live_source_drops_old_frames_instead_of_lagging() -> None:
    sink = KeepingSink()
    stats = run(CountingSource(200, is_live=True), sink, draw=slow)
    assert rising(sink.levels)
    assert sink.levels[-1] == 199  # the newest was shown
    assert stats.dropped == 200 - stats.frames > 50
    latency_ms = stats.stage("captured to shown").percentile(100)
    assert latency_ms is not None
    assert latency_ms < 200
    assert stats.stage("wait to stylize").count == stats.frames


def test_a_slow_sink_does_not_slow_the_others() -> None:
    quick, lazy = KeepingSink(), KeepingSink(slow_s=0.05)
    run(CountingSource(200, is_live=True), quick, lazy)
    assert len(lazy.levels) < 30
    assert len(quick.levels) > 5 * len(lazy.levels)
    assert rising(lazy.levels)


def test_a_sink_can_end_the_run() -> None:
    first, second = KeepingSink(), KeepingSink(limit=3)
    run(CountingSource(10**9, is_live=False), first, second)
    assert second.levels == [0, 1, 2]
    assert not our_threads()


def test_stop_ends_the_run_even_while_the_camera_gives_nothing() -> None:
    stop, shown = threading.Event(), threading.Event()

    class Hanging(CountingSource):
        def frames(self):  # type: ignore[no-untyped-def]
            yield from super().frames()
            shown.set()
            stop.wait(30)

    def stop_soon() -> None:
        shown.wait()
        time.sleep(0.2)
        stop.set()

    sink = KeepingSink()
    threading.Thread(target=stop_soon).start()
    started_s = time.monotonic()
    run(Hanging(5, is_live=True), sink, stop=stop)
    assert time.monotonic() - started_s < 5
    assert sink.idled >= 2  # the window went on reacting meanwhile
    assert not our_threads()


def test_a_truncated_source_is_shown_to_its_end_and_then_reported() -> None:
    sink = KeepingSink()
    with pytest.raises(CameraError, match="unplugged"):
        run(CountingSource(7, is_live=False, error=CameraError("unplugged")), sink)
    assert sink.levels == list(range(7))
    assert not our_threads()


def test_a_stylizer_that_fails_ends_the_run_with_its_error() -> None:
    def refuse(frame: Frame) -> Frame:
        raise ModelError("no")

    with pytest.raises(ModelError, match="no"):
        run(CountingSource(10**9, is_live=False), KeepingSink(), draw=refuse)
    assert not our_threads()


def test_a_frame_that_is_dropped_is_shown_nowhere() -> None:
    sink = KeepingSink()
    run(CountingSource(10, is_live=False), sink, draw=lambda frame: frame if frame.media_s % 2 else None)
    assert sink.levels == [1, 3, 5, 7, 9]


def test_a_live_sink_that_fails_is_reported_and_the_others_keep_running() -> None:
    messages: list[str] = []
    window, disk = KeepingSink(limit=100), KeepingSink(limit=3, error=CameraError("the disk is full"))
    disk.name = "video"
    with pytest.raises(CameraError, match="disk is full"):
        run(CountingSource(10**9, is_live=True), window, disk, notices=Notices(write=messages.append))
    assert len(window.levels) == 100
    assert messages == ["video stopped: the disk is full"]


def test_rate_and_latency_survive_the_loss_of_the_first_sink() -> None:
    stats, stop, lost = RunStats(), threading.Event(), threading.Event()

    class Disk(KeepingSink):
        name = "recording"

        def show(self, frame: Frame) -> bool:
            lost.set()
            raise CameraError("the disk is full")

    class Page(KeepingSink):
        def show(self, frame: Frame) -> bool:
            lost.wait(10)
            return super().show(frame)

    page = Page(limit=200)
    source = CountingSource(10**9, is_live=True)
    with pytest.raises(CameraError, match="disk is full"):
        Pipeline(source, lambda frame: frame, [Disk(), page], stop=stop, stats=stats, notices=quiet_notices()).run()
    assert stats.frames >= len(page.levels) == 200
    assert stats.stage("captured to shown").count >= 100
    assert stats.recent_fps > 10


def test_frames_that_a_slow_sink_drops_are_counted() -> None:
    last_shown = threading.Event()

    class Quick(KeepingSink):
        def show(self, frame: Frame) -> bool:
            if frame.name == "frame-49":
                last_shown.set()
            return super().show(frame)

    class Slow(KeepingSink):
        def show(self, frame: Frame) -> bool:
            last_shown.wait(10)
            return super().show(frame)

    slow_sink = Slow()
    slow_sink.name = "slow"
    stats = run(CountingSource(50, is_live=True), Quick(), slow_sink)
    assert len(slow_sink.levels) <= 2  # the first that it got, and the last
    assert slow_sink.levels[-1] == 49
    assert stats.dropped_by["slow"] == stats.frames - len(slow_sink.levels)


def test_a_failing_sink_ends_the_run_of_a_file() -> None:
    other = KeepingSink()
    with pytest.raises(CameraError, match="full"):
        run(CountingSource(10**9, is_live=False), other, KeepingSink(limit=3, error=CameraError("full")))
    assert len(other.levels) < 30


def test_a_sink_on_the_main_thread_is_shown_its_frames_there() -> None:
    seen: set[str] = set()

    class Window(KeepingSink):
        on_main_thread = True

        def show(self, frame: Frame) -> bool:
            seen.add(threading.current_thread().name)
            return super().show(frame)

    window, other = Window(), KeepingSink()
    run(CountingSource(20, is_live=False), other, window)
    assert seen == {threading.current_thread().name}
    assert window.levels == other.levels == list(range(20))


def test_the_window_shows_the_drawing() -> None:
    sink = KeepingSink()
    run(
        CountingSource(3, is_live=False), sink, draw=lambda frame: dataclasses.replace(frame, rgb_u8=frame.rgb_u8 + 100)
    )
    assert sink.levels == [100, 101, 102]
