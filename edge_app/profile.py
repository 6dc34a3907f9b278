"""Where a frame's time goes on this device: each part alone, then all together.

The pipeline's rate is set beside the one that its slowest stage alone would allow, timed in the same run.
"""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.pixels import resize
from celcam.tflite_model import TFLiteModel
from celcam.timing import Latency, measure_latency
from edge_app.bench import device_name, runtime_name
from edge_app.calm import Stabilizer
from edge_app.fit import crop_to
from edge_app.frames import Frame
from edge_app.notices import Notices
from edge_app.pipeline import run_pipeline
from edge_app.rebuild import rebuild
from edge_app.sinks.null import NullSink
from edge_app.sources import open_source
from edge_app.stats import RunStats

JPEG_QUALITY = 85
RUNS = 100


@dataclass(frozen=True)
class Part:
    """One part of a frame's way, alone."""

    name: str
    latency: Latency


@dataclass(frozen=True)
class Profile:
    """What was measured."""

    title: str
    parts: list[Part]
    stages: dict[str, float]  # milliseconds a frame of each stage alone
    pipeline_fps: float

    @property
    def share(self) -> float:
        """The pipeline's rate, as a share of the one that the slowest stage alone allows."""
        return self.pipeline_fps * max(self.stages.values()) / 1000

    def table(self) -> str:
        """The figures for people."""
        width = max(len(part.name) for part in self.parts)
        slowest = max(self.stages, key=lambda name: self.stages[name])
        network = next(part.latency.median_ms for part in self.parts if part.name == NETWORK)
        return "\n".join(
            [
                self.title,
                f"{'part, alone':{width}}{'median ms':>11}{'p95 ms':>9}{'of the network':>16}",
                *(
                    f"{part.name:{width}}{part.latency.median_ms:11.2f}{part.latency.p95_ms:9.2f}"
                    f"{part.latency.median_ms / network:16.2f}"
                    for part in self.parts
                ),
                *(f"stage {name} alone: {1000 / ms:.1f} frames per second" for name, ms in self.stages.items()),
                f"the pipeline: {self.pipeline_fps:.1f} frames per second, {self.share:.2f} of what {slowest} alone "
                "allows",
            ]
        )


NETWORK = "network"


def run_profile(clip: Path, model_path: Path, size_wh: tuple[int, int], *, threads: int, runs: int = RUNS) -> Profile:
    """Measure a frame's way from ``clip`` through a model to nowhere.

    Args:
        clip: a video.
        model_path: a model file.
        size_wh: what the network draws at.
        threads: of the network.
        runs: of each part.

    Raises:
        MediaError: the clip can't be read, or is no video.
        ModelError: the model can't be loaded, or refuses the size.
    """
    model = TFLiteModel(model_path, threads=threads)
    with open_source(str(clip)) as source:
        if source.info.is_live or source.info.is_still:
            raise MediaError(f"{clip}: expected a video, whose frames can be had as fast as they are taken")
        full = next(frame.rgb_u8 for frame in source.frames())
    parts = _time_parts(model, full, size_wh, runs)
    stages = {"capture": _capture_ms(clip), "stylize": _stylize_ms(clip, model, size_wh)}
    stats, stop = RunStats(), threading.Event()
    with open_source(str(clip)) as source:
        run_pipeline(
            source,
            lambda frame: Frame(model(crop_to(frame.rgb_u8, size_wh), size_wh), frame.name, 0.0, frame.captured_s),
            [NullSink()],
            stop=stop,
            stats=stats,
            notices=Notices(),
        )
    title = (
        f"{device_name()}, {runtime_name()}, {model_path.name} on {threads} threads; {clip.name} "
        f"{full.shape[1]}x{full.shape[0]}, drawn at {size_wh[0]}x{size_wh[1]}"
    )
    return Profile(title, parts, stages, stats.fps or 0.0)


def _time_parts(model: TFLiteModel, full: Uint8Array, size_wh: tuple[int, int], runs: int) -> list[Part]:
    small = resize(crop_to(full, size_wh), size_wh).copy()
    drawn = model(small)
    buffer = np.empty_like(small)
    calm = Stabilizer()
    jpeg = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    calls = {
        "resize to the network's input": lambda: resize(crop_to(full, size_wh), size_wh, out=buffer),
        NETWORK: lambda: model(small),
        "copy of its output": lambda: drawn.copy(),
        "blend with the photo": lambda: cv2.addWeighted(drawn, 0.5, small, 0.5, 0.0),
        "calm": lambda: calm(small, drawn),
        f"sharp, at {full.shape[1]}x{full.shape[0]}": lambda: rebuild(full, small, drawn),
        "blue first, for a window": lambda: cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR),
        "JPEG, for the page": lambda: cv2.imencode(".jpg", drawn, jpeg),
    }
    return [Part(name, latency) for name, latency in measure_latency(calls, runs).items()]


def _capture_ms(clip: Path) -> float:
    with open_source(str(clip)) as source:
        started_s = time.perf_counter()
        count = sum(1 for _ in source.frames())
        return 1000 * (time.perf_counter() - started_s) / max(1, count)


def _stylize_ms(clip: Path, model: TFLiteModel, size_wh: tuple[int, int], most_frames: int = 200) -> float:
    """A frame through the network, frames decoded beforehand."""
    with open_source(str(clip)) as source:
        pictures = [frame.rgb_u8 for frame in itertools.islice(source.frames(), most_frames)]
    model(crop_to(pictures[0], size_wh), size_wh)
    started_s = time.perf_counter()
    for picture in pictures:
        model(crop_to(picture, size_wh), size_wh)
    return 1000 * (time.perf_counter() - started_s) / len(pictures)
