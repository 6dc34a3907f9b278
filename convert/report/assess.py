"""Everything that is known of the model files of a folder, measured: size, speed, memory, likeness, flicker, layers."""

from __future__ import annotations

import itertools
import math
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from celcam.arrays import Uint8Array
from celcam.flicker import Flicker
from celcam.image_io import read_bytes, read_image
from celcam.pixels import resize, size_for_short_side
from celcam.timing import Latency
from convert.graph import read_graph
from convert.graph_cost import count_weights, operator_costs
from convert.report.layers import LayerError, LayerWeights, kernels, layer_errors, weight_histograms
from convert.report.likeness import (
    INPUT,
    KERAS,
    TEACHER,
    ClipTask,
    Figures,
    PictureResult,
    PictureTask,
    mean_figures,
    measure_flicker,
    measure_picture,
    open_workers,
    run_tasks,
)
from convert.report.lineup import Group, Variant
from convert.report.probe import Start, measure_start
from convert.report.speed import SIDE, Speed, Timing, measure_speed
from train.draw import load_drawing
from train.run_folder import load_generator
from train.video import VideoReader

# Frames of a clip: what studies watch.
CLIP_FRAMES = 40
LAYER_PHOTOS = 8
WORST_PHOTOS = 3
# A float32 file that is further from Keras than this was made from other weights.
LEAST_FLOAT_DB = 60.0

Drawing = Callable[[Uint8Array], Uint8Array]


@dataclass(frozen=True)
class Gap:
    """How alike a file's pictures are to others, the mean over photos, and how its flicker compares."""

    figures: Figures
    flicker_ratio: float  # over that of the others, mean over clips; NaN where no clip was given


@dataclass(frozen=True)
class Worst:
    """A photo of the test part on which a file is furthest from float."""

    number: int  # among the pictures that were measured
    source: str
    flip: float


@dataclass(frozen=True)
class Assessed:
    """What was measured of one model file."""

    variant: Variant
    bytes: int
    zipped_bytes: int
    parameters: int
    zero_weights: int
    macs_256: int
    timings: dict[int, Timing]  # by threads
    start: Start
    to_teacher: Gap
    to_float: Gap | None  # None for the float32 file itself
    to_keras: Gap
    flicker: dict[str, Flicker]  # by clip
    worst: tuple[Worst, ...]
    layers: tuple[LayerError, ...]
    weights: tuple[LayerWeights, ...]


@dataclass(frozen=True)
class AssessedGroup:
    """What was measured of the files of one run, and of what they are held against."""

    group: Group
    float_name: str  # what "float" is: the float32 file, or Keras float
    files: tuple[Assessed, ...]
    keras_to_teacher: Gap
    photo_to_teacher: Gap
    flicker: dict[str, dict[str, Flicker]]  # by clip: of input, teacher and Keras float
    weights: tuple[LayerWeights, ...]  # of Keras float, or of the float32 file


@dataclass(frozen=True)
class Assessment:
    """What was measured of all files."""

    groups: tuple[AssessedGroup, ...]
    mobilenet: dict[int, Latency]  # by threads
    clips: tuple[str, ...]


def assess(groups: Sequence[Group], clips: Sequence[Path], *, jobs: int, quiet: bool = False) -> Assessment:
    """Measure all files of ``groups``.

    Args:
        groups: from `convert.report.lineup.find_groups`.
        clips: videos whose flicker is measured.
        jobs: processes that compare pictures; 0: one a core.
        quiet: no progress bars.

    Raises:
        ModelError: a file is refused by the runtime.
        MediaError: a picture or clip can't be read.
    """
    files = [variant.path for group in groups for variant in group.variants]
    starts = {path: measure_start(path, SIDE, 1) for path in files}
    speeds = measure_speed(groups)
    with open_workers(jobs) as pool:
        assessed = []
        for group in groups:
            drawing = load_drawing(group.run)
            results = _compare(pool, group, drawing, quiet)
            flickers = _flickers(pool, group, drawing, clips, quiet)
            assessed.append(_summarize(group, results, flickers, starts, speeds))
    mobilenet = {threads: speed.mobilenet for threads, speed in speeds.items()}
    return Assessment(tuple(assessed), mobilenet, tuple(clip.stem for clip in clips))


def strangers(assessment: Assessment) -> list[tuple[AssessedGroup, Assessed]]:
    """The float32 files that do not draw what their run's generator draws."""
    return [
        (group, file)
        for group in assessment.groups
        for file in group.files
        if file.to_float is None and file.to_keras.figures.psnr_db < LEAST_FLOAT_DB
    ]


