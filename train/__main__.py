"""``python -m train``: train generators on pairs, and measure them."""

from __future__ import annotations

from celcam.startup import check_python

check_python()

import sys
from collections.abc import Sequence

from celcam.cli import Command, run_commands
from train.options import (
    BenchConfig,
    BlendConfig,
    EvaluateConfig,
    FiguresConfig,
    SheetConfig,
    StudyConfig,
    TrainConfig,
)
from train.presets import DEFAULT_PRESET, find_preset, presets_table
from train.runtime import load_keras


def train(config: TrainConfig) -> int:
    """Train a generator."""
    from train.run_config import read_config

    if config.init and not config.preset:
        before = read_config(config.init)
        preset, recipe = before.preset, before.recipe
    else:
        preset = config.preset or DEFAULT_PRESET
        recipe = find_preset(preset).recipe
    recipe = config.changed(recipe)
    load_keras()
    from train.run_start import plan_run
    from train.training import train as train_run

    plan = plan_run(
        config.pairs,
        preset,
        recipe,
        config.hardware(),
        init=config.init,
        distill_from=config.distill_from,
        seed=config.seed,
    )
    run = train_run(plan, config.out, resume=config.resume, cache_gb=config.cache_gb)
    print(f"trained: {run}; see {run / 'samples'}, measure with 'python -m train evaluate {run}'")
    return 0


def evaluate(config: EvaluateConfig) -> int:
    """Compare a network with the target, or measure its flicker."""
    load_keras()
    from train.draw import load_drawing
    from train.run_config import read_config

    run_config = read_config(config.run)
    drawing = load_drawing(config.run)
    if config.video:
        from train.clip_evaluation import evaluate_clip

        flicker = evaluate_clip(
            drawing,
            run_config.style,
            config.video,
            config.clip,
            short_side=config.size,
            most_frames=config.frames or None,
        )
        print(f"{flicker.frames} frames of {config.video}, mean change from frame to frame, in levels of 0..255:")
        print(flicker.table())
        print(config.clip)
        return 0
    from celcam.image_io import write_image
    from train.evaluation import evaluate as evaluate_pairs
    from train.evaluation import pairs_to_read, photos_to_draw

    if config.photos:
        source, pairs = str(config.photos), photos_to_draw(config.photos, run_config.style, config.size)
    else:
        folder = config.pairs or run_config.pairs
        source, pairs = f"the {config.split} split", pairs_to_read(folder, config.split)
    result = evaluate_pairs(drawing, pairs)
    write_image(config.sheet, result.sheet)
    print(f"{result.pictures} pictures of {source}, compared with the target:")
    print(result.table())
    print(config.sheet)
    return 0


def sheet(config: SheetConfig) -> int:
    """Draw photos by the style filter and by runs."""
    load_keras()
    from train.sheets import write_photo_sheet

    write_photo_sheet(config.out, config.runs, config.photos, config.size)
    print(config.out)
    return 0


def blend(config: BlendConfig) -> int:
    """Interpolate the weights of two runs."""
    load_keras()
    from train.blend import blend as blend_runs

    blend_runs(config.one, config.other, config.share, config.out)
    print(f"{config.out}: measure with 'python -m train evaluate {config.out}'")
    return 0


def bench(config: BenchConfig) -> int:
    """Measure the training speed of this machine."""
    load_keras()
    from train.bench import measure_training

    recipe = config.changed(find_preset(config.preset).recipe)
    speed = measure_training(config.pairs, recipe, config.hardware(), steps=config.steps)
    print(speed.line())
    return 0


def study(config: StudyConfig) -> int:
    """Train and compare networks and losses."""
    from train.studies import find_study
    from train.study_runs import StudySettings, run_study

    clips = sorted(config.clips.glob("*.mp4")) if config.clips else []
    variants = find_study(config.study)
    load_keras()
    settings = StudySettings(
        config.pairs, config.out, pictures=config.pictures, augment_on=config.augment_on, clips=tuple(clips)
    )
    print(run_study(variants, settings, jobs=config.jobs))
    print(config.out / "sheet.png")
    return 0


def figures(config: FiguresConfig) -> int:
    """Measure all runs in a folder."""
    load_keras()
    from train.figures import measure_runs

    clips = sorted(config.clips.glob("*.mp4")) if config.clips else []
    print(measure_runs(config.models, config.pairs, clips, config.sheets, most_frames=config.frames or None))
    print(config.sheets)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    commands = [
        Command("train", TrainConfig, train, "train a generator on pairs", presets_table()),
        Command("bench", BenchConfig, bench, "measure the training speed of this machine"),
        Command("study", StudyConfig, study, "train several networks or losses, and compare them"),
        Command("figures", FiguresConfig, figures, "measure all runs in a folder, by look"),
        Command("sheet", SheetConfig, sheet, "draw photos by the style filter and by runs, side by side"),
        Command("blend", BlendConfig, blend, "interpolate the weights of two runs"),
        Command("evaluate", EvaluateConfig, evaluate, "compare the generator of a run with the target"),
    ]
    about = "Train Keras generators on pairs, and measure them."
    return run_commands("python -m train", about, commands, argv, default="train")


if __name__ == "__main__":
    sys.exit(main())
