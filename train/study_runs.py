"""Trains and measures the variants of a study.

A study is a folder of runs, one for each variant, with ``measured.json`` next to its config. A variant that is measured
is not trained again, and one that was interrupted continues, so the same command finishes a study that was stopped.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from celcam.comparison import Likeness
from celcam.errors import DataError, MediaError
from celcam.image_io import write_whole
from celcam.manifest import pairs_of
from celcam.text_files import read_json
from train.recipe import Hardware
from train.run_config import CONFIG_NAME
from train.runtime import load_keras
from train.studies import Variant, preset_name, recipe_of

MEASURED_NAME = "measured.json"
SHEET_ROWS = 8
MEASURED_PICTURES = 96  # of the validation split: the same for all, so that differences count
MEASURED_FRAMES = 40  # of each clip


@dataclass(frozen=True)
class StudySettings:
    """What all variants of a study have in common."""

    pairs: Path  # folder with a manifest; pictures of its validation split are measured
    out: Path  # folder of the runs
    pictures: int  # crops of 128x128 that each variant is trained on; larger crops count for more
    augment_on: str = "host"  # see `train.recipe.Hardware`
    clips: tuple[Path, ...] = ()  # videos on which the flicker is measured


def run_study(variants: Sequence[Variant], settings: StudySettings, *, jobs: int) -> str:
    """Train and measure ``variants`` in ``settings.out``.

    Args:
        variants: what is compared; distillation teachers are trained before those that learn from them.
        settings: what all variants have in common.
        jobs: processes, each with its share of the cores.

    Returns:
        A table for people.

    Raises:
        DataError: a run in ``settings.out`` was started in another way.
    """
    out = settings.out
    left = [variant for variant in variants if not (out / variant.name / MEASURED_NAME).exists()]
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
    free = multiprocessing.Manager().Queue()
    for number in range(jobs):
        free.put(cores[number::jobs] or cores)
    teachers = [variant for variant in left if any(other.distill_from == variant.name for other in variants)]
    for batch in (teachers, [variant for variant in left if variant not in teachers]):
        # A process a run: Keras keeps what it has built.
        with ProcessPoolExecutor(
            jobs, mp_context=multiprocessing.get_context("spawn"), max_tasks_per_child=1
        ) as workers:
            list(workers.map(partial(_train_on_free_cores, settings=settings, free=free), batch))
    measured = read_study(out, variants)
    _write_sheet(settings, [variant.name for variant in variants])
    return study_table(measured)


def read_study(out: Path, variants: Sequence[Variant]) -> dict[str, dict[str, Any]]:
    """The figures of each variant in ``out``.

    Raises:
        DataError: a variant is missing.
    """
    measured = {}
    for variant in variants:
        path = out / variant.name / MEASURED_NAME
        try:
            measured[variant.name] = read_json(path)
        except (MediaError, ValueError) as error:
            raise DataError(f"{path}: can't be read ({error}); run 'python -m train study' to its end") from error
    return measured


def study_table(measured: dict[str, dict[str, Any]]) -> str:
    """The figures of `read_study` for people."""
    from train.evaluation import likeness_columns, likeness_titles

    clips = list(next(iter(measured.values()))["flicker"])
    titles = "".join(f"  {clip[:18]:>18}" for clip in clips)
    lines = [f"{'':14}{'GMAC':>7}{'params':>11}{likeness_titles()}{'minutes':>9}{titles}"]
    for name, figures in measured.items():
        likeness = likeness_columns(Likeness.from_json(figures["to_target"]))
        flickers = "".join(f"  {figures['flicker'][clip]:18.3f}" for clip in clips)
        lines.append(
            f"{name:14}{figures['gmac_256']:7.3f}{figures['parameters']:11,}{likeness}"
            f"{figures['minutes']:9.1f}{flickers}"
        )
    return "\n".join(lines)


def _train_on_free_cores(variant: Variant, settings: StudySettings, free: Any) -> None:
    cores = free.get()
    try:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cores)
        load_keras()
        _train_and_measure(variant, settings)
    finally:
        free.put(cores)


def _train_and_measure(variant: Variant, settings: StudySettings) -> None:
    from train.run_folder import find_checkpoint
    from train.run_start import plan_run
    from train.training import train

    run = settings.out / variant.name
    recipe = recipe_of(variant, settings.pictures)
    checkpoint = find_checkpoint(run)
    if checkpoint is None or checkpoint.progress.steps < recipe.budget.steps:
        config = plan_run(
            settings.pairs,
            preset_name(variant),
            recipe,
            Hardware(augment_on=settings.augment_on),
            distill_from=settings.out / variant.distill_from if variant.distill_from else None,
        )
        train(config, run, resume=(run / CONFIG_NAME).exists(), quiet=True)
    measured = _measure(run, settings)
    write_whole(run / MEASURED_NAME, json.dumps(measured, indent=1).encode())
    print(f"{variant.name}: SSIM {measured['to_target']['ssim']:.4f}", flush=True)


def _measure(run: Path, settings: StudySettings) -> dict[str, Any]:
    import keras

    from train.clip_evaluation import measure_clip
    from train.cost import count_macs
    from train.draw import load_drawing
    from train.evaluation import evaluate, pairs_to_read
    from train.run_folder import find_checkpoint, load_generator

    checkpoint, drawing = find_checkpoint(run), load_drawing(run)
    generator = load_generator(run, keras)
    evaluation = evaluate(drawing, pairs_to_read(settings.pairs, "validation")[:MEASURED_PICTURES], quiet=True)
    flickers = {
        clip.stem: measure_clip({"network": drawing}, clip, short_side=256, most_frames=MEASURED_FRAMES, quiet=True)
        .flicker["network"]
        .motion_compensated
        for clip in settings.clips
    }
    return {
        "gmac_256": count_macs(generator, (256, 256)) / 1e9,
        "parameters": generator.count_params(),
        "minutes": checkpoint.progress.elapsed_s / 60 if checkpoint else 0.0,
        "to_target": evaluation.network.as_json(),
        "photo_to_target": evaluation.photo.as_json(),
        "flicker": flickers,
    }


def _write_sheet(settings: StudySettings, names: Sequence[str]) -> None:
    """Photo, target and each variant's picture."""
    from train.batches import read_pair
    from train.draw import load_drawing
    from train.sheets import write_sheet

    pairs = settings.pairs
    shown = (read_pair(pairs, pair) for pair in pairs_of(pairs, "validation")[:SHEET_ROWS])
    drawings = {name: load_drawing(settings.out / name) for name in names}
    write_sheet(settings.out / "sheet.png", drawings, shown)
