"""Capture, stylize and show, each at its own pace, on threads of their own.

A live source keeps the newest frame only, so the picture never lags; a file loses none. Each sink has its own thread
and its own short queue, so a slow one slows no other; a window's is the caller's thread, because windows insist on it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

from edge_app.flow.channel import Channel, NothingYetError
from edge_app.flow.notices import Notices
from edge_app.flow.stats import RunStats, Series
from edge_app.frames import Frame, FrameSink, FrameSource

# A file's frames wait here for a slower stage; more would only cost memory.
FILE_QUEUE = 4
# A camera that hangs must not keep the app from finishing a recording; its thread dies with the process.
JOIN_TIMEOUT_S = 5.0
# How often a sink that has nothing to show is woken.
IDLE_S = 0.05


class Pipeline:
    """One run: frames pass from the source to all sinks until it ends, a sink has enough or ``stop`` is set."""

    def __init__(
        self,
        source: FrameSource,
        draw: Callable[[Frame], Frame | None],
        sinks: Sequence[FrameSink],
        *,
        stop: threading.Event,
        stats: RunStats,
        notices: Notices,
    ) -> None:
        """Put the stages together.

        Args:
            source: open; closed by the caller.
            draw: makes of a frame the one to be shown, or None where it is to be left out; runs on a thread of its own.
            sinks: open, at least one; finished by the caller. Rate and latency are those of the first.
            stop: ends the run cleanly; set when the run is over.
            stats: is written.
            notices: is told what went wrong where the run goes on.
        """
        self._source, self._draw, self._stop, self._stats, self._notices = source, draw, stop, stats, notices
        self._live = source.info.is_live
        self._capture_ms = stats.stage("capture")
        self._captured = self._channel(1, stats.stage("wait to stylize"))
        self._draw_ms = stats.stage("stylize")
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
        """Start the threads, be one of them where a window wants that, and wait for all.

        Raises:
            CelcamError: what stopped a stage; frames before it have been shown. Where a live source has several sinks
                and one breaks off, the others go on, and its error is raised at the end.
        """
        ours = next((outlet for outlet in self._outlets if outlet.sink.on_main_thread), None)
        threads = [
            threading.Thread(target=self._capture, name="capture", daemon=True),
            threading.Thread(target=self._stylize, name="stylize", daemon=True),
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
            self._all_over.wait()
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
        except BaseException as error:  # told behind the frames before it
            self._captured.end(error)
        else:
            self._captured.end()

    def _stylize(self) -> None:
        try:
            while (frame := self._captured.get()) is not None:
                with self._draw_ms.timing():
                    drawn = self._draw(frame)
                if drawn is not None:
                    for outlet in self._outlets:
                        outlet.channel.put(drawn)
                self._stats.dropped = self._captured.dropped + self._outlets[0].channel.dropped
        except BaseException as error:  # raised by the caller's thread once what was drawn has been shown
            self._errors.append(error)
        finally:
            self._captured.close()
            for outlet in self._outlets:
                outlet.channel.end()

    def _show(self, outlet: _Outlet) -> None:
        ends_run = False
        try:
            ends_run = outlet.show_all(self._stats if outlet is self._outlets[0] else None)
        except BaseException as error:  # raised by the caller's thread, or told where others go on
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

    def _wake_at_stop(self) -> None:
        self._stop.wait()
        self._captured.close()


class _Outlet:
    """A sink, and what waits for it."""

    def __init__(self, sink: FrameSink, channel: Channel[Frame], show_ms: Series) -> None:
        self.sink, self.channel, self._show_ms = sink, channel, show_ms

    def show_all(self, stats: RunStats | None) -> bool:
        """Show frames to the last; True where the viewer has had enough before. ``stats`` is told of each."""
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
            if stats is not None:
                stats.shown(frame.captured_s)
            if not wants_more:
                return True


def _timed(frames: Iterator[Frame], series: Series) -> Iterator[Frame]:
    while True:
        with series.timing():
            frame = next(frames, None)
        if frame is None:
            return
        yield frame
