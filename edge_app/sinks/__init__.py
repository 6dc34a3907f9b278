"""Sinks of frames, one kind per module; `open_sinks` finds the right ones."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from celcam.errors import UsageError, nearest_name
from celcam.originals import Identity, identity
from edge_app.addresses import is_address
from edge_app.frames import FrameSink, SourceInfo
from edge_app.session import Session
from edge_app.sinks.disk import make_folder

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".mkv"})
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg"})
# What people write for a sink that is not a file.
SYNONYMS = {
    "screen": "window",
    "display": "window",
    "browser": "web",
    "page": "web",
    "none": "null",
    "nothing": "null",
    "webcam": "camera",
}
WORDS = ("window", "web", "camera", "null")
STREAM_SCHEMES = ("rtsp", "rtsps")


class SinkKind(Enum):
    """What ``--to`` names."""

    WINDOW = "window"
    WEB = "web"
    NULL = "null"
    CAMERA = "camera"
    STREAM = "stream"
    VIDEO = "video"
    PICTURE = "picture"
    FOLDER = "folder"

    @property
    def is_place(self) -> bool:
        """Whether it is a file or a folder."""
        return self in (SinkKind.VIDEO, SinkKind.PICTURE, SinkKind.FOLDER)

    @property
    def is_watched(self) -> bool:
        """Whether people watch it at once, so that a clip keeps its own pace."""
        return self in (SinkKind.WINDOW, SinkKind.WEB, SinkKind.CAMERA, SinkKind.STREAM)


def sink_kind(spec: str) -> SinkKind:
    """The kind of sink that ``spec`` names.

    Args:
        spec: ``window``, ``web``, ``camera``, ``null``, an address ``rtsp://...``, a file (.mp4, .mov, .mkv, .png,
            .jpg), or a folder. A folder that does not exist ends in ``/``.

    Raises:
        UsageError: none of these; the message suggests one.
    """
    if spec in WORDS:
        return SinkKind(spec)
    if not spec.strip():
        raise UsageError(f"--to: an empty name; expected {', '.join(WORDS)}, rtsp://..., a file or a folder")
    if is_address(spec):
        scheme = spec.partition("://")[0]
        if scheme not in STREAM_SCHEMES:
            raise UsageError(f"--to {scheme}://: expected an address such as rtsp://host:8554/celcam")
        return SinkKind.STREAM
    path = Path(spec)
    if spec.endswith(("/", os.sep)) or path.is_dir():
        return SinkKind.FOLDER
    suffix = path.suffix.lower()
    if suffix in VIDEO_SUFFIXES:
        return SinkKind.VIDEO
    if suffix in PICTURE_SUFFIXES:
        return SinkKind.PICTURE
    if suffix:
        known = ", ".join(sorted(VIDEO_SUFFIXES | PICTURE_SUFFIXES))
        raise UsageError(
            f"--to {spec}: unknown kind of file; expected {', '.join(WORDS)}, rtsp://..., a folder that ends in /, "
            f"or one of {known}"
        )
    near = SYNONYMS.get(spec.casefold()) or nearest_name(spec, WORDS)
    hint = f"did you mean {near}? " if near else ""
    raise UsageError(f"--to {spec}: no such folder; {hint}a new folder ends in /, such as {spec}/")


@dataclass(frozen=True)
class SinkOptions:
    """What all sinks of a run share."""

    web: Callable[[], FrameSink]  # makes the page's sink
    overwrite: bool  # replace files that exist
    limit_minutes: float  # longest file of a live recording
    limit_mb: float  # largest file of a live recording, in 10^6 bytes
    # Whether the user ended the run early, so that a clip made from a file is partial.
    interrupted: Callable[[], bool] = lambda: False
    skip_existing: bool = False  # a live recording whose file exists goes on in the next one
    originals: frozenset[Identity | None] = frozenset()  # files of the source, which no sink replaces
    shown_wh: tuple[int, int] | None = None  # of the finished pictures; None if each has a size of its own
    stop: threading.Event | None = None  # ends the run


def open_sinks(specs: Sequence[str], session: Session, options: SinkOptions) -> list[FrameSink]:
    """Make the sinks that ``specs`` name; the caller enters them.

    With a window or a page, and without a recording of its own, the list ends with a `Recorder` that the page or a key
    switches on. If a recording fails, a window or a page goes on; a recording without either ends the run.

    Args:
        specs: each as in `sink_kind`.
        session: of the run.
        options: of all sinks.

    Raises:
        UsageError: a sink does not suit the source, or a file exists.
        MediaError: a file or folder can't be written.
    """
    sinks = [open_sink(spec, session, options, ends_run=len(specs) == 1) for spec in specs]
    from edge_app.sinks.recorder import Recorder

    recorders = sum(isinstance(sink, Recorder) for sink in sinks)
    if recorders > 1:
        raise UsageError(f"--to {' '.join(specs)}: records a camera twice; choose one file and copy it afterwards")
    if not recorders and not session.source.is_still and not {"window", "web"}.isdisjoint(specs):
        sinks.append(Recorder(session, limit_minutes=options.limit_minutes, limit_mb=options.limit_mb))
    return sinks


def open_sink(spec: str, session: Session, options: SinkOptions, *, ends_run: bool = True) -> FrameSink:
    """Make the sink that ``spec`` names; the caller enters it.

    Args:
        spec: as in `sink_kind`.
        session: of the run; a video keeps its source's sound.
        options: of all sinks.
        ends_run: a live recording that fails raises its error; otherwise it reports the error and the run goes on.

    Raises:
        UsageError: the sink does not suit the source, the file exists, or a package is missing.
        MediaError: the file or folder can't be written.
        CameraError: the address of a stream has another form.
    """
    kind, path, source = sink_kind(spec), Path(spec), session.source
    if kind is SinkKind.NULL:
        from edge_app.sinks.null import NullSink

        return NullSink()
    if kind is SinkKind.WINDOW:
        from edge_app.sinks.window import WindowSink

        return WindowSink(session)
    if kind is SinkKind.WEB:
        return options.web()
    if kind is SinkKind.CAMERA:
        from edge_app.sinks.virtual_camera import VirtualCameraSink

        return VirtualCameraSink(session, size_wh=options.shown_wh, stop=options.stop)
    if kind is SinkKind.STREAM:
        from edge_app.sinks.rtsp import RtspSink

        return RtspSink(spec, session, stop=options.stop)
    if kind is SinkKind.FOLDER:
        from edge_app.sinks.images import FolderSink

        return FolderSink(path, overwrite=options.overwrite, originals=options.originals)
    _check_file(path, source, options)
    if kind is SinkKind.PICTURE:
        from edge_app.sinks.images import ImageSink

        return ImageSink(path)
    if source.is_live:
        from edge_app.sinks.recorder import Recorder

        return Recorder(
            session,
            path=path,
            overwrite=options.overwrite,
            limit_minutes=options.limit_minutes,
            limit_mb=options.limit_mb,
            ends_run=ends_run,
        )
    from edge_app.sinks.clip import ClipSink

    return ClipSink(path, source, overwrite=options.overwrite, notices=session.notices, interrupted=options.interrupted)


def check_suits(path: Path, source: SourceInfo) -> None:
    """Raise UsageError if ``source`` can't become a file of the kind of ``path``."""
    if path.suffix.lower() in VIDEO_SUFFIXES and source.is_still:
        remedy = "a .png or .jpg" if source.frames == 1 else "a folder"
        raise UsageError(f"--to {path}: {source.name} holds still images of their own sizes; choose {remedy}")
    if path.suffix.lower() in PICTURE_SUFFIXES and source.frames != 1:
        raise UsageError(f"--to {path}: {source.name} has more than one picture; choose a folder or an .mp4")


def _check_file(path: Path, source: SourceInfo, options: SinkOptions) -> None:
    check_suits(path, source)
    if path.exists():
        if identity(path) in options.originals:
            raise UsageError(f"--to {path}: is the source itself; choose another name")
        if not options.overwrite and not (source.is_live and options.skip_existing):
            more = f" --skip-existing to record to {path.stem}-002{path.suffix}," if source.is_live else ""
            raise UsageError(f"--to {path}: exists; add --overwrite to replace it,{more} or choose another name")
    make_folder(path.parent)
