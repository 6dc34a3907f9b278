"""The options of each command of ``python -m train``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from celcam.cli import option, require
from celcam.paths import MODELS, SAMPLES

OPTIMIZERS = ("muon", "adam")
FEED_HELP = "who cuts the crops: host, or device where a GPU waits (KERAS_BACKEND=jax)"
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


@dataclass(frozen=True, kw_only=True)
class _SteppingConfig:
    """Options of whatever takes steps: on what, and how many crops at once."""

    precision: str = option("float32", help="or mixed_bfloat16, mixed_float16: half the memory, faster on new GPUs")
    devices: int = option(1, help="GPUs that share each batch; more than one need KERAS_BACKEND=jax")
    feed: str = option("host", help=FEED_HELP)
    batch_size: int = option(0, help="crops a step; 0: as usual for the network")

    def __post_init__(self) -> None:
        require(self.precision in PRECISIONS, f"--precision {self.precision}: expected {', '.join(PRECISIONS)}")
        require(self.devices >= 1, f"--devices {self.devices}: expected 1 or more")
        _require_feed(self.feed)
        require(
            self.feed == "host" or self.devices == 1, f"--feed device --devices {self.devices}: it feeds one device"
        )
        require(self.batch_size >= 0, f"--batch-size {self.batch_size}: expected 0 or more")


@dataclass(frozen=True, kw_only=True)
class TrainConfig(_SteppingConfig):
    """Options of training."""

    pairs: Path = option(help="folder made by 'python -m datasets build'")
    out: Path = option(help="folder of the run, such as runs/comic")
    preset: str = option(
        "",
        help="the network: live, quality, autoencoder, unet256, or smoke for tests; if none, that of --init, or live",
    )
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
    crop: int = option(0, help="side of the crops in pixels; 0: as usual for the network")
    init: Path | None = option(
        None, help="go on from the generator of this run, on crops and batches like its", metavar="RUN"
    )
    resume: bool = option(False, help="go on from the newest checkpoint in --out")
    seed: int = option(1, help="of crops, degradation and first weights")
    cache_gb: float = option(2.0, help="memory for decoded pictures; 2,300 pairs at 256 take 1.2")

    def __post_init__(self) -> None:
        super().__post_init__()
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


@dataclass(frozen=True, kw_only=True)
class BenchConfig(_SteppingConfig):
    """Options of ``bench``."""

    pairs: Path = option(help="folder made by 'python -m datasets build'")
    preset: str = option("live", help="the network")
    steps: int = option(50, help="to time, after some to warm up")
    adversarial_weight: float = option(1.0, help="0 trains without discriminator")

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.steps >= 2, f"--steps {self.steps}: expected 2 or more")


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
