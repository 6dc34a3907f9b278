"""One run of the app, from its options to the figures at its end."""

from __future__ import annotations

import dataclasses
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from celcam.cli import parse_size
from celcam.errors import UsageError
from celcam.pixels import size_for_short_side
from celcam.progress import Progress
from edge_app.control.controls import Controls, View
from edge_app.control.monitor import Monitor
from edge_app.drawing.looks import Drawer, Looks, look_loaders
from edge_app.drawing.painter import Painter
from edge_app.drawing.sizing import LIVE_SHORT_SIDE, choose_size, describe_size, size_choices
from edge_app.flow.notices import Notices
from edge_app.flow.pipeline import Pipeline
from edge_app.frames import FrameSink, FrameSource
from edge_app.options import AppConfig
from edge_app.session import Session
from edge_app.sinks import SinkKind, SinkOptions, open_sinks, sink_kind
from edge_app.sources import BUNDLED_CLIP, CameraOptions, names_file, open_first_camera, open_source
from edge_app.sources.images import ImagesSource
from edge_app.stopping import Stop, stop_after, stop_on_signals

# The size to ask a camera for: every camera offers the first at 30 frames a second; --sharp shows the full size.
CAMERA_WH = (640, 480)
SHARP_CAMERA_WH = (1280, 720)


def run_app(config: AppConfig) -> str:
    """Run a camera, or files that somebody watches, from the options to the end.

    Returns:
        The result in a few lines.

    Raises:
        CelcamError: a part can't be opened, or failed.
        KeyboardInterrupt: the user stopped the conversion of a file.
    """
    _check(config)
    notices = Notices()
    # Names are checked before anything is opened; the network is loaded once the source is open.
    view, loaders = first_view(config)
    with ExitStack() as stack:
        stop = stack.enter_context(stop_on_signals())
        source = stack.enter_context(_open_source(config, view.size_wh, notices, stop))
        view = dataclasses.replace(view, size_wh=view.size_wh or choose_size(source.info))
        looks = Looks(loaders, notices)
        looks.load(view.look)
        sizes_wh = [] if source.info.is_still else size_choices(source.info.size_wh)
        controls = Controls(view, looks=looks.names, sizes_wh=sizes_wh, can_record=not source.info.is_still)
        painter = Painter(looks, controls, notices, source.info)
        session = Session(source.info, looks, controls, config.folder, notices, paint=painter)
        monitor = stack.enter_context(Monitor(session, target_fps=config.fps, stats_path=config.stats))
        sinks = [stack.enter_context(sink) for sink in _open_sinks(config, session, monitor, stop)]
        stack.enter_context(stop_after(config.seconds, stop))
        size_wh = None if source.info.is_still and source.info.frames != 1 else source.info.size_wh
        size = describe_size(view.size_wh, size_wh, sharp=view.sharp)
        print(f"{source.info.name} -> {view.look} {size} -> {' '.join(config.to)}", flush=True)
        converts = not source.info.is_live and {"window", "web"}.isdisjoint(config.to)
        bar = stack.enter_context(Progress(source.info.name, source.info.frames, "frames", quiet=not converts))
        Pipeline(source, bar.counting(painter), sinks, stop=stop, stats=session.stats, notices=notices).run()
    lines = [session.stats.result_line(), *monitor.summary()]
    if config.stats is not None:
        lines.insert(1, session.stats.stage_table())
    if converts and stop.interrupted:
        print("\n".join(lines))
        raise KeyboardInterrupt
    places = [spec for spec in config.to if sink_kind(spec).is_place]
    if converts and places:
        lines[0] += f", written to {' '.join(places)}"
    return "\n".join(lines)


def first_view(config: AppConfig) -> tuple[View, dict[str, Callable[[], Drawer]]]:
    """The view that a run starts with, and a loader for each look.

    Raises:
        UsageError: no such look or style, or a size that the network can't draw at.
    """
    look, loaders = look_loaders(
        config.style, model=config.model, style_filter=config.filter, threads=config.threads, delegate=config.delegate
    )
    size_wh = parse_size(config.size) if config.size else None
    view = View(look, size_wh, strength=config.strength, wipe=config.wipe, sharp=config.sharp, calm=config.calm)
    return view, loaders


def _check(config: AppConfig) -> None:
    """Raise UsageError for sources and sinks that do not go together."""
    if len(config.source) > 1 and not all(map(names_file, config.source)):
        raise UsageError(f"{' '.join(config.source)}: a camera is a source by itself; name one source")
    if len(config.source) > 1 and config.loop:
        raise UsageError(f"--loop: {len(config.source)} sources; name one clip")
    if config.skip_existing:
        raise UsageError("--skip-existing: only for pictures and clips that become files")
    folders = sum(sink_kind(spec) is SinkKind.FOLDER for spec in config.to)
    if not config.source and (folders > 1 or any(Path(spec).is_file() for spec in config.to[1:])):
        raise UsageError(f"--to {' '.join(config.to)}: there is no SOURCE; put SOURCE before --to")


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
    if len(config.source) > 1:
        return ImagesSource.of_specs(config.source, notices)
    if config.source:
        return open_source(config.source[0], loop=config.loop, **options)
    camera = open_first_camera(**options)
    if camera is not None:
        return camera
    print("no camera found: showing the bundled clip", file=sys.stderr)
    return open_source(str(BUNDLED_CLIP), loop=config.loop)


def _open_sinks(config: AppConfig, session: Session, monitor: Monitor, stop: Stop) -> list[FrameSink]:
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
                model=None if config.delegate else config.model,  # a model for an accelerator runs nowhere else
            ),
            stop=stop,
        )

    options = SinkOptions(
        web=open_page,
        overwrite=config.overwrite,
        limit_minutes=config.split_minutes,
        limit_mb=config.split_mb,
        interrupted=lambda: stop.interrupted,
    )
    return open_sinks(config.to, session, options)
