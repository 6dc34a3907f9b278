"""One run of the app, from its options to its figures."""

from __future__ import annotations

import dataclasses
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from celcam.cli import parse_size
from celcam.pixels import size_for_short_side
from edge_app.control.controls import Controls, View
from edge_app.control.monitor import Monitor
from edge_app.drawing.looks import Looks, look_loaders
from edge_app.drawing.painter import Painter
from edge_app.drawing.sizing import LIVE_SHORT_SIDE, choose_size, size_choices
from edge_app.flow.notices import Notices
from edge_app.flow.pipeline import Pipeline
from edge_app.frames import FrameSink, FrameSource
from edge_app.options import AppConfig
from edge_app.session import Session
from edge_app.sinks import open_sinks
from edge_app.sources import BUNDLED_CLIP, CameraOptions, open_first_camera, open_source

# Asked of a camera: what each offers at 30 frames a second, and more where the picture is shown at its full size.
CAMERA_WH = (640, 480)
SHARP_CAMERA_WH = (1280, 720)


def run_app(config: AppConfig) -> str:
    """Open everything, run until the end, close everything.

    Returns:
        What was measured, in a few lines.

    Raises:
        CelcamError: a part can't be opened, or broke off.
    """
    notices = Notices()
    asked_wh = parse_size(config.size) if config.size else None
    # Names are checked before anything is opened, the network is loaded after the source has been found.
    look, loaders = look_loaders(
        config.style, model=config.model, style_filter=config.filter, threads=config.threads, delegate=config.delegate
    )
    view = View(look, asked_wh, strength=config.strength, wipe=config.wipe, sharp=config.sharp, calm=config.calm)
    with ExitStack() as stack:
        stop = stack.enter_context(_stop_on_signals())
        source = stack.enter_context(_open_source(config, asked_wh, notices, stop))
        view = dataclasses.replace(view, size_wh=asked_wh or choose_size(source.info))
        looks = Looks(loaders, notices)
        looks.load(look)
        sizes_wh = [] if source.info.is_still else size_choices(source.info.size_wh)
        controls = Controls(view, looks=looks.names, sizes_wh=sizes_wh, can_record=not source.info.is_still)
        painter = Painter(looks, controls, notices, source.info)
        session = Session(source.info, looks, controls, config.folder, notices, paint=painter)
        monitor = stack.enter_context(Monitor(session, target_fps=config.fps, stats_path=config.stats))
        sinks = [stack.enter_context(sink) for sink in _open_sinks(config, session, monitor, stop)]
        stack.enter_context(_stop_after(config.seconds, stop))
        print(f"{source.info.name} -> {look} at {_size(view)} -> {' '.join(config.to)}", flush=True)
        Pipeline(source, painter, sinks, stop=stop, stats=session.stats, notices=notices).run()
    return "\n".join([session.stats.result_line(), session.stats.stage_table(), *monitor.summary()])


def _size(view: View) -> str:
    return "{}x{}".format(*view.size_wh) if view.size_wh else "each picture's own size"


def _open_source(
    config: AppConfig, size_wh: tuple[int, int] | None, notices: Notices, stop: threading.Event
) -> FrameSource:
    usual_wh = SHARP_CAMERA_WH if config.sharp else CAMERA_WH
    camera_wh = parse_size(config.camera_size) if config.camera_size else usual_wh
    options: CameraOptions = {
        "size_wh": camera_wh,
        "small_wh": size_wh or size_for_short_side(camera_wh, LIVE_SHORT_SIDE),
        "fps": config.fps or None,
        "notices": notices,
        "stop": stop,
    }
    if config.source is not None:
        return open_source(config.source, loop=config.loop, **options)
    camera = open_first_camera(**options)
    if camera is not None:
        return camera
    print("no camera found: showing the bundled clip", file=sys.stderr)
    return open_source(str(BUNDLED_CLIP), loop=config.loop)


def _open_sinks(config: AppConfig, session: Session, monitor: Monitor, stop: threading.Event) -> list[FrameSink]:
    def open_page() -> FrameSink:
        from edge_app.web.sink import WebSink
        from edge_app.web.thumbnails import thumbnail_loaders

        return WebSink(
            session,
            address=config.web_address,
            port=config.port,
            token=config.token,
            read_vitals=monitor.vitals,
            thumb_loaders=thumbnail_loaders(
                session.controls.looks,
                model=None if config.delegate else config.model,  # one made for an accelerator draws nowhere else
            ),
            stop=stop,
        )

    return open_sinks(
        config.to,
        session,
        overwrite=config.overwrite,
        limit_minutes=config.split_minutes,
        limit_mb=config.split_mb,
        web=open_page,
    )


@contextmanager
def _stop_after(seconds: float, stop: threading.Event) -> Iterator[None]:
    """Sets ``stop`` after so long; 0 is never."""
    timer = threading.Timer(seconds, stop.set)
    timer.daemon = True
    if seconds:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


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
