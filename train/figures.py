"""All figures of trained runs, by look: metrics on the test split, flicker on clips, and a contact sheet."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from celcam.comparison import Likeness
from celcam.errors import DataError
from celcam.flicker import Flicker
from celcam.image_io import write_whole
from celcam.styles import find_style, stroke_scale
from train.clip_evaluation import measure_clip
from train.draw import load_drawing
from train.evaluation import SHEET_ROWS, evaluate, likeness_columns, likeness_titles, pairs_to_read
from train.run_config import CONFIG_NAME, read_config
from train.sheets import Drawing, write_sheet

EVALUATION_NAME = "evaluation.json"
SHORT_SIDE = 256  # of clips when they are drawn: the size that the networks are trained at


@dataclass(frozen=True)
class RunFigures:
    """The figures of one run."""

    preset: str
    pictures: int
    to_target: Likeness
    photo_to_target: Likeness
    flicker: dict[str, dict[str, Flicker]]  # by clip: of input, target and network


def measure_runs(
    models: Path, pairs: Path, clips: Sequence[Path], sheets: Path, *, most_frames: int | None = None
) -> str:
    """Measure each run in ``models`` on the test split of its look's pairs, and write its `EVALUATION_NAME`.

    Args:
        models: folder of runs.
        pairs: folder with a folder of pairs for each look.
        clips: videos whose flicker is measured.
        sheets: folder for a contact sheet of each look: photo, target, and each run of the look.
        most_frames: of each clip; None for all.

    Returns:
        Tables for people.

    Raises:
        DataError: ``models`` holds no run, or there are no pairs of its look.
        MediaError: a clip can't be read.
    """
    by_style: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(models.glob(f"*/{CONFIG_NAME}")):
        by_style[read_config(path.parent).style].append(path.parent)
    if not by_style:
        raise DataError(f"{models}: holds no run; expected folders with {CONFIG_NAME}, as 'python -m train' makes them")
    figures: dict[Path, RunFigures] = {}
    for style, runs in by_style.items():
        drawings = {run.name: load_drawing(run) for run in runs}
        flickers = {clip.stem: _clip_flickers(style, drawings, clip, most_frames) for clip in clips}
        for run in runs:
            evaluation = evaluate(drawings[run.name], pairs_to_read(pairs / style, "test"))
            of_run = {
                clip: {"input": values["input"], "target": values["target"], "network": values[run.name]}
                for clip, values in flickers.items()
            }
            preset = read_config(run).preset
            figures[run] = RunFigures(preset, evaluation.pictures, evaluation.network, evaluation.photo, of_run)
            write_whole(run / EVALUATION_NAME, (json.dumps(asdict(figures[run]), indent=1) + "\n").encode())
        pictures = (read() for read in pairs_to_read(pairs / style, "test")[:SHEET_ROWS])
        write_sheet(sheets / f"{style}.jpg", drawings, pictures)
    return f"{_likeness_table(figures)}\n\n{flicker_table({run.name: found.flicker for run, found in figures.items()})}"


def _clip_flickers(style: str, drawings: dict[str, Drawing], clip: Path, most_frames: int | None) -> dict[str, Flicker]:
    target = find_style(style)
    watched = {"target": lambda frame: target.draw(frame, stroke_scale(frame)), **drawings}
    return measure_clip(watched, clip, short_side=SHORT_SIDE, most_frames=most_frames).flicker


def _likeness_table(figures: dict[Path, RunFigures]) -> str:
    lines = [f"{'test split':24}{likeness_titles()}{'identity:':>12}{'SSIM':>8}{'gain':>8}"]
    for run, found in figures.items():
        network, photo = found.to_target, found.photo_to_target
        lines.append(
            f"{run.name:24}{likeness_columns(network)}{'':12}{photo.ssim:8.4f}{network.ssim - photo.ssim:+8.4f}"
        )
    return "\n".join(lines)


def flicker_table(flickers: dict[str, dict[str, dict[str, Flicker]]]) -> str:
    """A line for each run and clip, with the flicker of input, target and network, and its ratio to the input."""
    columns = f"{'input':>9}{'target':>9}{'network':>9}{'/ input':>9}"
    lines = [
        f"{'flicker':24}{'':18}{'motion compensated':>36}{'still pixels':>36}",
        f"{'':24}{'clip':18}{columns}{columns}",
    ]
    for run, clips in flickers.items():
        for clip, values in clips.items():
            line = f"{run:24}{clip[:17]:18}"
            for kind in ("motion_compensated", "still"):
                source, target, network = (getattr(values[name], kind) for name in ("input", "target", "network"))
                ratio = f"{network / source:9.2f}" if source else f"{'-':>9}"  # a clip in which nothing moves
                line += f"{source:9.3f}{target:9.3f}{network:9.3f}{ratio}"
            lines.append(line)
    return "\n".join(lines)
