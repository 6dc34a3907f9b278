"""One file a kind of sink; `open_sinks` finds the right ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from celcam.errors import MediaError, UsageError
from edge_app.frames import FrameSink, SourceInfo
from edge_app.session import Session

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".mkv"})
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg"})


def open_sinks(
    specs: Sequence[str],
    session: Session,
    *,
    overwrite: bool,
    limit_minutes: float,
    limit_mb: float,
    web: Callable[[], FrameSink],
) -> list[FrameSink]:
    """The sinks that ``specs`` name, not entered yet.

    Where somebody watches, and no recording was asked for, a `Recorder` comes last that the page or a key switches on.
    With a window or a page, a recording that can't go on leaves them running; by itself it ends the run.

    Args:
        specs: each as in `open_sink`.
        session: of the run.
        overwrite: replace files that exist.
        limit_minutes: of one file of a live recording.
        limit_mb: of one file of a live recording, 10^6 bytes.
        web: makes the page's sink.

    Raises:
        UsageError: a sink does not suit the source, or a file exists.
        MediaError: a place can't be written.
    """
    sinks = [
        open_sink(
            spec,
            session,
            overwrite=overwrite,
            limit_minutes=limit_minutes,
            limit_mb=limit_mb,
            web=web,
            ends_run=len(specs) == 1,
        )
        for spec in specs
    ]
    from edge_app.sinks.recorder import Recorder

    recorders = sum(isinstance(sink, Recorder) for sink in sinks)
    if recorders > 1:
        raise UsageError(f"--to {' '.join(specs)}: records a camera twice; choose one file and copy it afterwards")
    if not recorders and not session.source.is_still and not {"window", "web"}.isdisjoint(specs):
        sinks.append(Recorder(session, limit_minutes=limit_minutes, limit_mb=limit_mb))
    return sinks


def open_sink(
    spec: str,
    session: Session,
    *,
    overwrite: bool,
    limit_minutes: float,
    limit_mb: float,
    web: Callable[[], FrameSink],
    ends_run: bool = True,
) -> FrameSink:
    """The sink that ``spec`` names, not entered yet.

    Args:
        spec: ``window``, ``web``, ``null``, a file (.mp4, .mov, .mkv, .png, .jpg), or a folder.
        session: of the run; a video keeps its source's sound.
        overwrite: replace a file that exists.
        limit_minutes: of one file of a live recording.
        limit_mb: of one file of a live recording, 10^6 bytes.
        web: makes the page's sink.
        ends_run: a live recording that can't go on raises its error; else it says so and the run goes on.

    Raises:
        UsageError: the sink does not suit the source, or the file exists.
        MediaError: the place can't be written.
    """
    if spec == "null":
        from edge_app.sinks.null import NullSink

        return NullSink()
    if spec == "window":
        from edge_app.sinks.window import WindowSink

        return WindowSink(session)
    if spec == "web":
        return web()
    path, source = Path(spec), session.source
    suffix = path.suffix.lower()
    if suffix in VIDEO_SUFFIXES | PICTURE_SUFFIXES:
        _check_file(path, source, overwrite)
    if suffix in VIDEO_SUFFIXES:
        if source.is_still:
            remedy = "a .png or .jpg" if source.frames == 1 else "a folder"
            raise UsageError(f"--to {spec}: {source.name} holds still images of their own sizes; choose {remedy}")
        if source.is_live:
            from edge_app.sinks.recorder import Recorder

            return Recorder(
                session,
                path=path,
                overwrite=overwrite,
                limit_minutes=limit_minutes,
                limit_mb=limit_mb,
                ends_run=ends_run,
            )
        from edge_app.sinks.video import VideoSink

        return VideoSink(path, source, replace=overwrite, notices=session.notices)
    if suffix in PICTURE_SUFFIXES:
        if source.frames != 1:
            raise UsageError(f"--to {spec}: {source.name} has more than one picture; choose a folder or an .mp4")
        from edge_app.sinks.images import ImageSink

        return ImageSink(path)
    if suffix:
        known = ", ".join(sorted(VIDEO_SUFFIXES | PICTURE_SUFFIXES))
        raise UsageError(f"--to {spec}: unknown kind of file; expected window, web, null, a folder, or one of {known}")
    from edge_app.sinks.images import FolderSink

    return FolderSink(path, overwrite=overwrite)


def _check_file(path: Path, source: SourceInfo, overwrite: bool) -> None:
    if path.exists():
        if Path(source.name).exists() and path.samefile(source.name):
            raise UsageError(f"--to {path}: is the source itself; choose another name")
        if not overwrite:
            raise UsageError(f"--to {path}: exists; add --overwrite to replace it, or choose another name")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MediaError(f"{path.parent}: can't be made: {error.strerror}; choose another place") from error
