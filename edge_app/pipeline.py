"""Capture, stylize and show, each at its own pace: two threads and the caller's, which shows.

A live source keeps the newest frame only, so the picture never lags; a file loses none.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator

from edge_app.channel import Channel
from edge_app.frames import Frame, FrameSink, FrameSource, Stylizer
from edge_app.stats import RunStats

# A file's frames wait here for a slower stage; more would only cost memory.
FILE_QUEUE = 4
# A camera that hangs must not keep the app from finishing a recording; its thread dies with the process.
JOIN_TIMEOUT_S = 5.0


def run_pipeline(
    source: FrameSource,
    stylize: Stylizer,
    sink: FrameSink,
    *,
    stop: threading.Event,
    on_shown: Callable[[RunStats], None] = lambda stats: None,
) -> RunStats:
    """Pass frames from source to sink until the source ends, the sink has enough or ``stop`` is set.

    Args:
        source: open; closed by the caller.
        stylize: draws a frame; runs on a thread of its own.
        sink: open; finished by the caller.
        stop: ends the run cleanly.
        on_shown: called after each frame that was shown.

    Returns:
        What was measured.

    Raises:
        CelcamError: what stopped a stage; frames before it have been shown.
    """
    live = source.info.is_live
    captured: Channel[Frame] = Channel(1 if live else FILE_QUEUE, keeps_newest=live)
    drawn: Channel[Frame] = Channel(1 if live else FILE_QUEUE, keeps_newest=live)
    stats = RunStats()

    def capture() -> None:
        for frame in _timed(source.frames(), stats.stage_ms["capture"]):
            if stop.is_set() or not captured.put(frame):
                return

    def draw() -> None:
        try:
            while (frame := captured.get()) is not None:
                started = time.perf_counter()
                picture = stylize(frame.rgb_u8)
                stats.stage_ms["stylize"].append(1000 * (time.perf_counter() - started))
                if not drawn.put(dataclasses.replace(frame, rgb_u8=picture)):
                    return
        finally:
            captured.abandon()

    threads = [
        threading.Thread(target=_ending, args=(capture, captured), name="capture", daemon=True),
        threading.Thread(target=_ending, args=(draw, drawn), name="stylize", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        while (frame := drawn.get()) is not None:
            started = time.perf_counter()
            wants_more = sink.show(frame)
            stats.stage_ms["show"].append(1000 * (time.perf_counter() - started))
            stats.shown_s.append(time.monotonic())
            stats.latency_ms.append(1000 * (stats.shown_s[-1] - frame.captured_s))
            stats.dropped = captured.dropped + drawn.dropped
            on_shown(stats)
            if not wants_more:
                break
    finally:
        stop.set()
        drawn.abandon()
        for thread in threads:
            thread.join(JOIN_TIMEOUT_S)
    return stats


def _ending(work: Callable[[], None], channel: Channel[Frame]) -> None:
    """Run a stage; end its channel with what it ended with."""
    try:
        work()
    except BaseException as error:  # handed to the thread that shows, which raises it
        channel.end(error)
    else:
        channel.end()


def _timed(frames: Iterator[Frame], times_ms: list[float]) -> Iterator[Frame]:
    while True:
        started = time.perf_counter()
        frame = next(frames, None)
        if frame is None:
            return
        times_ms.append(1000 * (time.perf_counter() - started))
        yield frame
