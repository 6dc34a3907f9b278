"""The time that each file takes per picture, relative to its float32 file and to MobileNetV2; all are timed in turn."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras

from celcam.arrays import Uint8Array
from celcam.image_io import write_whole
from celcam.media.photos import read_image
from celcam.pixels import resize
from celcam.tflite_model import TFLiteModel
from celcam.timing import Latency, measure_latency
from convert.converter import clipped, convert_float, to_tf_keras
from convert.lineup import Group
from convert.measuring import SHORT_SIDE
from convert.mobilenet import MOBILENET, mobilenet_call
from convert.variants import spec_to_convert
from train.run_folder import load_generator

TIMED_RUNS = 50


@dataclass(frozen=True)
class Timing:
    """The time of one file. Milliseconds hold for this machine only; the ratios are of medians in the same run."""

    median_ms: float
    p95_ms: float
    over_float32: float  # the float32 file of the same weights
    over_mobilenetv2_224_int8: float


@dataclass(frozen=True)
class Speed:
    """The timings with one number of threads."""

    files: dict[Path, Timing]
    mobilenet: Latency


def measure_speed(groups: Sequence[Group], threads: Sequence[int]) -> dict[int, Speed]:
    """Time the files of ``groups`` on a picture of `SHORT_SIDE` x `SHORT_SIDE`.

    Args:
        groups: files by run.
        threads: numbers of CPU threads; the result has a value for each.

    Raises:
        ModelError: a file is refused by the runtime.
        MediaError: the picture can't be read.
    """
    first = groups[0]
    picture = resize(read_image(first.pairs_folder.path / first.pairs[0].photo), (SHORT_SIDE, SHORT_SIDE))
    with tempfile.TemporaryDirectory() as folder:
        float_files = {
            variant.path: file
            for group in groups
            for file in [_float_file(group, Path(folder))]
            for variant in group.variants
        }
        speeds = {}
        for count in threads:
            calls: dict[Path | str, Callable[[], object]] = {MOBILENET: mobilenet_call(count)}
            calls |= {path: picture_call(path, picture, count) for path in {*float_files, *float_files.values()}}
            latency = measure_latency(calls, TIMED_RUNS)
            mobilenet = latency[MOBILENET]
            speeds[count] = Speed(
                {path: _timing(latency[path], latency[file], mobilenet) for path, file in float_files.items()},
                mobilenet,
            )
    return speeds


def picture_call(model: Path, picture: Uint8Array, threads: int) -> Callable[[], object]:
    """A call that draws ``picture`` with a model file."""
    loaded = TFLiteModel(model, threads=threads)
    return lambda: loaded(picture)


def thread_counts(cores: int) -> list[int]:
    """1 to all threads: each number up to 4, then by doubling, and all of them."""
    return sorted({1, *range(1, min(cores, 4) + 1), *(2**power for power in range(3, cores.bit_length())), cores})


def _timing(file: Latency, float32: Latency, mobilenet: Latency) -> Timing:
    return Timing(file.median_ms, file.p95_ms, file.median_ms / float32.median_ms, file.median_ms / mobilenet.median_ms)


def _float_file(group: Group, folder: Path) -> Path:
    """The float32 file of the group; if it does not ship, it is made in ``folder``."""
    if group.float_variant:
        return group.float_variant.path
    path = folder / f"{group.name}.tflite"
    twin = to_tf_keras(spec_to_convert(group.run), load_generator(group.run, keras))
    write_whole(path, convert_float(clipped(twin)))
    return path
