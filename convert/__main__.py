"""``python -m convert``: export a run as TFLite files, check and compare them."""

from __future__ import annotations

from celcam.startup import check_python

check_python()

import sys
from collections.abc import Sequence
from pathlib import Path

from celcam.cli import Command, parse_size, run_commands
from convert.options import (
    AllConfig,
    CheckConfig,
    CompareConfig,
    ExportConfig,
    LintConfig,
    ParetoConfig,
    PhoneConfig,
    ProjectConfig,
    ReportConfig,
)


def export(config: ExportConfig) -> int:
    """Make TFLite files of a run by some recipes."""
    return _export(config, config.recipe, config.out)


def export_all(config: AllConfig) -> int:
    """Make a TFLite file of a run by every recipe."""
    from convert.recipes import RECIPES

    return _export(config, tuple(RECIPES), config.out)


def _export(config: ExportConfig | AllConfig, recipes: tuple[str, ...], out: Path) -> int:
    npu_size_wh = parse_size(config.npu_size)
    _load_tensorflow()
    from convert.export import WORK_NAME, Exported
    from convert.export import export as export_run

    try:
        exported: Exported = export_run(
            config.run,
            recipes,
            out,
            pairs=config.pairs,
            trained_on=config.trained_on,
            overwrite=config.overwrite,
            steps=config.steps,
            float_weight=config.float_weight,
            npu_size_wh=npu_size_wh,
        )
    except KeyboardInterrupt:
        work = out / WORK_NAME
        remedy = f"finished steps are in {work}; run the same command to continue, or delete that folder"
        remedy = remedy if work.is_dir() else "run the same command again"
        print(f"\npartial: the models are not written yet; {remedy}", file=sys.stderr)
        raise
    for path, card in exported.files:
        quality = card.quality
        print(
            f"{path}: {card.bytes / 1000:.1f} kB, SSIM to the target {quality['to_target']['ssim']:.4f} "
            f"(photo, unchanged {quality['photo_to_target']['ssim']:.4f}), "
            f"PSNR to Keras float {quality['to_keras']['psnr_db']:.1f} dB"
        )
    _print_notes(exported.note)
    return 0


def check(config: CheckConfig) -> int:
    """Compare files with the thresholds in their cards."""
    _load_tensorflow()
    from convert.check import check_files

    failed = False
    for checked in check_files(config.files, config.run, config.photos):
        print("\n".join(checked.lines()))
        failed = failed or not checked.verdict.passed
    return int(failed)


def compare(config: CompareConfig) -> int:
    """Print size, speed and similarity of the files of a run."""
    _load_tensorflow()
    from convert.report.table import compare_models

    result = compare_models(config.run, config.models, config.grid, pairs=config.pairs, threads=config.threads)
    print(result.table)
    _print_notes(*result.notes)
    print(result.grid)
    return 0


def report(config: ReportConfig) -> int:
    """Write a page with size, speed and similarity of all files of a folder."""
    _load_tensorflow()
    from convert.report.page import write_report

    written = write_report(
        config.models,
        config.out,
        runs=config.run,
        pairs=config.pairs,
        clips=config.clips,
        most_pictures=config.pictures,
        jobs=config.jobs,
        cards=config.cards,
    )
    _print_notes(*written.notes)
    print("\n".join(map(str, written.files)))
    return 0


def pareto(config: ParetoConfig) -> int:
    """Compare the networks of a study by cost and similarity to the target."""
    _load_tensorflow()
    from convert.pareto import cost_table, draw_pareto, measure_int8_cost
    from train.studies import find_study
    from train.study_runs import read_study

    measured = read_study(config.study, find_study("architectures"))
    int8_cost = measure_int8_cost([config.study / name for name in measured], threads=config.threads)
    print(cost_table(measured, int8_cost))
    draw_pareto(measured, int8_cost, config.plot)
    print(config.plot)
    return 0


def lint(config: LintConfig) -> int:
    """List what makes files slow, inexact or limited to one size."""
    from convert.graph import read_graph
    from convert.lint import lint_file, report

    graphs = [read_graph(file) for file in config.files]  # a file that can't be read is reported before any is run
    found = [lint_file(file) for file in config.files]
    for graph, findings in zip(graphs, found, strict=True):
        print(report(graph, findings))
    return int(config.strict and any(each.severity != "note" for findings in found for each in findings))


def project(config: ProjectConfig) -> int:
    """Estimate milliseconds on devices from published benchmarks."""
    size_wh = parse_size(config.size) if config.size else None
    from convert.measured import read_measurements
    from convert.project import project_file

    print(project_file(config.file, size_wh, read_measurements(config.measured)))
    return 0


def phone(config: PhoneConfig) -> int:
    """Write what the phone's page draws with: the shipped looks, or a user's own."""
    from celcam.looks import read_look
    from convert.phone import write_run, write_shipped

    look = read_look(config.look) if config.look else None
    if config.run is None:
        written = write_shipped(config.out, _export_one)
    else:
        written = [write_run(config.run, config.out, look, _export_one)]
    print("\n".join(map(str, written)))
    print("build the page with 'make phone'")
    return 0


def _export_one(run: Path, recipe: str, out: Path) -> Path:
    """Make one file of a run."""
    _load_tensorflow()
    from convert.export import export as export_run

    exported = export_run(run, (recipe,), out, pairs=None, trained_on="the user's own photos", overwrite=True)
    return exported.files[0][0]


def _load_tensorflow() -> None:
    """Import Keras and TensorFlow without the messages of their runtime."""
    from celcam.native_messages import native_messages_off
    from train.runtime import load_keras

    load_keras()
    with native_messages_off():
        import tensorflow_model_optimization  # noqa: F401
        import tf_keras  # noqa: F401


def _print_notes(*notes: str) -> None:
    for note in filter(None, notes):
        print(f"note: {note}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    commands = [
        Command("export", ExportConfig, export, "make TFLite files of a run, with cards"),
        Command("all", AllConfig, export_all, "make a TFLite file of a run by every recipe"),
        Command("check", CheckConfig, check, "exit with 1 if a file misses a threshold in its card"),
        Command("compare", CompareConfig, compare, "print size, speed and similarity of the files of a run"),
        Command(
            "report", ReportConfig, report, "write a page with size, speed and similarity of all files of a folder"
        ),
        Command("pareto", ParetoConfig, pareto, "compare the networks of a study by cost and similarity to the target"),
        Command("lint", LintConfig, lint, "list what makes files slow, inexact or limited to one size"),
        Command("phone", PhoneConfig, phone, "write the looks of the phone's page, or a look of your own for it"),
        Command("project", ProjectConfig, project, "estimate milliseconds on a Pi, a Coral or a phone"),
    ]
    return run_commands(
        "python -m convert", "Convert a Keras generator to TFLite and measure the result.", commands, argv
    )


if __name__ == "__main__":
    sys.exit(main())
