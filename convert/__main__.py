"""``python -m convert``: export a run as a TFLite file, compare files or networks."""

from __future__ import annotations

from celcam.startup import check_python

check_python()

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from celcam.cli import Command, option, parse_size, require, run_commands
from celcam.paths import MODELS, SAMPLES


@dataclass(frozen=True)
class _MakingConfig:
    """Options of whatever makes files of a run."""

    run: Path = option(help="folder of a run of 'python -m train'", positional=True, metavar="RUN")
    pairs: Path | None = option(
        None,
        help="pairs for calibration, training and test; without it those that the run was trained on",
        metavar="DIR",
    )
    trained_on: str = option("photos of the user's own", help="what the photos were, for the card", metavar="TEXT")
    steps: int = option(600, help="of each fine-tuning, where the recipe has one")
    float_weight: float = option(
        100.0, help="of likeness to the float network, in fine-tuning; likeness to the teacher weighs 20"
    )
    overwrite: bool = option(False, help="replace models of those names")

    def __post_init__(self) -> None:
        require(self.steps >= 1, f"--steps {self.steps}: expected 1 or more")
        require(self.float_weight >= 0, f"--float-weight {self.float_weight}: expected 0 or more")


@dataclass(frozen=True)
class ExportConfig(_MakingConfig):
    """Options of ``export``."""

    recipe: tuple[str, ...] = option(
        ("int8-qat",),
        help="float32, float16, dynamic, int8, int8-qat, pruned or pruned-int8; several are made together",
    )
    out: Path = option(MODELS, help="folder for the model and its card")


@dataclass(frozen=True)
class AllConfig(_MakingConfig):
    """Options of ``all``."""

    out: Path = option(Path("out/lab"), help="folder for the models and their cards")


@dataclass(frozen=True)
class CheckConfig:
    """Options of ``check``."""

    files: tuple[Path, ...] = option(help="model files with their cards", positional=True, metavar="FILE")
    run: Path | None = option(
        None, help="the run that the file was made from; without it the one beside the file that fits", metavar="RUN"
    )
    photos: Path = option(SAMPLES, help="folder of photos to compare on", metavar="DIR")


@dataclass(frozen=True)
class CompareConfig:
    """Options of ``compare``."""

    run: Path = option(MODELS / "comic-keras", help="folder of the run that the files were made from", positional=True)
    models: Path = option(MODELS, help="folder of the model files")
    pairs: Path | None = option(
        None, help="pairs to test on; without it those that the run was trained on", metavar="DIR"
    )
    grid: Path = option(Path("out/compare.png"), help="where the picture grid goes")
    threads: int = option(1, help="for the timing")

    def __post_init__(self) -> None:
        require(self.threads >= 1, f"--threads {self.threads}: expected 1 or more")


@dataclass(frozen=True)
class ReportConfig:
    """Options of ``report``."""

    models: Path = option(MODELS, help="folder of model files with their cards", positional=True, metavar="DIR")
    run: tuple[Path, ...] = option(
        (), help="folders of the runs they were made from; without it those in DIR and in models", metavar="RUN"
    )
    pairs: Path | None = option(
        None,
        help="pairs to test on, or a folder with such a folder for each look; without it those of the run",
        metavar="DIR",
    )
    clips: Path | None = option(None, help="folder of videos, to measure flicker on", metavar="DIR")
    out: Path = option(Path("out/report.html"), help="where the page goes, with a JSON beside it", metavar="FILE.html")
    pictures: int = option(0, help="of the test part, spread evenly; 0 for all", metavar="N")
    jobs: int = option(0, help="processes that compare pictures; 0 for one a core", metavar="N")
    cards: bool = option(False, help="write each file's row into its card too")

    def __post_init__(self) -> None:
        require(self.pictures >= 0, f"--pictures {self.pictures}: expected 0 or more")
        require(self.jobs >= 0, f"--jobs {self.jobs}: expected 0 or more")
        require(self.out.suffix.lower() == ".html", f"--out {self.out}: expected a name that ends in .html")


@dataclass(frozen=True)
class ParetoConfig:
    """Options of ``pareto``."""

    study: Path = option(help="folder of 'python -m train study architectures'", positional=True, metavar="DIR")
    plot: Path = option(Path("out/pareto.png"), help="where the plot goes")
    threads: int = option(1, help="for the timing")

    def __post_init__(self) -> None:
        require(self.threads >= 1, f"--threads {self.threads}: expected 1 or more")


