"""Photos from video clips: one upright frame per interval."""

from __future__ import annotations

from pathlib import Path

from celcam.errors import ClipBrokenOffError, MediaError, NoPicturesError
from celcam.image_io import encode_image
from celcam.media.clips import ClipReader
from celcam.media.limits import MAX_MEGAPIXELS
from datasets.photo import Found, Photo, Rejected, printable


def frames_of_clip(path: Path, name: str, *, frame_interval_s: float, max_megapixels: float = MAX_MEGAPIXELS) -> Found:
    """Yield a frame of ``path`` per interval; if the clip is damaged, yield a `Rejected` after the intact frames.

    Args:
        path: a video file.
        name: name of the clip in the manifest.
        frame_interval_s: seconds between two frames; 0 takes every frame.
        max_megapixels: the largest accepted photo; a frame may have an eighth of it.
    """
    place = printable(path)
    try:
        status = path.stat()
        with ClipReader(path, max_megapixels=max_megapixels) as clip:
            first_s, next_s = None, 0.0
            for number, picture in enumerate(clip):
                first_s = picture.time_s if first_s is None else first_s
                time_s = picture.time_s - first_s
                if time_s + 1e-6 < next_s:
                    continue
                next_s = time_s + frame_interval_s
                yield Photo(
                    f"{place}@{number}",
                    f"{place} at {time_s:.2f} s",
                    f"{name}/{time_s:.2f}s",
                    f"{status.st_size} {status.st_mtime_ns}",
                    data=encode_image(picture.rgb_u8, ".bmp"),  # photos are passed on as files; BMP encodes fastest
                    clip=place,
                )
            if first_s is None:
                yield Rejected(place, "damaged clip", f"{place}: not a readable clip (no frame); get an intact copy")
    except NoPicturesError as error:
        yield Rejected(place, "no video", str(error))
    except ClipBrokenOffError as error:
        yield Rejected(place, "damaged clip", str(error))
    except (MediaError, OSError) as error:
        yield Rejected(place, "damaged clip", f"{place}: not a readable clip: {error}")
