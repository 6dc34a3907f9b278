"""All measurements of the model files of a folder: size, speed, memory, similarity, flicker, error by layer."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from celcam.arrays import Uint8Array
from celcam.comparison import Likeness
from celcam.flicker import Flicker
from celcam.image_io import read_bytes
from celcam.media.photos import read_image
from celcam.pixels import resize
from celcam.timing import Latency
from convert.gate import Verdict, judge
from convert.graph import read_graph
from convert.graph_cost import count_weights, operator_costs
from convert.lineup import DO_NOT_COUNT, Group, Variant
from convert.measuring import SHORT_SIDE, Measured, measure_files
from convert.report.flicker import INPUT, KERAS, TARGET, ClipFlicker, flicker_ratio, measure_flicker
from convert.report.layers import LayerError, LayerWeights, kernels, layer_errors, weight_histograms
from convert.report.probe import Start, measure_start
from convert.report.speed import Speed, Timing, measure_speed
from train.draw import load_drawing
from train.run_folder import load_generator

LAYER_PHOTOS = 8
WORST_PHOTOS = 3
# A float32 file with a lower PSNR to Keras was made from other weights.
LEAST_FLOAT_DB = 60.0


@dataclass(frozen=True)
class Gap:
    """How similar a file's pictures are to others, mean over photos, and how its flicker compares with theirs."""

    figures: Likeness
    flicker_ratio: float  # over the flicker of the others, mean over clips; NaN without clips


@dataclass(frozen=True)
class Worst:
    """One of the photos on which a file differs most from float."""

    number: int  # among the measured pictures
    source: str
    flip: float


@dataclass(frozen=True)
class Assessed:
    """The measurements of one model file."""

    variant: Variant
    verdict: Verdict | None  # None if its card has no thresholds
    bytes: int
    zipped_bytes: int
    parameters: int
    zero_weights: int
    macs_256: int
    timings: dict[int, Timing]  # by number of threads
    start: Start
    to_target: Gap
    to_float: Gap | None  # None for the float32 file itself
    to_keras: Gap
    flicker: dict[str, Flicker]  # by clip
    worst: tuple[Worst, ...]
    layers: tuple[LayerError, ...]
    weights: tuple[LayerWeights, ...]


@dataclass(frozen=True)
class AssessedGroup:
    """The measurements of the files of one run, and of what they are compared with."""

    group: Group
    float_name: str  # what "float" is: the float32 file, or Keras float
    files: tuple[Assessed, ...]
    keras_to_target: Gap
    photo_to_target: Gap
    flicker: dict[str, dict[str, Flicker]]  # by clip: of input, target and Keras float
    weights: tuple[LayerWeights, ...]  # of Keras float, or of the float32 file

    def mismatch(self, file: Assessed) -> str:
        """One line if ``file`` was not made from the weights of the run; else empty."""
        psnr_db = file.to_keras.figures.psnr_db
        if file.to_float is None and psnr_db < LEAST_FLOAT_DB:
            return (
                f"{file.variant.path}: not made from the weights in {self.group.run}: its PSNR to them is "
                f"{psnr_db:.1f} dB, expected {LEAST_FLOAT_DB:.0f} or more; {DO_NOT_COUNT}"
            )
        return self.group.mismatch(file.variant)


