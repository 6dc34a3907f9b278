"""Choose one of FFmpeg's H.264 encoders, and set it up.

A live recording must not hold back frames: a power cut loses the frames inside an encoder. A file can be converted
again, so its encoder may look ahead, which saves a fifth to two fifths of the space.
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
HARDWARE = "h264_v4l2m2m"  # on a Pi 4; a Pi 5 has no hardware encoder
TIME_BASE = Fraction(1, 90_000)  # MPEG's clock: a frame of every usual rate lasts a whole number of ticks

# Visually lossless for flat colours, and fast enough for a Pi.
QUALITY = {"preset": "veryfast", "crf": "18"}
# A Pi has no time for that preset on larger live pictures while the network runs. Live, "ultrafast" takes a third of
# the time and the same space.
LARGE_PIXELS = 640 * 480
# A file's encoder looks ahead by 10 frames, and by fewer for pictures of more than 1280x720: each takes 8 MB in it.
FEW_AHEAD, AHEAD_PIXELS = 4, 1280 * 720
# A hardware encoder has no constant quality; this rate is visually lossless too.
HARDWARE_BITS_PER_PIXEL = 0.25

# An encoder that holds back more frames is unfit for live recordings.
MOST_HELD = 4
# Mean difference over the trial's pixels, in levels of 0..255; shifted rows differ by far more.
TOLERATED_DIFFERENCE = 8.0


def choose_encoder(
    wanted: str, size_wh: tuple[int, int], rate: Fraction, *, live: bool, notices: Notices | None = None
) -> str:
    """Choose an encoder that works on this machine.

    Args:
        wanted: a name, or `AUTO`: for a live recording the hardware encoder if it works, else `SOFTWARE`.
        size_wh: of the pictures, even numbers.
        rate: approximate frames per second.
        live: for a live recording; see the top of this file.
        notices: get a line if ``wanted`` can't be used.

    Returns:
        The encoder's name in FFmpeg.

    Raises:
        MediaError: this FFmpeg does not even have `SOFTWARE`.
    """
    first = SOFTWARE if wanted == AUTO and not live else HARDWARE if wanted == AUTO else wanted
    if first != SOFTWARE:
        fault = encoder_fault(first, size_wh, rate)
        if not fault:
            return first
        if wanted != AUTO and notices is not None:
            notices.add(f"encoder {wanted}: {fault}; using {SOFTWARE}")
    # No trial for software: it is the same everywhere, and a trial takes as long as some frames.
    if SOFTWARE not in av.codecs_available:
        raise MediaError(
            f"this FFmpeg has no {SOFTWARE}, which recordings need; run 'pip install --force-reinstall av'"
        )
    return SOFTWARE


def set_encoder(context: Any, size_wh: tuple[int, int], rate: Fraction, *, live: bool) -> None:
    """Set up a PyAV codec context that is not open yet."""
    context.width, context.height = size_wh
    context.pix_fmt, context.time_base, context.framerate = "yuv420p", TIME_BASE, rate
    # The file states the colour space: otherwise players guess by the picture's size, and many guess wrong.
    context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    # `PictureTrack` requests key frames by time; by number alone they would be far apart at low rates.
    context.gop_size = 600
    if context.codec.name != SOFTWARE:
        context.bit_rate = max(1_000_000, round(HARDWARE_BITS_PER_PIXEL * size_wh[0] * size_wh[1] * rate))
        return
    options = dict(QUALITY)
    if live:
        options["tune"] = "zerolatency"
        if size_wh[0] * size_wh[1] > LARGE_PIXELS:
            options["preset"] = "ultrafast"
    elif size_wh[0] * size_wh[1] > AHEAD_PIXELS:
        options["rc-lookahead"] = str(FEW_AHEAD)
    context.options = options


def to_video_frame(rgb_u8: Uint8Array, pts: int) -> Any:
    """Convert a contiguous ``(H, W, 3) uint8 RGB`` to a frame for the encoder; ``pts`` is in units of `TIME_BASE`."""
    picture = av.VideoFrame.from_ndarray(rgb_u8, format="rgb24")
    frame: Any = picture.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)
    frame.pts, frame.time_base = pts, TIME_BASE
    return frame


@lru_cache
def encoder_fault(name: str, size_wh: tuple[int, int], rate: Fraction) -> str:
    """Say why an encoder is unfit for live pictures of this size; empty if it is fit.

    This encodes a trial picture: some encoders open and then hold back seconds, or shift the rows at some sizes.
    """
    try:
        codec = av.Codec(name, "w")
    except ValueError:
        return "this FFmpeg has no such encoder"
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
            return f"holds back more than {MOST_HELD} frames"
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
    """Greys that rise to the right and down, so that a shifted row differs."""
    width, height = size_wh
    grey = (np.arange(width) * 128 // width)[np.newaxis] + (np.arange(height) * 127 // height)[:, np.newaxis]
    return np.repeat(grey.astype(np.uint8)[..., np.newaxis], 3, axis=2)
