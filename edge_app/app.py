"""One run of the app, from its options to the figures at its end."""

from __future__ import annotations

import dataclasses
import os
import sys
import threading
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path

from celcam.cli import parse_size
from celcam.errors import UsageError
from celcam.originals import identity
from celcam.pixels import size_for_short_side
from celcam.progress import Progress
from edge_app.addresses import without_secret
from edge_app.control.controls import Controls, View
from edge_app.control.monitor import Monitor
from edge_app.drawing.catalogue import Networks, look_choices, shipped_choices
from edge_app.drawing.looks import Choice, Looks
from edge_app.drawing.painter import Painter
from edge_app.drawing.sizing import (
    LIVE_SHORT_SIDE,
    choose_size,
    choose_sizes,
    describe_sizes,
    have_one_shape,
    size_choices,
)
from edge_app.flow.notices import Notices
from edge_app.flow.pipeline import Pipeline
from edge_app.frames import FrameSink, FrameSource, SourceInfo
from edge_app.options import AppConfig, parse_output_size
from edge_app.session import Session
from edge_app.sinks import SinkKind, SinkOptions, open_sinks, sink_kind
from edge_app.sources import BUNDLED_CLIP, CameraOptions, names_file, open_first_camera, open_source
from edge_app.sources.files import find_media
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
    view, choices = first_view(config)
    output_wh = parse_output_size(config.output_size)
    with ExitStack() as stack:
        stop = stack.enter_context(stop_on_signals())
        source = stack.enter_context(_open_source(config, view.size_wh, notices, stop))
        view = dataclasses.replace(
            view,
            size_wh=view.size_wh or choose_size(source.info, output_wh),
            auto_levels=source.info.is_live if config.auto_levels is None else config.auto_levels,
        )
        looks = Looks(choices, notices)
        looks.load(view.look)
        sizes_wh = [] if source.info.is_still else size_choices(output_wh or source.info.size_wh)
        controls = Controls(view, looks=looks.names, sizes_wh=sizes_wh, can_record=not source.info.is_still)
        painter = Painter(looks, controls, notices, source.info, output_wh)
        session = Session(source.info, looks, controls, config.folder, notices, paint=painter)
        monitor = stack.enter_context(Monitor(session, target_fps=config.fps, stats_path=config.stats))
        sizes = _sizes(source.info, view, output_wh)
        sinks = [stack.enter_context(sink) for sink in _open_sinks(config, session, monitor, stop, sizes[1])]
        stack.enter_context(_retention(config, source.info, notices))
        stack.enter_context(stop_after(config.seconds, stop))
        places = [spec for spec in config.to if sink_kind(spec).is_place]
        print(
            f"{source.info.name} -> {view.look}, {describe_sizes(*sizes, 'written' if places else 'shown')} -> "
            f"{' '.join(map(without_secret, config.to))}",
            flush=True,
        )
        converts = not source.info.is_live and not any(sink_kind(spec).is_watched for spec in config.to)
        bar = stack.enter_context(Progress(source.info.name, source.info.frames, "frames", quiet=not converts))
        finish = bar.counting(painter.finish)
        Pipeline(source, painter.draw, sinks, stop=stop, stats=session.stats, notices=notices, finish=finish).run()
    lines = [session.stats.result_line(), *monitor.summary()]
    if config.stats is not None:
        lines.insert(1, session.stats.stage_table())
    if converts and stop.interrupted:
        print("\n".join(lines))
        raise KeyboardInterrupt
    if converts and places:
        lines[0] += f", written to {' '.join(places)}"
    return "\n".join(lines)


def first_view(config: AppConfig) -> tuple[View, dict[str, Choice]]:
    """The view that a run starts with, and all looks.

    Raises:
        UsageError: no such look, style or finish, a size that the network can't draw at, or two sizes of two shapes.
    """
    look, choices = look_choices(
        config.style,
        Networks(threads=config.threads, delegate=config.delegate),
        model=config.model,
        style_filter=config.filter,
        finish=config.finish,
    )
    size_wh, output_wh = parse_size(config.size) if config.size else None, parse_output_size(config.output_size)
    view = View(
        look,
        size_wh,
        strength=config.strength,
        wipe=config.wipe,
        sharp=config.sharp,
        calm=config.calm,
        auto_levels=bool(config.auto_levels),
    )
    if size_wh is not None and output_wh is not None and not have_one_shape(output_wh, size_wh):
        raise UsageError(
            f"--size {config.size} and --output-size {config.output_size}: expected one shape; leave --size out"
        )
    return view, choices