@dataclass(frozen=True)
class LintConfig:
    """Options of ``lint``."""

    files: tuple[Path, ...] = option(help="model files, ours or others'", positional=True, metavar="FILE")
    strict: bool = option(False, help="exit 1 on an error or a warning; notes don't count")


@dataclass(frozen=True)
class ProjectConfig:
    """Options of ``project``."""

    file: Path = option(help="a model file, ours or another's", positional=True, metavar="FILE")
    size: str | None = option(
        None, help="of the picture; without it the size that the file was traced at", metavar="WxH"
    )


def export(config: ExportConfig) -> int:
    """A run to a TFLite file and its card."""
    return _export(config, config.recipe, config.out)


def export_all(config: AllConfig) -> int:
    """A run to a TFLite file of each recipe."""
    from convert.recipes import RECIPES

    return _export(config, tuple(RECIPES), config.out)


def _export(config: _MakingConfig, recipes: tuple[str, ...], out: Path) -> int:
    _quiet_tensorflow()
    from convert.export import export as export_run

    for path, card in export_run(
        config.run,
        recipes,
        out,
        pairs=config.pairs,
        trained_on=config.trained_on,
        overwrite=config.overwrite,
        steps=config.steps,
        float_weight=config.float_weight,
    ):
        quality = card.quality
        print(
            f"{path}: {card.bytes / 1000:.1f} kB, SSIM to the teacher {quality['to_teacher']['ssim']:.4f} "
            f"(photo itself {quality['photo_to_teacher']['ssim']:.4f}), "
            f"PSNR to Keras float {quality['to_keras']['psnr_db']:.1f} dB"
        )
    return 0


def check(config: CheckConfig) -> int:
    """Hold files to the thresholds in their cards."""
    _quiet_tensorflow()
    from convert.gate import check_files

    failed = False
    for verdict in check_files(config.files, config.run, config.photos):
        print("\n".join(verdict.lines()))
        failed = failed or not verdict.passed
    return int(failed)


def compare(config: CompareConfig) -> int:
    """Size, speed and likeness of each file of a style."""
    _quiet_tensorflow()
    from convert.comparison import compare_models

    result = compare_models(config.run, config.models, config.grid, pairs=config.pairs, threads=config.threads)
    print(result.table())
    print(result.grid)
    return 0


def report(config: ReportConfig) -> int:
    """A page that tells what each file of a folder costs and keeps."""
    _quiet_tensorflow()
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
    print("\n".join(map(str, written)))
    return 0


def pareto(config: ParetoConfig) -> int:
    """What the networks of a study cost against how faithful they are."""
    _quiet_tensorflow()
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
    """What makes model files slow, inexact or stuck at one size."""
    from convert.graph import read_graph
    from convert.lint import lint_file, report

    graphs = [read_graph(file) for file in config.files]  # one that can't be read is told before the others are run
    found = [lint_file(file) for file in config.files]
    for graph, findings in zip(graphs, found, strict=True):
        print(report(graph, findings))
    return int(config.strict and any(each.severity != "note" for findings in found for each in findings))


def project(config: ProjectConfig) -> int:
    """Milliseconds to expect on devices that are not here."""
    size_wh = parse_size(config.size) if config.size else None
    from convert.project import project_file

    print(project_file(config.file, size_wh))
    return 0


def _quiet_tensorflow() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    commands = [
        Command("export", ExportConfig, export, "a run to a TFLite file and its card"),
        Command("all", AllConfig, export_all, "a run to a TFLite file of each recipe"),
        Command("check", CheckConfig, check, "exit 1 where a file falls short of the thresholds in its card"),
        Command("compare", CompareConfig, compare, "size, speed and likeness of each file of a style"),
        Command("report", ReportConfig, report, "a page that tells what each file of a folder costs and keeps"),
        Command("pareto", ParetoConfig, pareto, "what the networks of a study cost against how faithful they are"),
        Command("lint", LintConfig, lint, "what makes model files slow, inexact or stuck at one size"),
        Command("project", ProjectConfig, project, "milliseconds to expect on a Pi, a Coral or a phone"),
    ]
    return run_commands("python -m convert", "Keras generator to TFLite, and what that cost.", commands, argv)


if __name__ == "__main__":
    sys.exit(main())
