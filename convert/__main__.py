"""``python -m convert``: export a run as a TFLite file, compare files or networks."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from celcam.cli import Command, option, require, run_commands
from celcam.paths import MODELS


@dataclass(frozen=True)
class ExportConfig:
    """Options of ``export``."""

    run: Path = option(help="folder of a run of 'python -m train'", positional=True, metavar="RUN")
    recipe: str = option("int8", help="float32 or int8")
    out: Path = option(MODELS, help="folder for the model and its card")
    pairs: Path | None = option(
        None, help="pairs for calibration and test; without it those that the run was trained on", metavar="DIR"
    )
    trained_on: str = option("photos of the user's own", help="what the photos were, for the card", metavar="TEXT")
    overwrite: bool = option(False, help="replace a model of that name")


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
class ParetoConfig:
    """Options of ``pareto``."""

    study: Path = option(help="folder of 'python -m train study architectures'", positional=True, metavar="DIR")
    plot: Path = option(Path("out/pareto.png"), help="where the plot goes")
    threads: int = option(1, help="for the timing")

    def __post_init__(self) -> None:
        require(self.threads >= 1, f"--threads {self.threads}: expected 1 or more")


def export(config: ExportConfig) -> int:
    """A run to a TFLite file and its card."""
    _quiet_tensorflow()
    from convert.export import export as export_run

    path, card = export_run(
        config.run,
        config.recipe,
        config.out,
        pairs=config.pairs,
        trained_on=config.trained_on,
        overwrite=config.overwrite,
    )
    quality = card.quality
    print(
        f"{path}: {card.bytes / 1000:.1f} kB, SSIM to the teacher {quality['to_teacher']['ssim']:.4f} "
        f"(photo itself {quality['photo_to_teacher']['ssim']:.4f}), "
        f"PSNR to Keras float {quality['to_keras']['psnr_db']:.1f} dB"
    )
    return 0


def compare(config: CompareConfig) -> int:
    """Size, speed and likeness of each file of a style."""
    _quiet_tensorflow()
    from convert.comparison import compare_models

    result = compare_models(config.run, config.models, config.grid, pairs=config.pairs, threads=config.threads)
    print(result.table())
    print(result.grid)
    return 0


def pareto(config: ParetoConfig) -> int:
    """What the networks of a study cost against how faithful they are."""
    _quiet_tensorflow()
    from convert.pareto import cost_table, draw_pareto, measure_int8_cost
    from train.studies import find_study, read_study

    measured = read_study(config.study, find_study("architectures"))
    int8_cost = measure_int8_cost([config.study / name for name in measured], threads=config.threads)
    print(cost_table(measured, int8_cost))
    draw_pareto(measured, int8_cost, config.plot)
    print(config.plot)
    return 0


def _quiet_tensorflow() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    commands = [
        Command("export", ExportConfig, export, "a run to a TFLite file and its card"),
        Command("compare", CompareConfig, compare, "size, speed and likeness of each file of a style"),
        Command("pareto", ParetoConfig, pareto, "what the networks of a study cost against how faithful they are"),
    ]
    return run_commands("python -m convert", "Keras generator to TFLite, and what that cost.", commands, argv)


if __name__ == "__main__":
    sys.exit(main())
