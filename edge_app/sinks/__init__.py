"""One file a kind of sink; `open_sink` finds the right one."""

from __future__ import annotations

from pathlib import Path

from celcam.errors import MediaError, UsageError
from edge_app.frames import FrameSink, SourceInfo

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".mkv"})
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg"})


def open_sink(spec: str, source: SourceInfo, *, overwrite: bool) -> FrameSink:
    """The sink that ``spec`` names.

    Args:
        spec: ``window``, ``null``, a file (.mp4, .mov, .mkv, .png, .jpg), or a folder.
        source: what will be shown; a video keeps its sound.
        overwrite: replace a file that exists.

    Raises:
        UsageError: the sink does not suit the source, or the file exists.
        MediaError: the place can't be written.
    """
    if spec == "null":
        from edge_app.sinks.null import NullSink

        return NullSink()
    if spec == "window":
        from edge_app.sinks.window import WindowSink

        return WindowSink(source)
    path = Path(spec)
    suffix = path.suffix.lower()
    if suffix in VIDEO_SUFFIXES | PICTURE_SUFFIXES:
        _check_file(path, source, overwrite)
    if suffix in VIDEO_SUFFIXES:
        if source.is_still:
            remedy = "a .png or .jpg" if source.frames == 1 else "a folder"
            raise UsageError(f"--to {spec}: {source.name} holds still images of their own sizes; choose {remedy}")
        from edge_app.sinks.video import VideoSink

        return VideoSink(path, source)
    if suffix in PICTURE_SUFFIXES:
        if source.frames != 1:
            raise UsageError(f"--to {spec}: {source.name} has more than one picture; choose a folder or an .mp4")
        from edge_app.sinks.images import ImageSink

        return ImageSink(path)
    if suffix:
        known = ", ".join(sorted(VIDEO_SUFFIXES | PICTURE_SUFFIXES))
        raise UsageError(f"--to {spec}: unknown kind of file; expected window, null, a folder, or one of {known}")
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
