"""``python -m train``: train generators on pairs, and measure them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from celcam.cli import Command, option, require, run_commands
from celcam.paths import MODELS, SAMPLES

OPTIMIZERS = ("muon", "adam")
FEED_HELP = "who cuts the crops: host, or device where a GPU waits (KERAS_BACKEND=jax)"
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


@dataclass(frozen=True)
class TrainConfig:
    """Options of training."""

    pairs: Path = option(help="folder made by 'python -m datasets build'")
    out: Path = option(help="folder of the run, such as runs/comic")
    preset: str = option("live", help="the network: live, quality, autoencoder, unet256, or smoke for tests")
    steps: int = option(0, help="train for this many steps; 0: see --minutes")
    minutes: float = option(60.0, help="train for this long, unless --steps is given")
    steps_per_epoch: int = option(500, help="steps between validation, sample grid and checkpoint")
    learning_rate: float = option(1e-3, help="peak rate; lower it to 3e-4 with a discriminator")
    optimizer: str = option("muon", help="muon or adam")
    l1_weight: float = option(100.0, help="lambda of the L1 term")
    adversarial_weight: float = option(1.0, help="weight of the adversarial term; 0 trains without discriminator")
    adversarial: str = option("hinge", help="kind of the adversarial term: hinge, lsgan or bce")
    line_weight: float = option(0.0, help="weight of L1 at the teacher's lines, besides L1 everywhere")
    ssim_weight: float = option(0.0, help="weight of 1 - SSIM, which is near 0.1 at the end of a training")
    feature_weight: float = option(0.0, help="weight of L1 between what the discriminator sees of teacher and network")
    steady_weight: float = option(0.0, help="weight of L1 between two views of a place: less flicker, no grid")
    ema: float = option(0.0, help="keep the weights' running average with this momentum, such as 0.999; 0: none")
    degraded_share: float = option(0.5, help="of the photos that get a cheap camera's faults, 0 to 1")
    mentor: Path | None = option(
        None, help="learn from what this run's generator draws too; see --mentor-weight", metavar="RUN"
    )
    mentor_weight: float = option(50.0, help="weight of L1 to the mentor's pictures")
    patience: int = option(0, help="stop after this many epochs without a better validation SSIM; 0: never")
    precision: str = option("float32", help="or mixed_bfloat16, mixed_float16: half the memory, faster on new GPUs")
    devices: int = option(1, help="GPUs that share each batch; more than one need KERAS_BACKEND=jax")
    feed: str = option("host", help=FEED_HELP)
    batch_size: int = option(0, help="crops a step; 0: the preset's")
    crop: int = option(0, help="side of the crops in pixels; 0: the preset's")
    init: Path | None = option(None, help="start from the generator of this run", metavar="RUN")
    resume: bool = option(False, help="go on from the newest checkpoint in --out")
    seed: int = option(1, help="of crops, degradation and first weights")
    cache_gb: float = option(2.0, help="memory for decoded pictures; 2,300 pairs at 256 take 1.2")

    def __post_init__(self) -> None:
        require(self.steps >= 0, f"--steps {self.steps}: expected 0 or more")
        require(self.minutes > 0, f"--minutes {self.minutes}: expected more than 0")
        require(self.steps_per_epoch >= 1, f"--steps-per-epoch {self.steps_per_epoch}: expected 1 or more")
        require(self.learning_rate > 0, f"--learning-rate {self.learning_rate}: expected more than 0")
        require(self.optimizer in OPTIMIZERS, f"--optimizer {self.optimizer}: expected {', '.join(OPTIMIZERS)}")
        require(self.l1_weight >= 0, f"--l1-weight {self.l1_weight}: expected 0 or more")
        require(self.adversarial_weight >= 0, f"--adversarial-weight {self.adversarial_weight}: expected 0 or more")
        require(self.line_weight >= 0, f"--line-weight {self.line_weight}: expected 0 or more")
        require(self.mentor_weight >= 0, f"--mentor-weight {self.mentor_weight}: expected 0 or more")
        require(0 <= self.degraded_share <= 1, f"--degraded-share {self.degraded_share}: expected 0 to 1")
        require(self.patience >= 0, f"--patience {self.patience}: expected 0 or more")
        require(self.precision in PRECISIONS, f"--precision {self.precision}: expected {', '.join(PRECISIONS)}")
        require(self.devices >= 1, f"--devices {self.devices}: expected 1 or more")
        _require_feed(self.feed)
        require(
            self.feed == "host" or self.devices == 1, f"--feed device --devices {self.devices}: it feeds one device"
        )
        require(self.batch_size >= 0, f"--batch-size {self.batch_size}: expected 0 or more")
        require(self.crop >= 0, f"--crop {self.crop}: expected 0 or more")
        require(self.ssim_weight >= 0, f"--ssim-weight {self.ssim_weight}: expected 0 or more")
        require(self.feature_weight >= 0, f"--feature-weight {self.feature_weight}: expected 0 or more")
        require(
            not self.feature_weight or self.adversarial_weight > 0,
            f"--feature-weight {self.feature_weight} needs a discriminator; set --adversarial-weight above 0",
        )
        require(self.steady_weight >= 0, f"--steady-weight {self.steady_weight}: expected 0 or more")
        require(0 <= self.ema < 1, f"--ema {self.ema}: expected 0 or more, and less than 1")
        require(
            self.l1_weight > 0 or self.adversarial_weight > 0, "--l1-weight 0 --adversarial-weight 0: nothing to learn"
        )


@dataclass(frozen=True)
class EvaluateConfig:
    """Options of ``evaluate``."""

    run: Path = option(help="folder of the run", positional=True, metavar="RUN")
    pairs: Path | None = option(None, help="folder of pairs; without it those that the run was trained on")
    split: str = option("test", help="train, validation or test")
    photos: Path | None = option(None, help="instead of pairs: photos that the teacher draws now", metavar="DIR")
    sheet: Path = option(Path("out/evaluate.png"), help="where the contact sheet goes: photo, teacher, network")
    video: Path | None = option(None, help="instead of pairs: a clip, to measure flicker on", metavar="FILE")
    clip: Path = option(Path("out/evaluate.mp4"), help="where the drawn clip goes: input beside network")
    frames: int = option(0, help="of --video at most; 0: all")
    size: int = option(256, help="short side in pixels that photos and frames are drawn at")

    def __post_init__(self) -> None:
        sources = [f"--{name}" for name in ("pairs", "photos", "video") if getattr(self, name) is not None]
        require(len(sources) <= 1, f"{' and '.join(sources)}: expected one of them")
        require(self.frames == 0 or self.frames >= 2, f"--frames {self.frames}: expected 2 or more, or 0 for all")
        require(self.size >= 16, f"--size {self.size}: expected 16 or more")


@dataclass(frozen=True)
class BenchConfig:
    """Options of ``bench``."""

    pairs: Path = option(help="folder made by 'python -m datasets build'")
    preset: str = option("live", help="the network")
    steps: int = option(50, help="to time, after some to warm up")
    adversarial_weight: float = option(1.0, help="0 trains without discriminator")
    precision: str = option("float32", help="or mixed_bfloat16, mixed_float16")
    devices: int = option(1, help="GPUs that share each batch; more than one need KERAS_BACKEND=jax")
    feed: str = option("host", help=FEED_HELP)
    batch_size: int = option(0, help="crops a step; 0: the preset's")

    def __post_init__(self) -> None:
        _require_feed(self.feed)
        require(self.batch_size >= 0, f"--batch-size {self.batch_size}: expected 0 or more")
        require(self.steps >= 2, f"--steps {self.steps}: expected 2 or more")
        require(self.precision in PRECISIONS, f"--precision {self.precision}: expected {', '.join(PRECISIONS)}")
        require(self.devices >= 1, f"--devices {self.devices}: expected 1 or more")


@dataclass(frozen=True)
class StudyConfig:
    """Options of ``study``."""

    study: str = option(help="architectures, ablation or reference", positional=True, metavar="STUDY")
    pairs: Path = option(help="folder made by 'python -m datasets build'")
    out: Path = option(help="folder of the runs, such as runs/ablation")
    pictures: int = option(24_000, help="crops of 128x128 that each variant is trained on")
    jobs: int = option(1, help="variants trained at the same time, each on its share of the cores")
    feed: str = option("host", help=FEED_HELP)
    clips: Path | None = option(None, help="folder of videos, to measure flicker on", metavar="DIR")

    def __post_init__(self) -> None:
        require(self.pictures >= 1, f"--pictures {self.pictures}: expected 1 or more")
        require(self.jobs >= 1, f"--jobs {self.jobs}: expected 1 or more")
        _require_feed(self.feed)


@dataclass(frozen=True)
class FiguresConfig:
    """Options of ``figures``."""

    pairs: Path = option(help="folder with the pairs of each look, such as pairs/comic, in a folder of its own")
    models: Path = option(MODELS, help="folder of runs")
    clips: Path | None = option(None, help="folder of videos, to measure flicker on", metavar="DIR")
    frames: int = option(0, help="of each clip at most; 0: all")
    sheets: Path = option(Path("out/sheets"), help="where the contact sheets go", metavar="DIR")

    def __post_init__(self) -> None:
        require(self.frames == 0 or self.frames >= 2, f"--frames {self.frames}: expected 2 or more, or 0 for all")


@dataclass(frozen=True)
class SheetConfig:
    """Options of ``sheet``."""

    runs: tuple[Path, ...] = option(help="folders of runs of one look", positional=True, metavar="RUN")
    photos: Path = option(SAMPLES, help="folder of photos, which the teacher draws now", metavar="DIR")
    out: Path = option(Path("out/sheet.jpg"), help="where the sheet goes: photo, teacher, and each run")
    size: int = option(256, help="short side in pixels that photos are drawn at")

    def __post_init__(self) -> None:
        require(self.size >= 16, f"--size {self.size}: expected 16 or more")


@dataclass(frozen=True)
class BlendConfig:
    """Options of ``blend``."""

    one: Path = option(help="folder of a run", positional=True, metavar="RUN")
    other: Path = option(help="folder of a run that went on from it", positional=True, metavar="OTHER")
    out: Path = option(help="folder of the run between them")
    share: float = option(0.5, help="of the other's weights, 0..1")

    def __post_init__(self) -> None:
        require(0 <= self.share <= 1, f"--share {self.share}: expected 0..1")


def _require_feed(feed: str) -> None:
    require(feed in ("host", "device"), f"--feed {feed}: expected host or device")


def train(config: TrainConfig) -> int:
    """Pairs to a generator."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow tells of GPUs that are not there
    from train.callbacks import Budget
    from train.losses import LossWeights
    from train.presets import fed, find_preset
    from train.training import train as train_run

    run = train_run(
        config.pairs,
        fed(find_preset(config.preset), batch_size=config.batch_size, crop=config.crop),
        config.out,
        budget=Budget(config.steps, config.minutes),
        steps_per_epoch=min(config.steps_per_epoch, config.steps or config.steps_per_epoch),
        learning_rate=config.learning_rate,
        optimizer=config.optimizer,
        weights=LossWeights(
            l1=config.l1_weight,
            adversarial=config.adversarial_weight,
            adversarial_kind=config.adversarial,
            line=config.line_weight,
            ssim=config.ssim_weight,
            feature=config.feature_weight,
            steady=config.steady_weight,
            mentor=config.mentor_weight if config.mentor else 0.0,
        ),
        ema=config.ema,
        degraded_share=config.degraded_share,
        patience=config.patience,
        precision=config.precision,
        devices=config.devices,
        feed=config.feed,
        mentor=config.mentor,
        init=config.init,
        resume=config.resume,
        seed=config.seed,
        cache_gb=config.cache_gb,
    )
    print(f"trained: {run}; see {run / 'samples'}, measure with 'python -m train evaluate {run}'")
    return 0


