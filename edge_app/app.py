"""One run of the app, from its options to its figures."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from celcam.model_card import find_model
from celcam.styles import find_style, stroke_scale
from celcam.tflite_model import DEFAULT_THREADS, TFLiteModel
from edge_app.fit import choose_size, fitted
from edge_app.frames import FrameSource, Stylizer
from edge_app.pipeline import run_pipeline
from edge_app.sinks import open_sink
from edge_app.sources import BUNDLED_CLIP, open_first_camera, open_source
from edge_app.stats import RunStats


def run_app(
    source_spec: str | None,
    *,
    style: str,
    model_path: Path | None,
    teacher: str | None,
    sink_spec: str,
    size_wh: tuple[int, int] | None,
    threads: int = DEFAULT_THREADS,
    seconds: float = 0.0,
    overwrite: bool = False,
) -> RunStats:
    """Open everything, run until the end, close everything.

    Raises:
        CelcamError: a part can't be opened, or broke off.
    """
    # Names are checked before anything is opened, the network is loaded after the source has been found.
    load = _teacher(teacher) if teacher else _network(model_path or find_model(style), threads)
    with _open_source_or_default(source_spec) as source:
        size_wh = choose_size(source.info, size_wh)
        painter = load()
        with open_sink(sink_spec, source.info, overwrite=overwrite) as sink, _stop_on_signals() as stop:
            size = f"{size_wh[0]}x{size_wh[1]}" if size_wh else "each picture's own size"
            print(f"{source.info.name} -> {painter.name} at {size} -> {sink_spec}")
            return run_pipeline(
                source, fitted(painter.stylize, size_wh), sink, stop=stop, on_shown=_limit(seconds, stop)
            )


@dataclass(frozen=True)
class Painter:
    """What draws, and its name for people."""

    name: str
    stylize: Stylizer


def _network(path: Path, threads: int) -> Callable[[], Painter]:
    return lambda: Painter(path.name, TFLiteModel(path, threads=threads))


def _teacher(name: str) -> Callable[[], Painter]:
    """The slow OpenCV original, its lines as wide as suits the picture."""
    style = find_style(name)
    return lambda: Painter(f"the teacher {name}", lambda rgb_u8: style.draw(rgb_u8, stroke_scale(rgb_u8)))


def _open_source_or_default(spec: str | None) -> FrameSource:
    if spec is not None:
        return open_source(spec)
    camera = open_first_camera()
    if camera is not None:
        return camera
    print("no camera found: showing the bundled clip", file=sys.stderr)
    return open_source(str(BUNDLED_CLIP))


def _limit(seconds: float, stop: threading.Event) -> Callable[[RunStats], None]:
    """Sets ``stop`` once the run has lasted ``seconds``; 0 is no limit."""
    started_s = time.monotonic()

    def check(stats: RunStats) -> None:
        if seconds and time.monotonic() - started_s >= seconds:
            stop.set()

    return check


@contextmanager
def _stop_on_signals() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, so that a recording is finished; a second Ctrl-C interrupts."""
    stop = threading.Event()

    def on_signal(number: int, stack: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield stop  # signals reach the main thread alone
        return
    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
