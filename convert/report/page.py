"""The page of a report and its JSON file: everything that `convert.report.assess` measured."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jinja2

from celcam.comparison import METRICS
from celcam.errors import MediaError
from celcam.image_io import write_whole
from convert.gate import THRESHOLDS
from convert.lineup import find_groups
from convert.measuring import SHORT_SIDE
from convert.mobilenet import MOBILENET
from convert.pairs import find_pairs_folder
from convert.recipes import RECIPES
from convert.report.assess import LAYER_PHOTOS, AssessedGroup, Assessment, assess
from convert.report.flicker import CLIP_FRAMES, INPUT, KERAS, TARGET
from convert.report.layers import LayerWeights
from convert.report.machine import made_on
from convert.report.plots import MARKERS, colour, draw_layers, draw_trade
from convert.report.probe import STARTS
from convert.report.rows import as_json, write_rows
from convert.report.scenes import BRIGHT_FLIP, CROP_SIDE, SCENE_QUALITY, Gallery, gather_scenes
from convert.report.speed import TIMED_RUNS, thread_counts

TEMPLATE = Path(__file__).with_name("page.html")
# A smaller share of a layer's weights is drawn as zero.
LEAST_SHARE = 1e-4


@dataclass(frozen=True)
class Report:
    """The files that a report wrote, and what a reader must know."""

    files: list[Path]
    notes: tuple[str, ...]


def write_report(
    folder: Path,
    path: Path,
    *,
    runs: Sequence[Path],
    pairs: Path | None,
    clips: Path | None,
    most_pictures: int,
    jobs: int,
    cards: bool = False,
    quiet: bool = False,
) -> Report:
    """Measure every model file in ``folder``; write the page to ``path`` and the figures to a JSON file next to it.

    Args:
        folder: of the files and their cards.
        path: of the page, an HTML file.
        runs: folders of the runs that the files were made from; empty: the runs in ``folder`` and in ``models``.
        pairs: a folder of pairs, or one with such a folder for each style; None: the pairs that each run was trained
            on, or the bundled photos if these are not on this machine.
        clips: folder of videos for the flicker.
        most_pictures: how many pairs of each run; 0 for all.
        jobs: processes that compare pictures; 0 for one per core.
        cards: write the figures of each file into its card too.
        quiet: no progress bars.

    Returns:
        The page, the JSON file and the cards that were written, and notes.

    Raises:
        DataError: no files, or one without card, run or pairs; or the cards could not be written.
        ModelError: a file is damaged or disagrees with its card.
        MediaError: a picture or clip can't be read.
    """
    videos = sorted(clips.glob("*.mp4")) if clips else []
    if clips and not videos:
        raise MediaError(f"{clips}: no .mp4 file in it; name a folder of clips")
    with TemporaryDirectory() as scratch:
        find_pairs = partial(find_pairs_folder, named=pairs, scratch=Path(scratch))
        groups = find_groups(folder, runs, find_pairs, most_pictures)
        assessment = assess(groups, videos, threads=thread_counts(os.cpu_count() or 1), jobs=jobs, quiet=quiet)
        page = render(assessment, folder.resolve().name)
    write_whole(path, page.encode())
    figures = path.with_suffix(".json")
    write_whole(figures, (json.dumps(as_json(assessment), indent=1, ensure_ascii=False) + "\n").encode())
    return Report([path, figures, *(write_rows(assessment) if cards else ())], assessment.notes)


def render(assessment: Assessment, title: str) -> str:
    """The page with all pictures in it."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"fixed": _fixed, "thousands": lambda value: f"{value:,}"}
    galleries = [Gallery(group) for group in assessment.groups]
    files = [file for group in assessment.groups for file in group.files]
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        title=title,
        made_on=made_on(),
        assessment=assessment,
        groups=assessment.groups,
        metrics=METRICS,
        pictures=list(dict.fromkeys(len(group.group.pairs) for group in assessment.groups)),
        threads=sorted(assessment.mobilenet),
        shown_threads=sorted({1, max(assessment.mobilenet)}),
        slowest_ms=max(file.timings[1].median_ms for file in files),
        largest_bytes=max(file.bytes for file in files),
        gaps=_gaps(assessment),
        thresholds=THRESHOLDS,
        recipes=[recipe for name, recipe in RECIPES.items() if name in {file.variant.card.recipe for file in files}],
        colours={file.variant.card.recipe: colour(file) for file in files},
        markers=MARKERS,
        trade=draw_trade(assessment.groups),
        layers=[draw_layers(group) for group in assessment.groups],
        histograms=[_histograms(group) for group in assessment.groups],
        worst=[
            {file.variant.name: list(gallery.worst_rows(file.variant.name)) for file in group.files}
            for gallery, group in zip(galleries, assessment.groups, strict=True)
        ],
        comparison=_comparison(galleries, assessment.groups),
        flicker_names=(INPUT, TARGET, KERAS),
        facts={
            "side": SHORT_SIDE, "runs": TIMED_RUNS, "frames": CLIP_FRAMES, "layer_photos": LAYER_PHOTOS,
            "starts": STARTS, "mobilenet": MOBILENET, "bright_flip": BRIGHT_FLIP,
            "crop": CROP_SIDE, "quality": SCENE_QUALITY,
        },
    )  # fmt: skip


def _gaps(assessment: Assessment) -> list[list[dict[str, Any]]]:
    """The rows of the three tables; the first also has rows for Keras float and for the photo."""
    tables: list[list[dict[str, Any]]] = [[], [], []]
    for group in assessment.groups:
        for file in group.files:
            for table, gap in zip(tables, (file.to_target, file.to_float, file.to_keras), strict=True):
                table.append({"file": file, "name": file.variant.name, "gap": gap})
        for name, gap in ((KERAS, group.keras_to_target), ("the photo, unchanged", group.photo_to_target)):
            tables[0].append({"file": None, "name": f"{group.group.name}: {name}", "gap": gap})
    return tables


def _histograms(group: AssessedGroup) -> list[dict[str, Any]]:
    """For each layer: float as an area and each file as a line, in a box of 100 x 100."""
    by_file = [
        (file, {layer.layer: layer for layer in file.weights})
        for file in group.files
        if file.variant.card.recipe not in ("float32", "float16")
    ]
    return [
        {
            "layer": layer.layer,
            "reach": layer.reach,
            "area": f"0,100 {_line(layer)} 100,100",
            "lines": [
                {"file": file, "points": _line(found[layer.layer]), "weights": found[layer.layer]}
                for file, found in by_file
                if layer.layer in found
            ],
        }
        for layer in group.weights
    ]


def _line(layer: LayerWeights) -> str:
    """The shares as points on a logarithmic scale, which shows the few large weights."""
    step = 100 / len(layer.shares)
    heights = [max(0.0, 1 - math.log10(max(share, LEAST_SHARE)) / math.log10(LEAST_SHARE)) for share in layer.shares]
    return " ".join(f"{(place + 0.5) * step:.1f},{100 - 96 * height:.1f}" for place, height in enumerate(heights))


def _comparison(galleries: Sequence[Gallery], groups: Sequence[AssessedGroup]) -> list[dict[str, Any]]:
    """What the slider shows, in the form that its script expects."""
    return [
        {"group": group.group.name, "names": gallery.names, "scenes": scenes}
        for gallery, group, scenes in zip(galleries, groups, gather_scenes(galleries), strict=True)
    ]


def _fixed(value: float | None, digits: int) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.{digits}f}"
