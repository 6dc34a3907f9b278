"""Photos out of video clips: a frame every so often, upright, decoded by PyAV (FFmpeg)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from datasets.photo import Found, Photo, Rejected, shown

VIDEO_SUFFIXES = frozenset({".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv"})
# A clip's header and its frames may disagree by this much without anything being wrong.
TOLERATED_LOSS_S = 0.5


def frames_of_clip(path: Path, name: str, *, seconds_per_frame: float) -> Found:
    """A frame of ``path`` every ``seconds_per_frame``; where the clip breaks off, those before it and the reason.

    Args:
        path: a video file.
        name: how it is called in the manifest.
        seconds_per_frame: time between two frames; 0 takes every one.
    """
    place = shown(path)
    last_s = promised_s = 0.0
    count, fault = 0, ""
    try:
        status = path.stat()
        with av.open(str(path)) as container:
            if not container.streams.video:
                yield Rejected(place, "no pictures", f"{place}: has no picture track; expected a video")
                return
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            promised_s = float(stream.duration * stream.time_base) if stream.duration else 0.0
            first_s, next_s = None, 0.0
            for number, frame in enumerate(container.decode(stream)):
                frame_s = number / float(stream.average_rate or 25) if frame.time is None else float(frame.time)
                first_s = frame_s if first_s is None else first_s
                last_s = frame_s - first_s
                if last_s + 1e-6 < next_s:
                    continue
                next_s = last_s + seconds_per_frame
                count += 1
                yield Photo(
                    f"{place}@{number}",
                    f"{place} at {last_s:.2f} s",
                    f"{name}/{last_s:.2f}s",
                    f"{status.st_size} {status.st_mtime_ns}",
                    data=_as_bmp(frame),
                    clip=place,
                )
    except (av.FFmpegError, OSError) as error:
        fault = str(getattr(error, "strerror", "") or error)
    if not count:
        yield Rejected(place, "damaged clip", f"{place}: not a readable clip ({fault or 'no frame'}); get it again")
    elif fault or last_s + TOLERATED_LOSS_S < promised_s:
        reason = f"breaks off after {last_s:.1f} of {promised_s:.1f} s {f'({fault})' if fault else ''}"
        yield Rejected(place, "damaged clip", f"{place}: {reason}; frames before that are kept; get the whole clip")


def _as_bmp(frame: Any) -> bytes:
    """The picture as an image file, which is how photos travel; BMP is a mere copy of it."""
    bgr: Any = frame.to_ndarray(format="bgr24")
    if frame.rotation % 360:
        bgr = np.ascontiguousarray(np.rot90(bgr, round(frame.rotation / 90)))
    return cv2.imencode(".bmp", bgr)[1].tobytes()