@dataclass(frozen=True)
class Assessment:
    """The measurements of all files."""

    groups: tuple[AssessedGroup, ...]
    mobilenet: dict[int, Latency]  # by number of threads
    clips: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know: about the photos, and about files that do not belong to their run."""
        about_photos = (group.group.pairs_folder.note for group in self.groups)
        about_files = (group.mismatch(file) for group in self.groups for file in group.files)
        return tuple(dict.fromkeys(note for note in (*about_photos, *about_files) if note))


def assess(
    groups: Sequence[Group], clips: Sequence[Path], *, threads: Sequence[int], jobs: int, quiet: bool = False
) -> Assessment:
    """Measure all files of ``groups``.

    Args:
        groups: from `convert.lineup.find_groups`.
        clips: videos for the flicker.
        threads: numbers of CPU threads for the timings.
        jobs: processes that compare pictures; 0 for one per core.
        quiet: no progress bars.

    Raises:
        ModelError: a file is refused by the runtime.
        MediaError: a picture or clip can't be read.
    """
    files = [variant.path for group in groups for variant in group.variants]
    starts = {path: measure_start(path, SHORT_SIDE, 1) for path in files}
    speeds = measure_speed(groups, threads)
    assessed = []
    for group in groups:
        drawing = load_drawing(group.run)
        measured = measure_files(
            drawing,
            group.files,
            group.pairs_folder.path,
            group.pairs,
            float_file=group.float_variant.name if group.float_variant else None,
            jobs=jobs,
            title=group.name,
            quiet=quiet,
        )
        flicker = measure_flicker(
            drawing, group.files, group.style, clips, jobs=jobs, title=f"{group.name} clips", quiet=quiet
        )
        assessed.append(_assess_group(group, measured, flicker, starts, speeds))
    mobilenet = {count: speed.mobilenet for count, speed in speeds.items()}
    return Assessment(tuple(assessed), mobilenet, tuple(clip.stem for clip in clips))


@dataclass(frozen=True)
class _Measurements:
    """What was measured of the files of one run, before it is sorted by file."""

    group: Group
    figures: Measured
    flicker: Mapping[str, ClipFlicker]
    starts: Mapping[Path, Start]
    speeds: Mapping[int, Speed]
    generator: Any
    layer_photos: list[Uint8Array]
    reaches: dict[str, float]  # the largest absolute weight of each layer

    @property
    def float_name(self) -> str:
        """What "float" is."""
        return self.group.float_variant.name if self.group.float_variant else KERAS

    def flicker_ratio(self, name: str, other: str) -> float:
        """The flicker of ``name`` over that of ``other``."""
        return flicker_ratio(self.flicker, name, other)


def _assess_group(
    group: Group,
    figures: Measured,
    flicker: Mapping[str, ClipFlicker],
    starts: Mapping[Path, Start],
    speeds: Mapping[int, Speed],
) -> AssessedGroup:
    import keras

    first = group.float_variant or group.variants[0]
    reaches = {layer: float(np.abs(kernel).max()) for layer, kernel in kernels(first.path).items()}
    photos = [
        resize(read_image(group.pairs_folder.path / pair.photo), (SHORT_SIDE, SHORT_SIDE))
        for pair in group.pairs[:LAYER_PHOTOS]
    ]
    generator = load_generator(group.run, keras)
    measured = _Measurements(group, figures, flicker, starts, speeds, generator, photos, reaches)
    others = {clip: {name: found[name] for name in (INPUT, TARGET, KERAS)} for clip, found in flicker.items()}
    return AssessedGroup(
        group,
        measured.float_name,
        tuple(_assess_file(measured, variant) for variant in group.variants),
        Gap(figures.keras_to_target, measured.flicker_ratio(KERAS, TARGET)),
        Gap(figures.photo_to_target, measured.flicker_ratio(INPUT, TARGET)),
        others,
        tuple(weight_histograms(first.path, reaches)),
    )


def _assess_file(measured: _Measurements, variant: Variant) -> Assessed:
    name, data, graph = variant.name, read_bytes(variant.path), read_graph(variant.path)
    figures, weights = measured.figures, count_weights(graph)
    to_float = figures.to_float(name)
    return Assessed(
        variant=variant,
        verdict=judge(variant.path, variant.card, figures),
        bytes=len(data),
        zipped_bytes=len(zlib.compress(data, 9)),
        parameters=weights.parameters,
        zero_weights=weights.zeros,
        macs_256=sum(cost.macs for cost in operator_costs(graph, (SHORT_SIDE, SHORT_SIDE))),
        timings={count: speed.files[variant.path] for count, speed in measured.speeds.items()},
        start=measured.starts[variant.path],
        to_target=Gap(figures.to_target(name), measured.flicker_ratio(name, TARGET)),
        to_float=Gap(to_float, measured.flicker_ratio(name, measured.float_name)) if to_float else None,
        to_keras=Gap(figures.to_keras(name), measured.flicker_ratio(name, KERAS)),
        flicker={clip: found[name] for clip, found in measured.flicker.items()},
        worst=tuple(_worst(measured.group, name, figures)),
        layers=tuple(layer_errors(variant.path, measured.generator, measured.layer_photos)),
        weights=tuple(weight_histograms(variant.path, measured.reaches)),
    )


def _worst(group: Group, name: str, figures: Measured) -> Iterator[Worst]:
    flips = [picture.to_float.get(name, picture.to_keras[name]).flip for picture in figures.pictures]
    for number in sorted(range(len(flips)), key=lambda number: -flips[number])[:WORST_PHOTOS]:
        yield Worst(number, group.pairs[number].source, flips[number])
