"""Which of FFmpeg's H.264 encoders draws here, and how it is set.

A live recording must hold back nothing: what an encoder keeps inside is lost when the power is cut. A file's frames are
not in danger, so the encoder may look ahead, which saves a fifth to two fifths of the space.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from edge_app.flow.notices import Notices

AUTO = "auto"
SOFTWARE = "libx264"
HARDWARE = "h264_v4l2m2m"  # a Pi 4's; a Pi 5 has none
TIME_BASE = Fraction(1, 90_000)  # MPEG's clock: every usual frame rate is a whole number of ticks

# Visually lossless for flat colour at a speed that a Pi can pay.
QUALITY = {"preset": "veryfast", "crf": "18"}
# Of larger live pictures a Pi's cores can't pay that beside the network; this takes a third of the time, and as much
# space where nothing may be held back.
LARGE_PIXELS = 640 * 480
# A hardware encoder knows no constant quality: so many bits a pixel are visually lossless too.
HARDWARE_BITS_PER_PIXEL = 0.25

# An encoder that holds more frames than that is of no use live.
MOST_HELD = 4
# The mean over the trial's pixels, in levels of 0..255; rows in the wrong place differ by far more.
TOLERATED_DIFFERENCE = 8.0


def choose_encoder(
    wanted: str, size_wh: tuple[int, int], rate: Fraction, *, live: bool, notices: Notices | None = None
) -> str:
    """The name of an encoder that works here.

    Args:
        wanted: a name, or `AUTO`: live the hardware's where there is one, else software.
        size_wh: of the pictures, even numbers.
        rate: frames per second, about.
        live: see the top of this file.
        notices: told where ``wanted`` can't be used.

    Raises:
        MediaError: not even `SOFTWARE` works.
    """
    first = SOFTWARE if wanted == AUTO and not live else HARDWARE if wanted == AUTO else wanted
    if first != SOFTWARE:
        fault = encoder_fault(first, size_wh, rate)
        if not fault:
            return first
        if wanted != AUTO and notices is not None:
            notices.add(f"encoder {wanted}: {fault}; using {SOFTWARE}")
    # Software is not tried out: that takes as long as some frames do, and it is the same everywhere.
    if SOFTWARE not in av.codecs_available:
        raise MediaError(
            f"this FFmpeg has no {SOFTWARE}, which recordings need; run 'pip install --force-reinstall av'"
        )
    return SOFTWARE


def set_encoder(context: Any, size_wh: tuple[int, int], rate: Fraction, *, live: bool) -> None:
    """Set a PyAV codec context that is not open yet."""
    context.width, context.height = size_wh
    context.pix_fmt, context.time_base, context.framerate = "yuv420p", TIME_BASE, rate
    # Said in the file: players guess otherwise, by the picture's size, and half of them wrong.
    context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    # Key frames are asked for by time; by number alone they would be far apart where frames are few.
    context.gop_size = 600
    if context.codec.name != SOFTWARE:
        context.bit_rate = max(1_000_000, round(HARDWARE_BITS_PER_PIXEL * size_wh[0] * size_wh[1] * rate))
        return
    options = dict(QUALITY)
    if live:
        options["tune"] = "zerolatency"
        if size_wh[0] * size_wh[1] > LARGE_PIXELS:
            options["preset"] = "ultrafast"
    context.options = options


def to_video_frame(rgb_u8: Uint8Array, pts: int) -> Any:
    """``(H, W, 3) uint8 RGB``, contiguous, as what `set_encoder`'s encoder takes; ``pts`` counts `TIME_BASE`."""
    picture = av.VideoFrame.from_ndarray(rgb_u8, format="rgb24")
    frame: Any = picture.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)
    frame.pts, frame.time_base = pts, TIME_BASE
    return frame


@lru_cache
def encoder_fault(name: str, size_wh: tuple[int, int], rate: Fraction) -> str:
    """Why that encoder is of no use for live pictures of that size; empty where it is.

    It is tried: some open and then hold back seconds, or shift the rows of sizes that they do not like.
    """
    try:
        codec = av.Codec(name, "w")
    except ValueError:
        return "this FFmpeg has none of that name"
    if codec.canonical_name != "h264":
        return f"makes {codec.canonical_name}; expected H.264"
    picture = _trial_picture(size_wh)
    try:
        encoder: Any = av.CodecContext.create(name, "w")
        set_encoder(encoder, size_wh, rate, live=True)
        packets: list[Any] = []
        for number in range(MOST_HELD + 1):
            packets += encoder.encode(to_video_frame(picture, round(number / rate / TIME_BASE)))
        if not packets:
            return f"holds more than {MOST_HELD} frames"
        packets += encoder.encode(None)
        decoder: Any = av.CodecContext.create("h264", "r")
        decoded = [shown for packet in [*packets, None] for shown in decoder.decode(packet)]
    except (av.FFmpegError, OSError, ValueError) as error:
        return f"does not work here ({getattr(error, 'strerror', None) or error})"
    if not decoded:
        return "gives no picture"
    drawn = decoded[-1].to_ndarray(format="rgb24")
    if drawn.shape != picture.shape:
        return f"makes {drawn.shape[1]}x{drawn.shape[0]} of {size_wh[0]}x{size_wh[1]}"
    difference = float(np.abs(drawn.astype(np.float32) - picture).mean())
    return f"spoils the picture (differs by {difference:.0f} levels)" if difference > TOLERATED_DIFFERENCE else ""


def _trial_picture(size_wh: tuple[int, int]) -> Uint8Array:
    """Greys that rise to the right and down, so that a shifted row shows."""
    width, height = size_wh
    grey = (np.arange(width) * 128 // width)[np.newaxis] + (np.arange(height) * 127 // height)[:, np.newaxis]
    return np.repeat(grey.astype(np.uint8)[..., np.newaxis], 3, axis=2)
