"""Pairs per second: what a build costs on this machine, by style and size, and what a second process brings."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from celcam.errors import MediaError
from datasets.pair import Plan, try_to_draw
from datasets.photo import Photo, Rejected
from datasets.sources import check_sources, find_photos
from datasets.workers import open_workers

# Photos drawn before the clock starts, for each process: it has to import and to warm up.
WARM_UP = 2
MOST_PHOTOS = 64


def measure_all(
    sources: Sequence[Path], styles: Sequence[str], sizes: Sequence[int], *, pairs: int, jobs: int
) -> Iterator[str]:
    """The lines of a Markdown table, each as soon as it is measured.

    Args:
        sources: photos, as for a build.
        styles: names of the looks.
        sizes: short sides in pixels.
        pairs: drawn for each number.
        jobs: processes compared with one.

    Raises:
        MediaError: ``sources`` hold no photo, or one that gives no pair.
    """
    check_sources(sources)
    found = find_photos(sources, seconds_per_frame=1.0)
    photos = list(islice((photo for photo in found if isinstance(photo, Photo)), MOST_PHOTOS))
    if not photos:
        raise MediaError(f"{', '.join(map(str, sources))}: no photo to measure with")
    yield f"{pairs} pairs of {len(photos)} photos a number, decoding and writing included; {os.cpu_count()} cores."
    yield ""
    yield f"| style | short side | pairs/s, 1 process | pairs/s, {jobs} processes | times as fast |"
    yield "|---|---|---|---|---|"
    for style in styles:
        for size in sizes:
            alone, together = (measure(photos, style, size, pairs=pairs, jobs=count) for count in (1, jobs))
            yield f"| {style} | {size} | {alone:.2f} | {together:.2f} | {together / alone:.2f} |"


def measure(photos: Sequence[Photo], style: str, size: int, *, pairs: int, jobs: int) -> float:
    """Pairs per second that ``jobs`` processes make; starting them is not counted.

    Raises:
        MediaError: a photo gives no pair.
    """
    with TemporaryDirectory() as folder, open_workers(jobs, None) as workers:
        warm_up = _tasks(photos, style, size, Path(folder, "warm"), WARM_UP * jobs)
        for _ in workers.run(_draw, warm_up):
            pass
        began_s = time.perf_counter()
        for (photo, _), outcome in workers.run(_draw, _tasks(photos, style, size, Path(folder), pairs)):
            if isinstance(outcome, Exception | Rejected):
                raise MediaError(f"{photo.key}: gave no pair: {getattr(outcome, 'reason', outcome)}")
        return pairs / (time.perf_counter() - began_s)


def _tasks(photos: Sequence[Photo], style: str, size: int, out: Path, count: int) -> Iterator[tuple[Photo, Plan]]:
    """``count`` tasks; each round over the photos has a folder of its own, so that nothing is there already."""
    plan = Plan(out, (style,), (size,), ".png", most_megapixels=float("inf"))
    for number, photo in enumerate(islice(cycle(photos), count)):
        yield photo, dataclasses.replace(plan, out=out / str(number // len(photos)))


def _draw(task: tuple[Photo, Plan]) -> object:
    photo, plan = task
    return try_to_draw(photo, plan)
