"""Stages on threads of their own: capture, stylize, finish and show.

A live source keeps the newest frame only, so the picture never lags behind; a file loses no frame. Each sink has its
own thread and its own short queue, so a slow sink does not slow another one. A window runs on the caller's thread.
Between stylize and finish at most one frame waits: the slower of the two sets the rate, and neither adds to the lag.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from edge_app.flow.channel import Channel, NothingYetError
from edge_app.flow.notices import Notices
from edge_app.flow.stats import RunStats, Series
from edge_app.frames import Frame, FrameSink, FrameSource

# So many frames of a file wait for a slower stage; more would only cost memory.
FILE_QUEUE = 2
# The main thread looks for signals that often.
SIGNAL_S = 0.5
# A camera that hangs must not keep the app from finishing a recording; its thread ends with the process.
JOIN_TIMEOUT_S = 5.0
# `FrameSink.idle` is called at this interval while there is nothing to show.
IDLE_S = 0.05


class Pipeline:
    """One run: frames pass from the source to all sinks until the source ends, a sink quits or ``stop`` is set."""

    def __init__(
        self,
        source: FrameSource,
        draw: Callable[[Frame], Frame | None],
        sinks: Sequence[FrameSink],
        *,
        stop: threading.Event,
        stats: RunStats,
        notices: Notices,
        finish: Callable[[Frame], Frame] | None = None,
    ) -> None:
        """Connect the stages.

        Args:
            source: open; the caller closes it.
            draw: turns a captured frame into the frame to show, or None to drop it; runs on a thread of its own.
            sinks: open, at least one; the caller finishes them.
            stop: ends the run cleanly; set when the run is over.
            stats: receives the figures: rate of finished frames, time of ``draw``, latency at the first open sink.
            notices: receives errors that do not end the run.
            finish: completes a drawn frame, on a thread of its own, while the next one is drawn; None if ``draw``
                completes it.
        """
        self._source, self._draw, self._stop, self._stats, self._notices = source, draw, stop, stats, notices
        self._live = source.info.is_live
        self._capture_ms = stats.stage("capture")
        self._captured = self._channel(1, stats.stage("wait to stylize"))
        self._draw_ms = stats.stage("stylize")
        self._finish = finish
        if finish is not None:
            waits = stats.stage("wait to finish")
            self._drawn: Channel[tuple[Frame, float]] = Channel(1, keeps_newest=False, on_wait=waits.add)
            self._finish_ms = stats.stage("finish")
        self._outlets = [
            _Outlet(
                sink,
                self._channel(sink.live_queue, stats.stage(f"wait to {sink.name}")),
                stats.stage(f"show {sink.name}"),
            )
            for sink in sinks
        ]
        self._open = set(self._outlets)
        self._lock = threading.Lock()
        self._all_over = threading.Event()
        self._errors: list[BaseException] = []

    def run(self) -> None:
        """Run all stages to the end; a window's stage runs on the calling thread.

        Raises:
            CelcamError: the error that stopped a stage; all frames before it have been shown. If one of several sinks
                of a live source fails, the others go on, and the error is raised at the end.
        """
        ours = next((outlet for outlet in self._outlets if outlet.sink.on_main_thread), None)
        threads = [
            threading.Thread(target=self._capture, name="capture", daemon=True),
            threading.Thread(target=self._stylize, name="stylize", daemon=True),
            *(
                [threading.Thread(target=self._finish_all, args=(self._finish,), name="finish", daemon=True)]
                if self._finish is not None
                else []
            ),
            threading.Thread(target=self._wake_at_stop, name="stop", daemon=True),
            *(
                threading.Thread(target=self._show, args=(outlet,), name=f"show {outlet.sink.name}", daemon=True)
                for outlet in self._outlets
                if outlet is not ours
            ),
        ]
        for thread in threads:
            thread.start()
        try:
            if ours is not None:
                self._show(ours)
            while not self._all_over.wait(SIGNAL_S):
                pass  # a signal that another thread of the process received is handled here
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(JOIN_TIMEOUT_S)
        if self._errors:
            raise self._errors[0]

    def _channel(self, live_capacity: int, waits: Series) -> Channel[Frame]:
        capacity = live_capacity if self._live else FILE_QUEUE
        return Channel(capacity, keeps_newest=self._live, on_wait=waits.add)

    def _capture(self) -> None:
        try:
            for frame in _timed(self._source.frames(), self._capture_ms):
                self._stats.captured += 1
                if self._stop.is_set() or not self._captured.put(frame):
                    break
        except BaseException as error:  # raised after the frames before it
            self._captured.end(error)
        else:
            self._captured.end()

    def _stylize(self) -> None:
        error = None
        try:
            while self._wait_for_finish() and (frame := self._captured.get()) is not None:
                started_s = time.perf_counter()
                drawn = self._draw(frame)
                draw_ms = 1000 * (time.perf_counter() - started_s)
                self._draw_ms.add(draw_ms)
                self._stats.dropped = self._captured.dropped
                if drawn is None:
                    continue
                if self._finish is None:
                    self._offer(drawn, draw_ms)
                elif not self._drawn.put((drawn, draw_ms)):
                    break
        except BaseException as raised:  # raised by the caller's thread once what was drawn has been shown
            error = raised
        finally:
            self._captured.close()
            if self._finish is None:
                self._end_outlets(error)
            else:
                self._drawn.end(error)

    def _wait_for_finish(self) -> bool:
        """Wait until the frame before is being finished, so that the next one is as new as it can be."""
        return self._finish is None or self._drawn.wait_until_empty()

    def _finish_all(self, finish: Callable[[Frame], Frame]) -> None:
        error = None
        try:
            while (item := self._drawn.get()) is not None:
                drawn, draw_ms = item
                with self._finish_ms.timing():
                    finished = finish(drawn)
                self._offer(finished, draw_ms)
        except BaseException as raised:  # as in `_stylize`
            error = raised
        finally:
            self._drawn.close()
            self._end_outlets(error)

    def _offer(self, frame: Frame, draw_ms: float) -> None:
        """Hand a finished frame to all sinks."""
        self._stats.drawn(draw_ms, frame.drawn_as)
        for outlet in self._outlets:
            outlet.channel.put(frame)
            self._stats.dropped_by[outlet.sink.name] = outlet.channel.dropped

    def _end_outlets(self, error: BaseException | None) -> None:
        if error is not None:
            self._errors.append(error)
        for outlet in self._outlets:
            outlet.channel.end()

    def _show(self, outlet: _Outlet) -> None:
        ends_run = False
        try:
            ends_run = outlet.show_all(partial(self._shown, outlet))
        except BaseException as error:  # raised by the caller's thread at the end
            self._errors.append(error)
            ends_run = not self._live or len(self._open) == 1
            if not ends_run:
                self._notices.add(f"{outlet.sink.name} stopped: {error}")
        finally:
            outlet.channel.close()
            with self._lock:
                self._open.discard(outlet)
                over = not self._open
            if ends_run or over:
                self._stop.set()
            if over:
                self._all_over.set()

    def _shown(self, outlet: _Outlet, frame: Frame) -> None:
        """Record the latency at the first sink that is still open."""
        with self._lock:
            is_first = outlet is next((each for each in self._outlets if each in self._open), None)
        if is_first:
            self._stats.shown(frame.captured_s)

    def _wake_at_stop(self) -> None:
        self._stop.wait()
        self._captured.close()


class _Outlet:
    """A sink and its queue."""

    def __init__(self, sink: FrameSink, channel: Channel[Frame], show_ms: Series) -> None:
        self.sink, self.channel, self._show_ms = sink, channel, show_ms

    def show_all(self, on_shown: Callable[[Frame], None]) -> bool:
        """Show frames up to the last; True if the viewer quits before. Calls ``on_shown`` after each frame."""
        while True:
            try:
                frame = self.channel.get(IDLE_S)
            except NothingYetError:
                if not self.sink.idle():
                    return True
                continue
            if frame is None:
                return False
            with self._show_ms.timing():
                wants_more = self.sink.show(frame)
            on_shown(frame)
            if not wants_more:
                return True


def _timed(frames: Iterator[Frame], series: Series) -> Iterator[Frame]:
    while True:
        with series.timing():
            frame = next(frames, None)
        if frame is None:
            return
        yield frame
