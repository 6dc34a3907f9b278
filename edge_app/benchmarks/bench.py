"""How fast model files draw on this device: a table for people, and a line of JSON to send in.

The benchmark times what the app does for each frame: bytes in, bytes out, one picture at a time. The models take turns,
so a slow moment of the device affects all of them alike.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celcam.errors import ModelError
from celcam.image_io import read_bytes
from celcam.model_card import sha256
from celcam.paths import MODELS
from celcam.pixels import resize
from celcam.progress import Progress
from celcam.tflite_model import RUNTIMES, TFLiteModel
from celcam.timing import WARM_UP_RUNS, measure_latency
from edge_app.sources.synthetic import test_card

LINE_STARTS = "celcam-bench:"
DIGEST_LENGTH = 12
DEVICE_TREE = Path("/proc/device-tree/model")
CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Timing:
    """The time that one file takes for one picture."""

    model: str
    sha256: str  # the first digits
    size_wh: tuple[int, int]
    threads: int
    median_ms: float
    p95_ms: float

    def row(self, width: int) -> str:
        """A line of the table; the column of the model's name is ``width`` wide."""
        size = f"{self.size_wh[0]}x{self.size_wh[1]}"
        return (
            f"{self.model:{width}}{size:>11}{self.threads:>9}{self.median_ms:>11.2f}{self.p95_ms:>9.2f}"
            f"{1000 / self.median_ms:>11.1f}"
        )


@dataclass(frozen=True)
class Bench:
    """The measurements, and the device."""

    device: str
    runtime: str  # name and version
    runs: int
    timings: list[Timing]

    def table(self) -> str:
        """The figures, for people."""
        width = max(len("model"), *(len(timing.model) for timing in self.timings))
        return "\n".join(
            [
                f"{self.device}, {self.runtime}, {self.runs} runs each, in turn",
                f"{'model':{width}}{'size':>11}{'threads':>9}{'median ms':>11}{'p95 ms':>9}{'frames/s':>11}",
                *(timing.row(width) for timing in self.timings),
            ]
        )

    def line(self) -> str:
        """All figures on one line of JSON, to send in."""
        return f"{LINE_STARTS} {json.dumps(self.facts())}"

    def facts(self) -> dict[str, Any]:
        """All figures as values of JSON, which `python -m convert project --measured` reads."""
        results = [
            {
                "model": timing.model,
                "sha256": timing.sha256,
                "size": "{}x{}".format(*timing.size_wh),
                "threads": timing.threads,
                "median_ms": round(timing.median_ms, 2),
                "p95_ms": round(timing.p95_ms, 2),
            }
            for timing in self.timings
        ]
        facts = {"device": self.device, "machine": platform.machine(), "runtime": self.runtime, "runs": self.runs}
        return facts | {"results": results}


def run_bench(
    models: Sequence[Path], sizes_wh: Sequence[tuple[int, int]], threads: Sequence[int], *, runs: int
) -> Bench:
    """Time each model at each size with each number of threads.

    Args:
        models: model files; if empty, all that are shipped.
        sizes_wh: sizes of the picture, multiples of 4.
        threads: numbers of CPU threads.
        runs: timed runs of each.

    Raises:
        ModelError: a file is missing or damaged, is not a picture-to-picture model, or can't draw one of the sizes.
    """
    models = models or sorted(MODELS.glob("*.tflite"))
    if not models:
        raise ModelError(f"{MODELS}: no model files; name one, or restore the folder")
    cases = [(path, size_wh, count) for path in models for size_wh in sizes_wh for count in threads]
    calls = {case: _picture_call(*case) for case in cases}
    with Progress("bench", WARM_UP_RUNS + runs, "rounds") as bar:
        latency = measure_latency(calls, runs, bar.advance)
    digests = {path: sha256(read_bytes(path))[:DIGEST_LENGTH] for path in models}
    timings = [
        Timing(path.name, digests[path], size_wh, count, each.median_ms, each.p95_ms)
        for (path, size_wh, count), each in latency.items()
    ]
    return Bench(device_name(), runtime_name(), runs, timings)


def device_name(device_tree: Path = DEVICE_TREE, cpu_info: Path = CPU_INFO) -> str:
    """The name of this computer: that of the board, such as a Raspberry Pi, else that of the CPU."""
    try:
        return device_tree.read_text(encoding="utf-8").strip("\0 \n")
    except OSError:
        pass
    try:
        lines = cpu_info.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def runtime_name() -> str:
    """The TFLite runtime and its version, such as ``ai_edge_litert 2.3.0``."""
    for module in RUNTIMES:
        package = module.partition(".")[0]
        try:
            return f"{package} {importlib.metadata.version(package)}"
        except importlib.metadata.PackageNotFoundError:
            continue
    return "unknown runtime"


def _picture_call(path: Path, size_wh: tuple[int, int], threads: int) -> Callable[[], object]:
    model = TFLiteModel(path, threads=threads)
    picture = resize(test_card(0.0), size_wh)
    return lambda: model(picture)
