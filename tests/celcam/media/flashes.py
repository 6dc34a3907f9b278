"""Clips of flashes and beeps that belong together, in any container, and their times when read back."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

FPS = 25
EVENTS_S = (1.0, 2.0)  # a flash and a beep at each
EVENT_S = 0.08
LOUD = 0.1


def write_flashes(
    path: Path,
    *,
    video: str = "libx264",
    video_options: dict[str, str] | None = None,
    sound: str | None = None,
    rate: int = 48_000,
    seconds: float = 3.0,
    picture_start_s: float = 0.0,
    sound_start_s: float = 0.0,
    container: str | None = None,
) -> Path:
    """Write a clip with a flash and a beep at each of `EVENTS_S`.

    Args:
        path: of the clip.
        video: FFmpeg's encoder for the pictures.
        video_options: of that encoder.
        sound: FFmpeg's encoder for the sound; None for a silent clip.
        rate: of the sound, in Hz.
        seconds: the end of both tracks.
        picture_start_s: time of the first picture.
        sound_start_s: time of the first sound.
        container: its name in FFmpeg, if the suffix does not say it.
    """
    with av.open(str(path), "w", format=container) as target:
        pictures: Any = target.add_stream(video, rate=FPS, options=video_options or {})
        pictures.width = pictures.height = 64
        pictures.pix_fmt = "yuvj420p" if video == "mjpeg" else "yuv420p"
        packets = [(0.0, None)]  # an entry for sorting
        # FFmpeg's own encoder of Vorbis is experimental, and for stereo alone.
        beeps: Any = target.add_stream(sound, rate=rate, options={"strict": "experimental"}) if sound else None
        if beeps is not None:
            beeps.layout = "stereo" if sound == "vorbis" else "mono"
            packets += [(float(p.pts * p.time_base), p) for p in _sound(beeps, rate, sound_start_s, seconds)]
        packets += [(float(p.dts * p.time_base), p) for p in _pictures(pictures, picture_start_s, seconds)]
        for _, packet in sorted(packets[1:], key=lambda each: each[0]):
            target.mux(packet)
    return path


def flashes_s(path: Path) -> list[float]:
    """The times at which a clip's picture gets bright."""
    with av.open(str(path)) as clip:
        frames = [(float(frame.time), frame.to_ndarray(format="gray").mean() > 128) for frame in clip.decode(video=0)]
    return [time_s for (time_s, bright), (_, before) in zip(frames[1:], frames, strict=False) if bright and not before]


def beeps_s(path: Path) -> list[float]:
    """The times at which a clip's sound gets loud."""
    times_s: list[float] = []
    last_s = -1.0
    with av.open(str(path)) as clip:
        resampler = av.AudioResampler(format="fltp", layout="mono")
        for frame in clip.decode(audio=0):
            for piece in resampler.resample(frame):
                start_s = float(frame.pts * frame.time_base)
                for index in np.flatnonzero(np.abs(piece.to_ndarray()[0]) > LOUD):
                    time_s = start_s + index / piece.sample_rate
                    if time_s > last_s + 0.3:
                        times_s.append(time_s)
                    last_s = time_s
    return times_s


def _pictures(stream: Any, start_s: float, end_s: float) -> Iterator[Any]:
    for number in range(round(start_s * FPS), round(end_s * FPS)):
        bright = any(time_s <= number / FPS + 1e-6 < time_s + EVENT_S for time_s in EVENTS_S)
        frame: Any = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 235 * bright, np.uint8), format="rgb24")
        if stream.pix_fmt == "yuvj420p":
            frame = frame.reformat(format="yuvj420p")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        yield from stream.encode(frame)
    yield from stream.encode()


def _sound(stream: Any, rate: int, start_s: float, end_s: float) -> Iterator[Any]:
    times = np.arange(round(start_s * rate), round(end_s * rate))
    wave = (
        12_000
        * np.sin(2 * np.pi * 1000 * times / rate)
        * sum(((times >= second * rate) & (times < (second + EVENT_S) * rate)).astype(float) for second in EVENTS_S)
    )
    context = stream.codec_context
    context.open()
    resampler = av.AudioResampler(format=context.format.name, layout=context.layout.name, rate=rate)
    size = context.frame_size or 1024
    for begin in range(0, len(times), size):
        piece = wave[begin : begin + size].astype(np.int16)[np.newaxis]
        frame: Any = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, int(times[begin]), Fraction(1, rate)
        for converted in resampler.resample(frame):
            yield from stream.encode(converted)
    yield from stream.encode()