def evaluate(config: EvaluateConfig) -> int:
    """How close the network comes to its teacher, or how much it flickers."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow tells of GPUs that are not there
    from train.draw import load_drawing
    from train.run_folder import read_config

    run_config = read_config(config.run)
    drawing = load_drawing(config.run)
    if config.video:
        from train.clip_evaluation import evaluate_clip

        flicker = evaluate_clip(
            drawing,
            run_config["style"],
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
        source, pairs = str(config.photos), photos_to_draw(config.photos, run_config["style"], config.size)
    else:
        folder = config.pairs or Path(run_config["pairs"])
        source, pairs = f"the {config.split} part", pairs_to_read(folder, config.split)
    result = evaluate_pairs(drawing, pairs)
    write_image(config.sheet, result.sheet)
    print(f"{result.pictures} pictures of {source}, against the teacher:")
    print(result.table())
    print(config.sheet)
    return 0


def sheet(config: SheetConfig) -> int:
    """Photos, drawn by teacher and runs."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from train.sheets import write_photo_sheet

    write_photo_sheet(config.out, config.runs, config.photos, config.size)
    print(config.out)
    return 0


def blend(config: BlendConfig) -> int:
    """A run between two."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from train.blend import blend as blend_runs

    blend_runs(config.one, config.other, config.share, config.out)
    print(f"{config.out}: measure with 'python -m train evaluate {config.out}'")
    return 0


def bench(config: BenchConfig) -> int:
    """How fast this machine trains."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow tells of GPUs that are not there
    from train.bench import measure_training
    from train.losses import LossWeights
    from train.presets import fed, find_preset

    speed = measure_training(
        config.pairs,
        fed(find_preset(config.preset), batch_size=config.batch_size, crop=0),
        weights=LossWeights(adversarial=config.adversarial_weight),
        steps=config.steps,
        precision=config.precision,
        devices=config.devices,
        feed=config.feed,
    )
    print(speed.line())
    return 0