def _compare(pool: ProcessPoolExecutor, group: Group, drawing: Drawing, quiet: bool) -> list[PictureResult]:
    def tasks() -> Iterator[PictureTask]:
        for pair in group.pairs:
            photo = group.pairs_folder / pair.photo
            yield PictureTask(
                photo, group.pairs_folder / pair.cartoon, drawing(read_image(photo)), _paths(group), _float_name(group)
            )

    return run_tasks(pool, measure_picture, tasks(), count=len(group.pairs), title=group.name, quiet=quiet)


def _flickers(
    pool: ProcessPoolExecutor, group: Group, drawing: Drawing, clips: Sequence[Path], quiet: bool
) -> dict[str, dict[str, Flicker]]:
    """The flicker of all that is drawn of each clip."""
    with tempfile.TemporaryDirectory() as folder:

        def tasks() -> Iterator[ClipTask]:
            for number, clip in enumerate(clips):
                path = Path(folder) / f"{number}.npy"
                np.save(path, _draw_clip(drawing, clip))
                yield ClipTask(clip, group.style, path, _paths(group), SIDE)

        found = run_tasks(pool, measure_flicker, tasks(), count=len(clips), title=f"{group.name} clips", quiet=quiet)
    return {clip.stem: flickers for clip, flickers in zip(clips, found, strict=True)}


def _draw_clip(drawing: Drawing, clip: Path) -> Uint8Array:
    """What Keras float draws of the first frames, ``(N, H, W, 3) uint8``."""
    with VideoReader(clip) as reader:
        frames = [
            drawing(resize(frame, size_for_short_side((frame.shape[1], frame.shape[0]), SIDE)))
            for frame in itertools.islice(reader, CLIP_FRAMES)
        ]
    return np.array(frames, np.uint8)


def _summarize(
    group: Group,
    results: Sequence[PictureResult],
    flickers: dict[str, dict[str, Flicker]],
    starts: dict[Path, Start],
    speeds: dict[int, Speed],
) -> AssessedGroup:
    import keras

    generator: Any = load_generator(group.run, keras)
    photos = [resize(read_image(group.pairs_folder / pair.photo), (SIDE, SIDE)) for pair in group.pairs[:LAYER_PHOTOS]]
    float_name = _float_name(group)
    others = KERAS if float_name is None else float_name
    first = group.float_variant or group.variants[0]
    reaches = {layer: float(np.abs(kernel).max()) for layer, kernel in kernels(first.path).items()}
    files = []
    for variant in group.variants:
        name, data, graph = variant.name, read_bytes(variant.path), read_graph(variant.path)
        to_float = [result.to_float.get(name, result.to_keras[name]) for result in results]
        weights = count_weights(graph)
        is_float = name == float_name
        files.append(
            Assessed(
                variant,
                len(data),
                len(zlib.compress(data, 9)),
                weights.parameters,
                weights.zeros,
                sum(cost.macs for cost in operator_costs(graph, (SIDE, SIDE))),
                {threads: speed.files[variant.path] for threads, speed in speeds.items()},
                starts[variant.path],
                Gap(mean_figures(result.to_teacher[name] for result in results), _ratio(flickers, name, TEACHER)),
                None if is_float else Gap(mean_figures(to_float), _ratio(flickers, name, others)),
                Gap(mean_figures(result.to_keras[name] for result in results), _ratio(flickers, name, KERAS)),
                {clip: found[name] for clip, found in flickers.items()},
                tuple(_worst(group, [figures.flip for figures in to_float])),
                tuple(layer_errors(variant.path, generator, photos)),
                tuple(weight_histograms(variant.path, reaches)),
            )
        )
    names = {variant.name for variant in group.variants}
    return AssessedGroup(
        group,
        others,
        tuple(files),
        Gap(mean_figures(result.keras_to_teacher for result in results), _ratio(flickers, KERAS, TEACHER)),
        Gap(mean_figures(result.photo_to_teacher for result in results), _ratio(flickers, INPUT, TEACHER)),
        {clip: {name: value for name, value in found.items() if name not in names} for clip, found in flickers.items()},
        tuple(weight_histograms(first.path, reaches)),
    )


def _worst(group: Group, flips: Sequence[float]) -> Iterator[Worst]:
    for number in sorted(range(len(flips)), key=lambda number: -flips[number])[:WORST_PHOTOS]:
        yield Worst(number, group.pairs[number].source, flips[number])


def _ratio(flickers: dict[str, dict[str, Flicker]], name: str, other: str) -> float:
    """Flicker with motion taken out, over that of another drawing, the mean over clips."""
    ratios = [found[name].followed / found[other].followed for found in flickers.values() if found[other].followed > 0]
    return float(np.mean(ratios)) if ratios else math.nan


def _paths(group: Group) -> dict[str, Path]:
    return {variant.name: variant.path for variant in group.variants}


def _float_name(group: Group) -> str | None:
    return group.float_variant.name if group.float_variant else None
