"""Where a frame's time goes on this device: each part alone, then all parts together.

The pipeline's rate is compared with the rate that its slowest stage alone would allow. Both are timed in turn, several
times, so a slow moment of the device affects both alike.
"""

from __future__ import annotations

import itertools
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.pixels import resize
from celcam.progress import Progress
from celcam.timing import WARM_UP_RUNS, Latency, measure_latency
from edge_app.benchmarks.bench import device_name, runtime_name
from edge_app.control.controls import Controls, View
from edge_app.drawing.joint_upsampling import joint_upsample
from edge_app.drawing.looks import Choice, Looks, Sizes
from edge_app.drawing.painter import Painter, resize_smoothly
from edge_app.drawing.sizing import choose_sizes, crop_to, describe_sizes
from edge_app.drawing.temporal_filter import TemporalFilter
from edge_app.flow.notices import Notices
from edge_app.flow.pipeline import Pipeline
from edge_app.flow.stats import RunStats
from edge_app.frames import Frame, SourceInfo
from edge_app.sinks.null import NullSink
from edge_app.sources import open_source
from edge_app.web.jpeg import encode_jpeg

RUNS = 100
ROUNDS = 5
# How many frames of a clip are held in memory, and how many of them, in turn, are timed in each round.
HELD_PICTURES, TIMED_FRAMES = 50, 200
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


@dataclass(frozen=True)
class Drawing:
    """How the frames of a profile are drawn.

    Attributes:
        look: name of the look.
        choice: the look itself.
        size_wh: the network draws at this size.
        output_wh: the frames are finished at this size; None is the clip's own.
    """

    look: str
    choice: Choice
    size_wh: tuple[int, int]
    output_wh: tuple[int, int] | None = None

    def painter(self, source: SourceInfo) -> Painter:
        """A painter for ``source`` with the look loaded."""
        notices = Notices()
        looks = Looks({self.look: self.choice}, notices)
        looks.load(self.look)
        controls = Controls(View(self.look, self.size_wh), looks=looks.names)
        return Painter(looks, controls, notices, source, self.output_wh)


def run_profile(clip: Path, drawing: Drawing, *, threads: int, runs: int = RUNS) -> Profile:
    """Time the parts of the work on a frame of ``clip``, and the pipeline without a sink's work.

    Args:
        clip: a video.
        drawing: how its frames are drawn.
        threads: CPU threads of the network, for the title.
        runs: timed runs of each part.

    Raises:
        MediaError: the clip can't be read, or is not a video.
        ModelError: the model can't be loaded, or refuses the size.
    """
    with open_source(str(clip)) as source:
        if source.info.is_live or source.info.is_still:
            raise MediaError(f"{clip}: expected a video file")
        frames = list(itertools.islice(source.frames(), HELD_PICTURES))
    full = frames[0].rgb_u8
    sizes = choose_sizes((full.shape[1], full.shape[0]), drawing.size_wh, drawing.output_wh, is_still=False)
    parts = _time_parts(drawing.choice, full, sizes, runs)
    painter = drawing.painter(source.info)
    drawn = painter.draw(frames[0])
    rounds = []
    with Progress("pipeline", ROUNDS, "rounds") as bar:
        for _ in range(ROUNDS):
            stages = {"capture": _capture_ms(clip), "stylize": _mean_ms(painter.draw, frames)}
            if drawn is not None:
                stages["finish"] = _mean_ms(painter.finish, [drawn])
            rounds.append(Round(stages, _pipeline_ms(clip, painter)))
            bar.advance()
    title = (
        f"{device_name()}, {runtime_name()}, {drawing.look} on {threads} threads; {clip.name} "
        f"{full.shape[1]}x{full.shape[0]}, {describe_sizes(sizes.network_wh, sizes.output_wh, 'shown')}"
    )
    return Profile(title, parts, rounds)


def _time_parts(choice: Choice, full: Uint8Array, sizes: Sizes, runs: int) -> list[Part]:
    draw, size_wh, output_wh = choice.load(), sizes.network_wh, sizes.output_wh
    cropped = crop_to(full, output_wh)
    small, photo = resize(cropped, size_wh).copy(), resize(cropped, output_wh)
    drawn = draw(small, size_wh)
    enlarged = resize_smoothly(drawn, output_wh)
    finish_small, finish_full = choice.finish.prepare_small(size_wh), choice.finish.prepare(output_wh)
    buffer, calm, shown = np.empty_like(small), TemporalFilter(), "{}x{}".format(*output_wh)
    calls = {
        "resize to the network's input": lambda: resize(cropped, size_wh, out=buffer),
        NETWORK: lambda: draw(small, size_wh),
        "copy of its output": lambda: drawn.copy(),
        "calm": lambda: calm(small, drawn),
        "finish, on the small picture": lambda: finish_small(drawn),
        f"enlarge to {shown}": lambda: resize_smoothly(drawn, output_wh),
        f"or sharp, to {shown}": lambda: joint_upsample(photo, small, drawn),
        f"finish at {shown}": lambda: finish_full(enlarged),
        "blend with the photo": lambda: cv2.addWeighted(enlarged, 0.5, photo, 0.5, 0.0),
        "blue first, for a window": lambda: cv2.cvtColor(enlarged, cv2.COLOR_RGB2BGR),
        "JPEG, for the page": lambda: encode_jpeg(enlarged),
    }
    with Progress("parts", WARM_UP_RUNS + runs, "rounds") as bar:
        return [Part(name, latency) for name, latency in measure_latency(calls, runs, bar.advance).items()]


def _capture_ms(clip: Path) -> float:
    with open_source(str(clip)) as source:
        started_s = time.perf_counter()
        count = sum(1 for _ in source.frames())
        return 1000 * (time.perf_counter() - started_s) / max(1, count)


def _mean_ms(step: Callable[[Frame], object], frames: Sequence[Frame]) -> float:
    """Milliseconds for a step of the painter; the frames are in memory."""
    step(frames[0])
    started_s = time.perf_counter()
    for frame in itertools.islice(itertools.cycle(frames), TIMED_FRAMES):
        step(frame)
    return 1000 * (time.perf_counter() - started_s) / TIMED_FRAMES


def _pipeline_ms(clip: Path, painter: Painter) -> float:
    stats = RunStats()
    with open_source(str(clip)) as source:
        Pipeline(
            source,
            painter.draw,
            [NullSink()],
            stop=threading.Event(),
            stats=stats,
            notices=Notices(),
            finish=painter.finish,
        ).run()
    if stats.fps is None:
        raise MediaError(f"{clip}: has fewer than two frames; give a longer clip")
    return 1000 / stats.fps