def study(config: StudyConfig) -> int:
    """Networks and losses beside each other."""
    from train.studies import find_study, run_study

    clips = sorted(config.clips.glob("*.mp4")) if config.clips else []
    print(
        run_study(
            find_study(config.study),
            config.pairs,
            config.out,
            pictures=config.pictures,
            jobs=config.jobs,
            feed=config.feed,
            clips=clips,
        )
    )
    print(config.out / "sheet.png")
    return 0


def figures(config: FiguresConfig) -> int:
    """All figures of trained runs."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow tells of GPUs that are not there
    from train.figures import measure_runs

    clips = sorted(config.clips.glob("*.mp4")) if config.clips else []
    print(measure_runs(config.models, config.pairs, clips, config.sheets, most_frames=config.frames or None))
    print(config.sheets)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    commands = [
        Command("train", TrainConfig, train, "train a generator on pairs"),
        Command("bench", BenchConfig, bench, "crops per second on this machine, and the wait for them"),
        Command("study", StudyConfig, study, "train networks and losses beside each other, and compare them"),
        Command("figures", FiguresConfig, figures, "all figures of the trained runs in a folder, look by look"),
        Command("sheet", SheetConfig, sheet, "photos drawn by the teacher and by runs, side by side"),
        Command("blend", BlendConfig, blend, "the network between two runs, one of which went on from the other"),
        Command("evaluate", EvaluateConfig, evaluate, "measure a run's generator against the teacher"),
    ]
    return run_commands("python -m train", "Pairs to a Keras generator.", commands, argv, default="train")


if __name__ == "__main__":
    sys.exit(main())
