"""Photos from video clips: one upright frame per interval, decoded by PyAV (FFmpeg)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from datasets.photo import Found, Photo, Rejected, printable

# The duration in the header of an intact clip may exceed that of its frames by this much.
DURATION_TOLERANCE_S = 0.5


def frames_of_clip(path: Path, name: str, *, frame_interval_s: float) -> Found:
    """Yield a frame of ``path`` per interval; if the clip is damaged, yield a `Rejected` after the intact frames.

    Args:
        path: a video file.
        name: name of the clip in the manifest.
        frame_interval_s: seconds between two frames; 0 takes every frame.
    """
    place = printable(path)
    last_s = duration_s = 0.0
    count, fault = 0, ""
    try:
        status = path.stat()
        with av.open(str(path)) as container:
            if not container.streams.video:
                yield Rejected(place, "no video", f"{place}: has no video track; expected a video")
                return
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            duration_s = float(stream.duration * stream.time_base) if stream.duration else 0.0
            first_s, next_s = None, 0.0
            for number, frame in enumerate(container.decode(stream)):
                frame_s = number / float(stream.average_rate or 25) if frame.time is None else float(frame.time)
                first_s = frame_s if first_s is None else first_s
                last_s = frame_s - first_s
                if last_s + 1e-6 < next_s:
                    continue
                next_s = last_s + frame_interval_s
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
        reason = f"{place}: not a readable clip ({fault or 'no frame'}); get an intact copy"
        yield Rejected(place, "damaged clip", reason)
    elif fault or last_s + DURATION_TOLERANCE_S < duration_s:
        end = f"truncated after {last_s:.1f} of {duration_s:.1f} s{f' ({fault})' if fault else ''}"
        reason = f"{place}: {end}; the frames before the damage are kept; get an intact copy"
        yield Rejected(place, "damaged clip", reason)


def _as_bmp(frame: Any) -> bytes:
    """Encode a frame as an image file, the form in which photos are passed on; BMP encodes fastest."""
    bgr: Any = frame.to_ndarray(format="bgr24")
    if frame.rotation % 360:
        bgr = np.ascontiguousarray(np.rot90(bgr, round(frame.rotation / 90)))
    return cv2.imencode(".bmp", bgr)[1].tobytes()
