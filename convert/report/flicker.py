"""How much the drawings of a clip flicker: of the files, of Keras and of the style filter."""

from __future__ import annotations

import itertools
import math
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from celcam.arrays import Uint8Array
from celcam.flicker import Flicker
from celcam.media.clips import ClipReader
from celcam.pixels import to_short_side
from celcam.styles import find_style, stroke_scale
from celcam.tflite_model import TFLiteModel
from convert.measuring import SHORT_SIDE, Drawing, map_tasks
from train.clip_evaluation import measure_clip

# Names of what is not drawn by a file.
INPUT, TARGET, KERAS = "input", "target", "Keras float"
CLIP_FRAMES = 40  # from the start of each clip, as in the studies of `train`

ClipFlicker = dict[str, Flicker]  # of one clip: by name of the file, and by the names above


@dataclass(frozen=True)
class ClipTask:
    """One clip, to be drawn by each file and by the style filter."""

    clip: Path
    style: str
    keras_frames: Path  # a ``.npy`` file of ``(N, H, W, 3) uint8``: the frames as Keras draws them
    files: dict[str, Path]


def measure_flicker(
    drawing: Drawing,
    files: Mapping[str, Path],
    style: str,
    clips: Sequence[Path],
    *,
    jobs: int,
    title: str,
    quiet: bool,
) -> dict[str, ClipFlicker]:
    """The flicker of each clip, by stem of its file.

    Args:
        drawing: the Keras network as a function of ``(H, W, 3) uint8 RGB``.
        files: model files by name.
        style: the look that they draw.
        clips: video files.
        jobs: worker processes; 0 for one per core.
        title: of the progress bar.
        quiet: no progress bar.

    Raises:
        MediaError: a clip can't be read, or holds fewer than two frames.
    """
    with tempfile.TemporaryDirectory() as folder:

        def tasks() -> Iterator[ClipTask]:
            for number, clip in enumerate(clips):
                path = Path(folder) / f"{number}.npy"
                np.save(path, _draw_clip(drawing, clip))
                yield ClipTask(clip, style, path, dict(files))

        workers = min(jobs or os.cpu_count() or 1, len(clips))
        found = map_tasks(_clip_measurer, tasks(), count=len(clips), workers=workers, title=title, quiet=quiet)
    return {clip.stem: flicker for clip, flicker in zip(clips, found, strict=True)}


def flicker_ratio(clips: Mapping[str, ClipFlicker], name: str, other: str) -> float:
    """Motion-compensated flicker of ``name`` over that of ``other``, mean over clips; NaN without clips."""
    ratios = [
        found[name].motion_compensated / found[other].motion_compensated
        for found in clips.values()
        if found[other].motion_compensated > 0
    ]
    return float(np.mean(ratios)) if ratios else math.nan


def _clip_measurer() -> Callable[[ClipTask], ClipFlicker]:
    return _measure_clip


def _measure_clip(task: ClipTask) -> ClipFlicker:
    keras_frames = np.load(task.keras_frames, mmap_mode="r")
    frames = iter(keras_frames)
    style = find_style(task.style)
    drawings: dict[str, Drawing] = {
        TARGET: lambda frame: style.draw(frame, stroke_scale(frame)),
        KERAS: lambda frame: np.array(next(frames)),
        **{name: TFLiteModel(path, threads=1) for name, path in task.files.items()},
    }
    found = measure_clip(drawings, task.clip, short_side=SHORT_SIDE, most_frames=len(keras_frames), quiet=True)
    return found.flicker


def _draw_clip(drawing: Drawing, clip: Path) -> Uint8Array:
    """The first frames as Keras draws them, ``(N, H, W, 3) uint8``."""
    with ClipReader(clip) as reader:
        frames = [drawing(to_short_side(each.rgb_u8, SHORT_SIDE)) for each in itertools.islice(reader, CLIP_FRAMES)]
    return np.array(frames, np.uint8)
