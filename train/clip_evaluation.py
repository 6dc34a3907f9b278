"""The flicker of a network on a clip, compared with that of the clip itself and of the target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.flicker import Flicker, estimate_motion, flicker, mean_flicker
from celcam.media.clips import ClipReader
from celcam.pixels import to_short_side
from celcam.progress import Progress
from celcam.styles import find_style, stroke_scale
from train.video import VideoWriter

Drawing = Callable[[Uint8Array], Uint8Array]


@dataclass(frozen=True)
class ClipEvaluation:
    """The flicker of the input and of each drawing of it."""

    frames: int
    flicker: dict[str, Flicker]

    def table(self) -> str:
        """The figures for people."""
        lines = [f"  {'':22}{'compensated':>12}{'still':>8}"]
        lines += [
            f"  {name:22}{value.motion_compensated:12.3f}{value.still:8.3f}" for name, value in self.flicker.items()
        ]
        return "\n".join(lines)


def evaluate_clip(
    drawing: Drawing,
    style: str,
    clip: Path,
    out: Path,
    *,
    short_side: int,
    most_frames: int | None = None,
    quiet: bool = False,
) -> ClipEvaluation:
    """Draw each frame of ``clip``, measure the flicker, and write input and network side by side to ``out``.

    Args:
        drawing: the network as a function of pictures.
        style: name of the style filter that draws the target.
        clip: a video file.
        out: an MP4 file.
        short_side: of the frames when they are drawn, in pixels.
        most_frames: of the clip; None for all.
        quiet: no progress bar.

    Raises:
        MediaError: the clip can't be read or holds fewer than two frames, or ``out`` can't be written.
    """
    target = find_style(style)
    drawings = {"target": lambda frame: target.draw(frame, stroke_scale(frame)), "network": drawing}
    with ClipReader(clip) as reader:
        frame_rate = reader.frame_rate.limit_denominator(1001)
    with VideoWriter(out, frame_rate) as writer:
        return measure_clip(
            drawings,
            clip,
            short_side=short_side,
            most_frames=most_frames,
            quiet=quiet,
            look=lambda pictures: writer.write(np.hstack([pictures["input"], pictures["network"]])),
        )


def measure_clip(
    drawings: dict[str, Drawing],
    clip: Path,
    *,
    short_side: int,
    most_frames: int | None = None,
    quiet: bool = False,
    look: Callable[[dict[str, Uint8Array]], None] = lambda pictures: None,
) -> ClipEvaluation:
    """Measure the flicker of ``clip`` and of each of ``drawings`` on it.

    Args:
        drawings: functions of a frame, by name; ``input`` is the frame itself.
        clip: a video file.
        short_side: of the frames when they are drawn, in pixels.
        most_frames: of the clip; None for all.
        quiet: no progress bar.
        look: is called with the pictures of each frame, by name.

    Raises:
        MediaError: the clip can't be read or holds fewer than two frames.
    """
    flickers: dict[str, list[Flicker]] = {name: [] for name in ("input", *drawings)}
    before: dict[str, Uint8Array] = {}
    with ClipReader(clip) as reader, Progress(clip.name, most_frames, "frames", quiet=quiet) as progress:
        for picture in islice(reader, most_frames):
            frame = to_short_side(picture.rgb_u8, short_side)
            now = {"input": frame} | {name: drawing(frame) for name, drawing in drawings.items()}
            look(now)
            if before:
                motion = estimate_motion(before["input"], frame)
                for name, values in flickers.items():
                    values.append(flicker(before[name], now[name], motion))
            before = now
            progress.advance()
    pairs = len(flickers["input"])
    if not pairs:
        raise MediaError(f"{clip}: fewer than two frames; flicker is the change from one frame to the next")
    return ClipEvaluation(pairs + 1, {name: mean_flicker(values) for name, values in flickers.items()})
