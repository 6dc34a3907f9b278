"""Studies: networks and losses trained for the same number of pictures, and measured alike.

A study is a folder of runs, one a variant, each with ``measured.json`` beside its config. What was measured is not
trained again, what was begun goes on, so a study that was stopped is finished by the same command.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import repeat
from pathlib import Path
from typing import Any

from celcam.errors import DataError, UnknownNameError
from celcam.image_io import write_whole
from celcam.manifest import pairs_of
from train.networks import AUTOENCODER, LIVE_GENERATOR, QUALITY_GENERATOR, GeneratorSpec
from train.presets import PRESETS
from train.recipe import Budget, Hardware, LossWeights, Recipe, with_batching
from train.unet import UNET256

MEASURED_NAME = "measured.json"
SHEET_ROWS = 8
MEASURED_PICTURES = 96  # of the validation part: the same for all, so differences count
MEASURED_FRAMES = 40  # of each clip
EPOCHS = 2  # of each run: a checkpoint to go on from after each


# As the two were when the ablation was made, and before that, when they were searched for.
_ADDED_LIVE, _ADDED_QUALITY = (replace(spec, residual=True) for spec in (LIVE_GENERATOR, QUALITY_GENERATOR))
_LIVE, _QUALITY = (replace(spec, linear_up=False) for spec in (_ADDED_LIVE, _ADDED_QUALITY))


@dataclass(frozen=True)
class Variant:
    """One run of a study."""

    name: str
    generator: Any = LIVE_GENERATOR
    losses: LossWeights = LossWeights(adversarial=0.0, ssim=20.0)
    degraded_share: float = 0.5
    ema: float = 0.0
    optimizer: str = "muon"
    distill_from: str = ""  # the variant, earlier in the study, that is this one's distillation teacher
    batch_size: int = 0  # crops a step; 0: as the preset of the network


# Where the search began, for the cost of live and for that of quality.
_START = GeneratorSpec(half_width=16, quarter_width=32, quarter_blocks=2, half_blocks=1)
_START_QUALITY = GeneratorSpec(half_width=24, quarter_width=48, quarter_blocks=4, half_blocks=2)


def _start(**changes: Any) -> GeneratorSpec:
    return replace(_START, **changes)


def _searched(name: str, generator: GeneratorSpec) -> Variant:
    """A variant of the search, trained as networks were then: by Adam, in steps of eight crops."""
    return Variant(name, generator, optimizer="adam", batch_size=8)


def _ablated(name: str, generator: Any = _ADDED_LIVE, **changes: Any) -> Variant:
    """A variant of the ablation, whose `live` added what it drew to the photo."""
    return Variant(name, generator, **changes)


_L1_SSIM = LossWeights(adversarial=0.0, ssim=20.0)
STUDIES: dict[str, tuple[Variant, ...]] = {
    # What live could be for 0.35 GMAC, and quality for 1.2: width, depth, where the resolution drops, kind of block,
    # kernel, norm, what the photo adds.
    "architectures": (
        _searched("start", _START),
        _searched("wide", _LIVE),
        _searched("deep-quarter", _start(half_width=12, quarter_blocks=3)),
        _searched("deep-half", _start(quarter_width=24, half_blocks=2)),
        _searched("half-only", _start(quarter_blocks=0, half_blocks=3)),
        _searched("quarter-only", _start(quarter_blocks=3, half_blocks=0)),
        _searched("eighth", _start(quarter_blocks=1, eighth_width=48, eighth_blocks=2)),
        _searched("separable", _start(block="separable", kernel=5, quarter_blocks=6, half_blocks=2)),
        _searched("kernel5", _start(half_width=12, quarter_width=24, quarter_blocks=1, kernel=5)),
        _searched("stem3", _start(stem_size=3)),
        _searched("stem7", _start(stem_size=7)),
        _searched("norm", _start(norm=True)),
        _searched("no-residual", _start(residual=False)),
        _searched("quality-start", _START_QUALITY),
        _searched("quality-wide", _QUALITY),
        _searched("quality-deep", replace(_START_QUALITY, half_width=20, quarter_width=40, quarter_blocks=7)),
    ),
    # What each idea buys, beside live trained on L1 and SSIM.
    "ablation": (
        _ablated("base"),
        _ablated("adam", optimizer="adam"),
        _ablated("ema", ema=0.99),
        _ablated("autoencoder", AUTOENCODER),
        _ablated("no-residual", LIVE_GENERATOR),
        _ablated("l1-only", losses=replace(_L1_SSIM, ssim=0.0)),
        _ablated("l1-gan", losses=replace(_L1_SSIM, ssim=0.0, adversarial=0.2)),
        _ablated("gan-features", losses=replace(_L1_SSIM, adversarial=0.2, feature=2.0)),
        _ablated("steady", losses=replace(_L1_SSIM, temporal=30.0)),
        _ablated("clean-photos", degraded_share=0.0),
        _ablated("relu-up", _LIVE),
        _ablated("batch-8", batch_size=8),
        _ablated("quality", _ADDED_QUALITY),
        _ablated("quality-no-residual", QUALITY_GENERATOR),
        _ablated("distilled", losses=replace(_L1_SSIM, distill=50.0), distill_from="quality"),
    ),
    # The full-size reference on the same diet.
    "reference": (Variant("live", LIVE_GENERATOR), Variant("unet256", UNET256)),
}


def find_study(name: str) -> tuple[Variant, ...]:
    """The study called ``name``; raises UnknownNameError, which lists those that exist."""
    try:
        return STUDIES[name]
    except KeyError:
        raise UnknownNameError("study", name, STUDIES) from None


def run_study(
    variants: Sequence[Variant],
    pairs: Path,
    out: Path,
    *,
    pictures: int,
    jobs: int,
    learning_rate: float = 2e-3,
    feed: str = "host",
    clips: Sequence[Path] = (),
) -> str:
    """Train and measure ``variants`` in ``out``.

    Args:
        variants: what is compared; distillation teachers are trained before those that learn from them.
        pairs: folder with a manifest; pictures of the validation part are measured.
        out: folder of the runs.
        pictures: crops of 128x128 that each variant is trained on (larger crops count for more).
        jobs: processes, each with its share of the cores.
        learning_rate: the peak.
        feed: who cuts the crops, see `train.training.train`.
        clips: videos whose flicker is measured too.

    Returns:
        A table for people.

    Raises:
        DataError: a run in ``out`` was made otherwise.
    """
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
            settings = (repeat(value) for value in (pairs, out, pictures, learning_rate, feed, tuple(clips), free))
            list(workers.map(_train_on_free_cores, batch, *settings))
    measured = read_study(out, variants)
    _write_sheet(out, pairs, [variant.name for variant in variants])
    return study_table(measured)


def read_study(out: Path, variants: Sequence[Variant]) -> dict[str, dict[str, Any]]:
    """What was measured of each variant in ``out``.

    Raises:
        DataError: a variant is missing.
    """
    measured = {}
    for variant in variants:
        path = out / variant.name / MEASURED_NAME
        try:
            measured[variant.name] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DataError(f"{path}: can't be read ({error}); run 'python -m train study' to its end") from error
    return measured


def study_table(measured: dict[str, dict[str, Any]]) -> str:
    """The figures for people."""
    clips = list(next(iter(measured.values()))["flicker"])
    titles = "".join(f"  {clip[:18]:>18}" for clip in clips)
    lines = [f"{'':14}{'GMAC':>7}{'params':>11}{'PSNR dB':>9}{'SSIM':>8}{'edge-F1':>9}{'minutes':>9}{titles}"]
    for name, figures in measured.items():
        likeness = figures["to_teacher"]
        flickers = "".join(f"  {figures['flicker'][clip]:18.3f}" for clip in clips)
        lines.append(
            f"{name:14}{figures['gmac_256']:7.3f}{figures['parameters']:11,}{likeness['psnr_db']:9.2f}"
            f"{likeness['ssim']:8.4f}{likeness['edge_f1']:9.4f}{figures['minutes']:9.1f}{flickers}"
        )
    return "\n".join(lines)


def _train_on_free_cores(
    variant: Variant,
    pairs: Path,
    out: Path,
    pictures: int,
    learning_rate: float,
    feed: str,
    clips: Sequence[Path],
    free: Any,
) -> None:
    cores = free.get()
    try:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cores)
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        _train_and_measure(variant, pairs, out, pictures, learning_rate, feed, clips)
    finally:
        free.put(cores)


def _train_and_measure(
    variant: Variant, pairs: Path, out: Path, pictures: int, learning_rate: float, feed: str, clips: Sequence[Path]
) -> None:
    from train.run_folder import find_checkpoint
    from train.run_start import plan_run
    from train.training import train

    run = out / variant.name
    recipe = recipe_of(variant, pictures, learning_rate)
    checkpoint = find_checkpoint(run)
    if checkpoint is None or checkpoint.progress.steps < recipe.budget.steps:
        config = plan_run(
            pairs,
            preset_name(variant),
            recipe,
            Hardware(augment_on=feed),
            distill_from=out / variant.distill_from if variant.distill_from else None,
        )
        train(config, run, resume=(run / "config.json").exists(), quiet=True)
    measured = _measure(run, pairs, clips)
    write_whole(run / MEASURED_NAME, json.dumps(measured, indent=1).encode())
    print(f"{variant.name}: SSIM {measured['to_teacher']['ssim']:.4f}", flush=True)


def preset_name(variant: Variant) -> str:
    """The name of the preset with the network of ``variant``; its own name if there is none."""
    known = [preset.name for preset in PRESETS.values() if preset.recipe.generator == variant.generator]
    return known[0] if known else variant.name


def recipe_of(variant: Variant, pictures: int, learning_rate: float) -> Recipe:
    """How ``variant`` is trained on ``pictures`` crops: in the batches of its network's preset, or of `live`."""
    live = PRESETS["live"].recipe
    name = preset_name(variant)
    batching = PRESETS[name].recipe if name in PRESETS else live
    recipe = with_batching(batching, batch_size=variant.batch_size)
    steps = round(pictures / (recipe.batch_size * (recipe.crop / live.crop) ** 2))
    return replace(
        recipe,
        generator=variant.generator,
        losses=variant.losses,
        optimizer=variant.optimizer,
        learning_rate=learning_rate,
        ema=variant.ema,
        degraded_share=variant.degraded_share,
        budget=Budget(steps=steps, minutes=1),
        steps_per_epoch=-(-steps // EPOCHS),
    )


def _measure(run: Path, pairs: Path, clips: Sequence[Path]) -> dict[str, Any]:
    import keras

    from train.clip_evaluation import measure_clip
    from train.cost import count_macs
    from train.draw import load_drawing
    from train.evaluation import evaluate, pairs_to_read
    from train.run_folder import find_checkpoint, load_generator

    checkpoint, drawing = find_checkpoint(run), load_drawing(run)
    generator = load_generator(run, keras)
    evaluation = evaluate(drawing, pairs_to_read(pairs, "validation")[:MEASURED_PICTURES], quiet=True)
    flickers = {
        clip.stem: measure_clip({"network": drawing}, clip, short_side=256, most_frames=MEASURED_FRAMES, quiet=True)
        .flicker["network"]
        .followed
        for clip in clips
    }
    return {
        "gmac_256": count_macs(generator, (256, 256)) / 1e9,
        "parameters": generator.count_params(),
        "minutes": checkpoint.progress.elapsed_s / 60 if checkpoint else 0.0,
        "to_teacher": asdict(evaluation.network),
        "photo_to_teacher": asdict(evaluation.photo),
        "flicker": flickers,
    }


def _write_sheet(out: Path, pairs: Path, names: Sequence[str]) -> None:
    """Photo, teacher and each variant's picture."""
    from train.batches import read_pair
    from train.draw import load_drawing
    from train.sheets import write_sheet

    shown = (read_pair(pairs, pair) for pair in pairs_of(pairs, "validation")[:SHEET_ROWS])
    write_sheet(out / "sheet.png", {name: load_drawing(out / name) for name in names}, shown)
