"""Where a frame's time goes on this device: each part alone, then all parts together.

The pipeline's rate is compared with the rate that its slowest stage alone would allow. Both are timed in turn, several
times, so a slow moment of the device affects both alike.
"""

from __future__ import annotations

import dataclasses
import itertools
import statistics
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.pixels import resize
from celcam.progress import Progress
from celcam.tflite_model import TFLiteModel
from celcam.timing import WARM_UP_RUNS, Latency, measure_latency
from edge_app.benchmarks.bench import device_name, runtime_name
from edge_app.drawing.joint_upsampling import joint_upsample
from edge_app.drawing.sizing import crop_to
from edge_app.drawing.temporal_filter import TemporalFilter
from edge_app.flow.notices import Notices
from edge_app.flow.pipeline import Pipeline
from edge_app.flow.stats import RunStats
from edge_app.sinks.null import NullSink
from edge_app.sources import open_source
from edge_app.web.jpeg import encode_jpeg

RUNS = 100
ROUNDS = 5
# How many pictures of a clip are held in memory, and how many drawings of them, in turn, are timed.
HELD_PICTURES, STYLIZED = 50, 300
NETWORK = "network"


@dataclass(frozen=True)
class Part:
    """One part of the work on a frame, timed alone."""

    name: str
    latency: Latency


@dataclass(frozen=True)
class Round:
    """Milliseconds per frame in one round: each stage alone, and the whole pipeline."""

    stages: dict[str, float]
    pipeline_ms: float

    @property
    def share(self) -> float:
        """The pipeline's rate, as a share of the rate that the slowest stage alone allows."""
        return max(self.stages.values()) / self.pipeline_ms


@dataclass(frozen=True)
class Profile:
    """The measurements."""

    title: str
    parts: list[Part]
    rounds: list[Round]

    def table(self) -> str:
        """The figures, for people."""
        width = max(len(part.name) for part in self.parts)
        network = next(part.latency.median_ms for part in self.parts if part.name == NETWORK)
        alone = {name: statistics.median(each.stages[name] for each in self.rounds) for name in self.rounds[0].stages}
        together = statistics.median(each.pipeline_ms for each in self.rounds)
        shares = sorted(each.share for each in self.rounds)
        return "\n".join(
            [
                self.title,
                f"{'part, alone':{width}}{'median ms':>11}{'p95 ms':>9}{'share of network':>18}",
                *(
                    f"{part.name:{width}}{part.latency.median_ms:11.2f}{part.latency.p95_ms:9.2f}"
                    f"{part.latency.median_ms / network:18.2f}"
                    for part in self.parts
                ),
                *(f"stage {name} alone: {1000 / ms:.1f} frames per second" for name, ms in alone.items()),
                f"the pipeline: {1000 / together:.1f} frames per second",
                f"share of what the slowest stage alone allows: {statistics.median(shares):.2f} ({shares[0]:.2f} to "
                f"{shares[-1]:.2f} in {len(shares)} rounds)",
            ]
        )


def run_profile(clip: Path, model_path: Path, size_wh: tuple[int, int], *, threads: int, runs: int = RUNS) -> Profile:
    """Time the parts of the work on a frame of ``clip``, and the pipeline without a sink's work.

    Args:
        clip: a video.
        model_path: a model file.
        size_wh: the network draws at this size.
        threads: CPU threads for the network.
        runs: timed runs of each part.

    Raises:
        MediaError: the clip can't be read, or is no video.
        ModelError: the model can't be loaded, or refuses the size.
    """
    model = TFLiteModel(model_path, threads=threads)
    with open_source(str(clip)) as source:
        if source.info.is_live or source.info.is_still:
            raise MediaError(f"{clip}: expected a video file")
        full = next(frame.rgb_u8 for frame in source.frames())
    parts = _time_parts(model, full, size_wh, runs)
    rounds = []
    with Progress("pipeline", ROUNDS, "rounds") as bar:
        for _ in range(ROUNDS):
            stages = {"capture": _capture_ms(clip), "stylize": _stylize_ms(clip, model, size_wh)}
            rounds.append(Round(stages, _pipeline_ms(clip, model, size_wh)))
            bar.advance()
    title = (
        f"{device_name()}, {runtime_name()}, {model_path.name} on {threads} threads; {clip.name} "
        f"{full.shape[1]}x{full.shape[0]}, drawn at {size_wh[0]}x{size_wh[1]}"
    )
    return Profile(title, parts, rounds)


def _time_parts(model: TFLiteModel, full: Uint8Array, size_wh: tuple[int, int], runs: int) -> list[Part]:
    small = resize(crop_to(full, size_wh), size_wh).copy()
    drawn = model(small)
    buffer = np.empty_like(small)
    calm = TemporalFilter()
    calls = {
        "resize to the network's input": lambda: resize(crop_to(full, size_wh), size_wh, out=buffer),
        NETWORK: lambda: model(small),
        "copy of its output": lambda: drawn.copy(),
        "blend with the photo": lambda: cv2.addWeighted(drawn, 0.5, small, 0.5, 0.0),
        "calm": lambda: calm(small, drawn),
        f"sharp, at {full.shape[1]}x{full.shape[0]}": lambda: joint_upsample(full, small, drawn),
        "blue first, for a window": lambda: cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR),
        "JPEG, for the page": lambda: encode_jpeg(drawn),
    }
    with Progress("parts", WARM_UP_RUNS + runs, "rounds") as bar:
        return [Part(name, latency) for name, latency in measure_latency(calls, runs, bar.advance).items()]


def _capture_ms(clip: Path) -> float:
    with open_source(str(clip)) as source:
        started_s = time.perf_counter()
        count = sum(1 for _ in source.frames())
        return 1000 * (time.perf_counter() - started_s) / max(1, count)


def _stylize_ms(clip: Path, model: TFLiteModel, size_wh: tuple[int, int]) -> float:
    """Milliseconds to draw a frame that is already decoded."""
    with open_source(str(clip)) as source:
        pictures = [frame.rgb_u8 for frame in itertools.islice(source.frames(), HELD_PICTURES)]
    model(crop_to(pictures[0], size_wh), size_wh)
    started_s = time.perf_counter()
    for picture in itertools.islice(itertools.cycle(pictures), STYLIZED):
        model(crop_to(picture, size_wh), size_wh)
    return 1000 * (time.perf_counter() - started_s) / STYLIZED


def _pipeline_ms(clip: Path, model: TFLiteModel, size_wh: tuple[int, int]) -> float:
    stats = RunStats()
    with open_source(str(clip)) as source:
        Pipeline(
            source,
            lambda frame: dataclasses.replace(frame, rgb_u8=model(crop_to(frame.rgb_u8, size_wh), size_wh)),
            [NullSink()],
            stop=threading.Event(),
            stats=stats,
            notices=Notices(),
        ).run()
    if stats.fps is None:
        raise MediaError(f"{clip}: has fewer than two frames; give a longer clip")
    return 1000 / stats.fps
