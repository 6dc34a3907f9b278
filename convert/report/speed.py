"""How long each file takes for a picture, over its float32 file and over a yardstick: all are timed in turn."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras

from celcam.image_io import read_image, write_whole
from celcam.pixels import resize
from celcam.timing import Latency, measure_latency
from convert.converter import clipped, convert_float, to_tf_keras
from convert.measure import picture_call
from convert.mobilenet import MOBILENET, mobilenet_call
from convert.report.lineup import Group
from convert.variants import spec_to_convert
from train.run_folder import load_generator

SIDE = 256  # of the picture that is timed, in pixels: what the networks are taught at
TIMED_RUNS = 50


@dataclass(frozen=True)
class Timing:
    """How long one file takes. Milliseconds are this machine's alone; the ratios are of medians in the same run."""

    median_ms: float
    p95_ms: float
    over_float32: float  # the float32 file of the same weights
    over_mobilenetv2_224_int8: float


@dataclass(frozen=True)
class Speed:
    """What was timed on some number of threads."""

    files: dict[Path, Timing]
    mobilenet: Latency


def measure_speed(groups: Sequence[Group]) -> dict[int, Speed]:
    """Time the files of ``groups`` for one picture of `SIDE` x `SIDE`, by the number of threads.

    Raises:
        ModelError: a file is refused by the runtime.
        MediaError: the picture can't be read.
    """
    picture = resize(read_image(groups[0].pairs_folder / groups[0].pairs[0].photo), (SIDE, SIDE))
    with tempfile.TemporaryDirectory() as folder:
        float_files = {
            variant.path: file
            for group in groups
            for file in [_float_file(group, Path(folder))]
            for variant in group.variants
        }
        speeds = {}
        for threads in thread_counts(os.cpu_count() or 1):
            calls: dict[Path | str, Callable[[], object]] = {MOBILENET: mobilenet_call(threads)}
            calls |= {path: picture_call(path, picture, threads) for path in {*float_files, *float_files.values()}}
            latency = measure_latency(calls, TIMED_RUNS)
            mobilenet = latency[MOBILENET]
            speeds[threads] = Speed(
                {path: _timing(latency[path], latency[file], mobilenet) for path, file in float_files.items()},
                mobilenet,
            )
    return speeds


def thread_counts(cores: int) -> list[int]:
    """1 to all threads: each number up to 4, then by doubling, and all of them."""
    return sorted({1, *range(1, min(cores, 4) + 1), *(2**power for power in range(3, cores.bit_length())), cores})


def _timing(file: Latency, float32: Latency, mobilenet: Latency) -> Timing:
    return Timing(file.median_ms, file.p95_ms, file.median_ms / float32.median_ms, file.median_ms / mobilenet.median_ms)


def _float_file(group: Group, folder: Path) -> Path:
    """The group's float32 file; made in ``folder`` where it does not ship."""
    if group.float_variant:
        return group.float_variant.path
    path = folder / f"{group.name}.tflite"
    twin = to_tf_keras(spec_to_convert(group.run), load_generator(group.run, keras))
    write_whole(path, convert_float(clipped(twin)))
    return path
