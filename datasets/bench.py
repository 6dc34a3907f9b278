"""Benchmark: pairs per second on this machine by style and size, with one process and with several."""

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

# Photos that each process draws before timing starts: imports and caches.
WARM_UP = 2
MAX_PHOTOS = 64


def measure_all(
    sources: Sequence[Path], styles: Sequence[str], sizes: Sequence[int], *, pairs: int, jobs: int
) -> Iterator[str]:
    """Yield the lines of a Markdown table, each as soon as it is measured.

    Args:
        sources: photos, as for a build.
        styles: names of styles.
        sizes: short sides in pixels.
        pairs: number of pairs drawn for each figure.
        jobs: number of processes to compare with one process.

    Raises:
        MediaError: ``sources`` contain no photo, or a photo that can't be drawn.
    """
    check_sources(sources)
    found = find_photos(sources, frame_interval_s=1.0)
    photos = list(islice((photo for photo in found if isinstance(photo, Photo)), MAX_PHOTOS))
    if not photos:
        raise MediaError(f"{', '.join(map(str, sources))}: no photo to measure with")
    yield f"Each figure: {pairs} pairs of {len(photos)} photos, with decoding and writing; {os.cpu_count()} cores."
    yield ""
    yield f"| style | short side | pairs/s, 1 process | pairs/s, {jobs} processes | speed-up |"
    yield "|---|---|---|---|---|"
    for style in styles:
        for size in sizes:
            alone, together = (measure(photos, style, size, pairs=pairs, jobs=count) for count in (1, jobs))
            yield f"| {style} | {size} | {alone:.2f} | {together:.2f} | {together / alone:.2f} |"


def measure(photos: Sequence[Photo], style: str, size: int, *, pairs: int, jobs: int) -> float:
    """Measure the pairs per second of ``jobs`` processes, without the time to start them.

    Raises:
        MediaError: a photo can't be drawn.
    """
    with TemporaryDirectory() as folder, open_workers(jobs, None) as workers:
        warm_up = _tasks(photos, style, size, Path(folder, "warm"), WARM_UP * jobs)
        for _ in workers.run(_draw, warm_up):
            pass
        began_s = time.perf_counter()
        for (photo, _), outcome in workers.run(_draw, _tasks(photos, style, size, Path(folder), pairs)):
            if isinstance(outcome, Exception | Rejected):
                raise MediaError(f"{photo.key}: can't be drawn: {getattr(outcome, 'reason', outcome)}")
        return pairs / (time.perf_counter() - began_s)


def _tasks(photos: Sequence[Photo], style: str, size: int, out: Path, count: int) -> Iterator[tuple[Photo, Plan]]:
    """Yield ``count`` tasks; each round over the photos writes to a new folder, because existing pairs are skipped."""
    plan = Plan(out, (style,), (size,), ".png", max_megapixels=float("inf"))
    for number, photo in enumerate(islice(cycle(photos), count)):
        yield photo, dataclasses.replace(plan, out=out / str(number // len(photos)))


def _draw(task: tuple[Photo, Plan]) -> object:
    photo, plan = task
    return try_to_draw(photo, plan)