def _sizes(
    source: SourceInfo, view: View, output_wh: tuple[int, int] | None
) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """The sizes at which a run draws and shows; None if each picture has a size of its own."""
    if output_wh is not None or not source.is_still or source.frames == 1:
        sizes = choose_sizes(source.size_wh, view.size_wh, output_wh, is_still=source.is_still)
        return sizes.network_wh, sizes.output_wh
    return view.size_wh, None


def _check(config: AppConfig) -> None:
    """Raise UsageError for sources and sinks that do not go together."""
    if len(config.source) > 1 and not all(map(names_file, config.source)):
        raise UsageError(f"{' '.join(config.source)}: a camera is a source by itself; name one source")
    if len(config.source) > 1 and config.loop:
        raise UsageError(f"--loop: {len(config.source)} sources; name one clip")
    folders = sum(sink_kind(spec) is SinkKind.FOLDER for spec in config.to)
    if not config.source and (folders > 1 or any(Path(spec).is_file() for spec in config.to[1:])):
        raise UsageError(f"--to {' '.join(map(without_secret, config.to))}: there is no SOURCE; put SOURCE before --to")


def _open_source(
    config: AppConfig, size_wh: tuple[int, int] | None, notices: Notices, stop: threading.Event
) -> FrameSource:
    usual_wh = SHARP_CAMERA_WH if config.sharp else CAMERA_WH
    camera_wh = parse_size(config.camera_size) if config.camera_size else usual_wh
    options: CameraOptions = {
        "size_wh": camera_wh,
        "small_wh": size_wh or size_for_short_side(parse_output_size(config.output_size) or camera_wh, LIVE_SHORT_SIDE),
        "fps": config.fps or None,
        "notices": notices,
        "stop": stop,
    }
    if len(config.source) > 1:
        return ImagesSource.of_specs(config.source, notices, max_megapixels=config.max_megapixels)
    if config.source:
        shrinks = config.size is None and config.output_size is None
        return open_source(
            config.source[0], loop=config.loop, max_megapixels=config.max_megapixels, shrinks=shrinks, **options
        )
    camera = open_first_camera(**options)
    if camera is not None:
        return camera
    print("no camera found: showing the bundled clip", file=sys.stderr)
    return open_source(str(BUNDLED_CLIP), loop=config.loop)


def _retention(config: AppConfig, source: SourceInfo, notices: Notices) -> AbstractContextManager[object]:
    """Deletes old recordings and snapshots during the run, if the options ask for it."""
    if config.keep_days is None and config.keep_gb is None:
        return nullcontext()
    from edge_app.sinks.retention import Retention

    recordings = [Path(spec) for spec in config.to if source.is_live and sink_kind(spec) is SinkKind.VIDEO]
    return Retention(config.folder, notices, recordings=recordings, keep_days=config.keep_days, keep_gb=config.keep_gb)


def _open_sinks(
    config: AppConfig, session: Session, monitor: Monitor, stop: Stop, shown_wh: tuple[int, int] | None
) -> list[FrameSink]:
    def open_page() -> FrameSink:
        from edge_app.web.access import given_token
        from edge_app.web.announce import certificate_names
        from edge_app.web.private_files import state_folder
        from edge_app.web.sink import WebSink
        from edge_app.web.tls import load_tls, own_tls

        tls = None
        if config.certificate is not None:
            tls = load_tls(config.certificate, config.private_key)
        elif config.tls:
            tls = own_tls(state_folder(), certificate_names(config.web_address))
        return WebSink(
            session,
            address=config.web_address,
            port=config.port,
            token=given_token(config.token, config.token_file, os.environ),
            tls=tls,
            read_vitals=monitor.vitals,
            thumb_choices=_thumb_choices(config),
            stop=stop,
        )

    if config.skip_existing and not session.source.is_live:
        raise UsageError(
            "--skip-existing: only for pictures and clips that become files, and for recordings of a camera"
        )
    sources = [spec for spec in config.source if names_file(spec)]
    options = SinkOptions(
        web=open_page,
        overwrite=config.overwrite,
        skip_existing=config.skip_existing,
        limit_minutes=config.split_minutes,
        limit_mb=config.split_mb,
        interrupted=lambda: stop.interrupted,
        originals=frozenset(identity(file.path) for file in find_media(sources).files),
        shown_wh=shown_wh,
        stop=stop,
    )
    return open_sinks(config.to, session, options)


def _thumb_choices(config: AppConfig) -> dict[str, Choice]:
    """The looks that get thumbnails: all, but for a model that only an accelerator can run."""
    networks = Networks(threads=1)
    if config.model is not None and config.delegate is not None:
        return shipped_choices(networks)
    _, choices = look_choices(
        config.style, networks, model=config.model, style_filter=config.filter, finish=config.finish
    )
    return choices
