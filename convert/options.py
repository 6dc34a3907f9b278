"""The options of each command of ``python -m convert``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from celcam.cli import MOST_THREADS, option, require, require_between
from celcam.paths import MODELS, SAMPLES

PAIRS_HELP = "pairs to measure on; default: those the run was trained on, else pairs of the bundled photos"
THREADS_HELP = "CPU threads for the timing"


@dataclass(frozen=True)
class _ExportingConfig:
    """Options of the commands that make files from a run."""

    run: Path = option(help="folder of a run of 'python -m train'", positional=True, metavar="RUN")
    pairs: Path | None = option(
        None,
        help="pairs for calibration, fine-tuning and test; default: those the run was trained on, else pairs of the "
        "bundled photos",
        metavar="DIR",
    )
    trained_on: str = option("the user's own photos", help="what the photos were, for the card", metavar="TEXT")
    steps: int = option(600, help="steps of each fine-tuning, for recipes that have one")
    float_weight: float = option(
        100.0, help="weight of similarity to the float network in fine-tuning; similarity to the target weighs 20"
    )
    npu_size: str = option("320x240", help="the only size of the file that recipe int8-npu makes", metavar="WxH")
    overwrite: bool = option(False, help="replace models of the same names")

    def __post_init__(self) -> None:
        require(self.steps >= 1, f"--steps {self.steps}: expected 1 or more")
        require(self.float_weight >= 0, f"--float-weight {self.float_weight}: expected 0 or more")


@dataclass(frozen=True)
class ExportConfig(_ExportingConfig):
    """Options of ``export``."""

    recipe: tuple[str, ...] = option(
        ("int8-qat",),
        help="one or more of float32, float16, dynamic, int8, int8-qat, int8-npu, pruned, pruned-int8",
    )
    out: Path = option(MODELS, help="folder for the model and its card")


@dataclass(frozen=True)
class AllConfig(_ExportingConfig):
    """Options of ``all``."""

    out: Path = option(Path("out/lab"), help="folder for the models and their cards")


@dataclass(frozen=True)
class CheckConfig:
    """Options of ``check``."""

    files: tuple[Path, ...] = option(help="model files with their cards", positional=True, metavar="FILE")
    run: Path | None = option(
        None,
        help="the run that the files were made from; default: for each file the run of its name next to it, or in "
        "models",
        metavar="RUN",
    )
    photos: Path = option(SAMPLES, help="folder of photos to measure on", metavar="DIR")


@dataclass(frozen=True)
class CompareConfig:
    """Options of ``compare``."""

    run: Path = option(MODELS / "comic-keras", help="folder of the run that the files were made from", positional=True)
    models: Path = option(MODELS, help="folder of the model files")
    pairs: Path | None = option(None, help=PAIRS_HELP, metavar="DIR")
    grid: Path = option(Path("out/compare.png"), help="where to write the picture grid")
    threads: int = option(1, help=THREADS_HELP)

    def __post_init__(self) -> None:
        require_between("--threads", self.threads, 1, MOST_THREADS)


@dataclass(frozen=True)
class ReportConfig:
    """Options of ``report``."""

    models: Path = option(MODELS, help="folder of model files with their cards", positional=True, metavar="DIR")
    run: tuple[Path, ...] = option(
        (), help="folders of the runs that the files were made from; default: those in DIR and in models", metavar="RUN"
    )
    pairs: Path | None = option(
        None,
        help="pairs to measure on, or a folder with one of pairs for each style; default: those each run was trained "
        "on, else pairs of the bundled photos",
        metavar="DIR",
    )
    clips: Path | None = option(None, help="folder of videos, to measure flicker on", metavar="DIR")
    out: Path = option(
        Path("out/report.html"), help="where to write the page; a JSON file goes next to it", metavar="FILE.html"
    )
    pictures: int = option(0, help="number of pairs to measure on, spread evenly; 0 for all", metavar="N")
    jobs: int = option(0, help="processes that compare pictures; 0 for one per core", metavar="N")
    cards: bool = option(False, help="write the figures of each file into its card too")

    def __post_init__(self) -> None:
        require(self.pictures >= 0, f"--pictures {self.pictures}: expected 0 or more")
        require_between("--jobs", self.jobs, 0, MOST_THREADS)
        require(self.out.suffix.lower() == ".html", f"--out {self.out}: expected a name that ends in .html")


@dataclass(frozen=True)
class ParetoConfig:
    """Options of ``pareto``."""

    study: Path = option(help="folder of 'python -m train study architectures'", positional=True, metavar="DIR")
    plot: Path = option(Path("out/pareto.png"), help="where to write the plot")
    threads: int = option(1, help=THREADS_HELP)

    def __post_init__(self) -> None:
        require_between("--threads", self.threads, 1, MOST_THREADS)


@dataclass(frozen=True)
class LintConfig:
    """Options of ``lint``."""

    files: tuple[Path, ...] = option(help="any TFLite files", positional=True, metavar="FILE")
    strict: bool = option(False, help="exit with 1 on an error or a warning; notes do not count")


@dataclass(frozen=True)
class ProjectConfig:
    """Options of ``project``."""

    file: Path = option(help="any TFLite file", positional=True, metavar="FILE")
    size: str | None = option(
        None, help="size of the picture; default: the size that the file was traced at", metavar="WxH"
    )
    measured: tuple[Path, ...] = option(
        (), help="files of 'edge_app bench --to FILE'; what was measured replaces projections", metavar="FILE.json"
    )


@dataclass(frozen=True)
class PhoneConfig:
    """Options of ``phone``."""

    run: Path | None = option(
        None,
        help="folder of a run whose network becomes a look; without it, the shipped looks are written",
        positional=True,
        metavar="RUN",
    )
    look: Path | None = option(
        None, help="TOML file with the look's name and finish; default: the run's name, no finish", metavar="LOOK.toml"
    )
    out: Path = option(Path("out/phone-data"), help="folder that 'make phone' builds the page from", metavar="DIR")

    def __post_init__(self) -> None:
        require(self.look is None or self.run is not None, "--look: expected a RUN, whose network draws the look")
