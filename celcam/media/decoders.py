"""Bound the memory of a video decoder before it opens."""

from __future__ import annotations

import os
from typing import Any

from celcam.media.limits import CLIP_SHARE, MAX_MEGAPIXELS
from celcam.media.reference_frames import count_kept_frames

# Memory for the frames in a decoder, at the usual limit of megapixels.
MOST_DECODER_BYTES = 225_000_000
# Frames that a decoder holds next to those that it keeps: in work, on their way out, as RGB.
FRAMES_IN_WORK = 4
MOST_THREADS = 16
USUAL_BITS_PER_PIXEL = 12


def bound_decoder(codec: Any, max_megapixels: float = MAX_MEGAPIXELS) -> str:
    """Set the limits of a PyAV codec context that is not open yet, and its threads.

    Args:
        codec: of a video stream.
        max_megapixels: the largest accepted photo; a frame may have the share `CLIP_SHARE` of it.

    Returns:
        What is too large and how large it may be; empty if nothing is.
    """
    most = max_megapixels * CLIP_SHARE
    pixels = codec.width * codec.height
    if pixels > most * 1e6:
        return f"{codec.width}x{codec.height} is {pixels / 1e6:.3g} megapixels; a clip may have {most:g}"
    frame_bytes = pixels * (codec.format.padded_bits_per_pixel if codec.format else USUAL_BITS_PER_PIXEL) / 8
    frames = count_kept_frames(codec.name, codec.extradata) + FRAMES_IN_WORK
    most_bytes = MOST_DECODER_BYTES * max_megapixels / MAX_MEGAPIXELS
    needed_bytes = frames * frame_bytes
    if needed_bytes > most_bytes:
        needed = f"{needed_bytes / 1e6:.0f} MB, for {frames} frames of {frame_bytes / 1e6:.3g} MB"
        return f"its decoder needs {needed}; a clip may need {most_bytes / 1e6:.0f}"
    codec.options = {"max_pixels": str(min(int(most * 1e6), 2**31 - 1))}
    codec.thread_type = "AUTO"
    # Each thread holds a frame more.
    spare = int((most_bytes - needed_bytes) / max(1, frame_bytes))
    codec.thread_count = max(1, min(spare, (os.cpu_count() or 1) + 1, MOST_THREADS))
    return ""
