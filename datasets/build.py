"""Photos to pairs of photo and cartoon, on all cores or a cluster.

A pair is two files named after the sha256 of the source photo; each appears whole or not at all, so a build that was
killed goes on where it stopped. What an ended build leaves depends on the photos and the options alone, not on the
order of the work or the number of processes:

    manifest.jsonl              the pairs
    STYLE/manifest.jsonl        where there are several styles, the pairs of one: what a training takes
    photo/, STYLE/              the pictures; with several sizes in a subfolder for each
    rejected.jsonl              photos that gave no pair, and why
    journal.jsonl               what the next build of the folder need not find out again
    build.json                  the options
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from celcam.errors import DataError, MediaError, UnwritableError
from celcam.image_io import UNFINISHED_SUFFIX, read_bytes, write_whole
from celcam.manifest import SPLITS, Pair, write_manifest
from celcam.styles import STYLES, find_style
from datasets.journal import REJECTED_NAME, Journal, open_journal
from datasets.likeness import LIKENESS_WORDS, find_leaders, split_of, unpack_likeness
from datasets.pair import UNWRITABLE, Plan, try_to_draw
from datasets.photo import Photo, Rejected
from datasets.sources import check_sources, count_photos, find_photos
from datasets.workers import WorkerLostError, Workers, open_workers

RECIPE_NAME = "build.json"
ALL_STYLES = "all"
# After so many pictures in a row that could not be written, the disk is full and not just short of room for one.
MOST_UNWRITABLE = 16
# Reasons shown while the build runs; rejected.jsonl has them all.
MOST_SHOWN = 20


@dataclass(frozen=True)
class BuildResult:
    """What a build made, in numbers: there may be millions of pairs."""

    manifest: Path
    pairs: dict[str, int]  # by split
    rejected: int
    duplicates: int  # photos whose bytes were there before
    alike: int  # photos that share the side of another that looks like them


def build_pairs(
    sources: Sequence[Path],
    plan: Plan,
    *,
    jobs: int,
    scheduler: str | None = None,
    seconds_per_frame: float = 2.0,
    quiet: bool = False,
) -> BuildResult:
    """Draw every photo of ``sources`` by ``plan`` and write pairs and manifest.

    Raises:
        UnknownNameError: no such style.
        MediaError: ``sources`` hold no photo, or the disk is full.
        DataError: the folder holds pairs made with other options, or another build is at work in it.
    """
    check_sources(sources)
    plan = dataclasses.replace(plan, out=Path(os.path.abspath(plan.out)))  # noqa: PTH100  # without any '..'
    _claim_folder(plan)
    total = count_photos(sources, leave_out=plan.out)
    with (
        open_journal(plan.out) as journal,
        open_workers(jobs, scheduler) as workers,
        tqdm(total=total, unit="photo", desc=f"{' '.join(plan.styles)} pairs", disable=quiet) as progress,
    ):
        _remove_unfinished(plan)
        photos = find_photos(sources, seconds_per_frame=seconds_per_frame, leave_out=plan.out)
        _draw_all(photos, plan, journal, workers, progress)
        _remove_unfinished(plan)
        return _finish(sources, plan, journal)


def resolve_styles(name: str) -> tuple[str, ...]:
    """The style called ``name``, or every one for "all"."""
    if name == ALL_STYLES:
        return tuple(sorted(STYLES))
    find_style(name)
    return (name,)


def count_splits(pairs: dict[str, int]) -> str:
    """``"15 train, 2 validation, 2 test"``."""
    return ", ".join(f"{pairs[split]} {split}" for split in SPLITS)


def _draw_all(
    photos: Iterable[Photo | Rejected], plan: Plan, journal: Journal, workers: Workers, progress: tqdm
) -> None:
    shown = unwritable = 0

    def reject(rejected: Rejected) -> None:
        nonlocal shown
        journal.note_rejected(rejected)
        progress.update()
        shown += 1
        if shown <= MOST_SHOWN:
            progress.write(f"skipped: {rejected.reason}", file=sys.stderr)
        elif shown == MOST_SHOWN + 1:
            progress.write(f"more are skipped; all stand in {REJECTED_NAME}", file=sys.stderr)

    def not_drawn_yet() -> Iterator[Photo]:
        for found in photos:
            if isinstance(found, Rejected):
                reject(found)
                continue
            drawn = journal.recall(found)
            if drawn is None or not plan.is_drawn(drawn):
                yield found
            else:
                journal.note(found, drawn)
                progress.update()

    for photo, outcome in workers.run(partial(try_to_draw, plan=plan), not_drawn_yet()):
        if isinstance(outcome, WorkerLostError):
            outcome = Rejected(photo.place, "killed its worker", f"{photo.place}: {outcome}")
        if not isinstance(outcome, Rejected):
            journal.note(photo, outcome)
            progress.update()
            unwritable = 0
            continue
        reject(outcome)
        unwritable = unwritable + 1 if outcome.kind == UNWRITABLE else 0
        if unwritable >= MOST_UNWRITABLE:
            raise UnwritableError(
                f"{plan.out}: {unwritable} photos in a row could not be written, the last because: {outcome.reason}; "
                "make room and run the same again: it goes on where it stopped"
            )


def _finish(sources: Sequence[Path], plan: Plan, journal: Journal) -> BuildResult:
    """Settle who stands on which side, and write what the build leaves."""
    photos, different, rejected = journal.count()
    names = ", ".join(map(str, sources))
    if not photos + rejected:
        raise MediaError(f"{names}: no photo in it; expected files such as .jpg, .png, .webp or .tiff")
    alike = _group(journal, different)
    journal.finish()
    if not photos:
        raise MediaError(f"{names}: none of {rejected} photos gave a pair; see {plan.out / REJECTED_NAME}")
    counts: Counter[str] = Counter()
    manifest = write_manifest(plan.out, _counted(_pairs(journal, plan, plan.styles), counts))
    if len(plan.styles) > 1:
        for style in plan.styles:
            write_whole(plan.out / style / RECIPE_NAME, _recipe(plan, (style,)))
            write_manifest(plan.out / style, _relative(_pairs(journal, plan, (style,)), style))
    return BuildResult(manifest, dict.fromkeys(SPLITS, 0) | counts, rejected, photos - different, alike)


def _group(journal: Journal, different: int) -> int:
    """Note which of ``different`` photos look alike; returns how many stand behind another."""
    numbers: dict[str, int] = {}
    digests = np.empty((different, 32), np.uint8)
    hashes = np.empty((different, LIKENESS_WORDS), np.uint64)
    clips = np.full(different, -1, np.int64)
    for row, (digest, likeness, clip) in enumerate(journal.likenesses()):
        digests[row] = list(bytes.fromhex(digest))
        hashes[row] = unpack_likeness(likeness)
        if clip:
            clips[row] = numbers.setdefault(clip, len(numbers))
    # Digests come sorted, so that the first of a group is the smallest: the same whatever order photos came in.
    leaders = find_leaders(hashes, clips)
    behind = np.flatnonzero(leaders != np.arange(len(leaders)))
    members = np.union1d(behind, leaders[behind])
    journal.note_groups((bytes(digests[member]).hex(), bytes(digests[leaders[member]]).hex()) for member in members)
    return len(behind)


def _pairs(journal: Journal, plan: Plan, styles: Sequence[str]) -> Iterator[Pair]:
    """Every pair, sorted."""
    for digest, name, sizes, leader in journal.photos():
        for style in sorted(styles):
            for size in sorted(sizes, key=str):
                picture, cartoon = (plan.picture_of(kind, size, digest) for kind in ("photo", style))
                yield Pair(digest, style, split_of(leader or digest), picture, cartoon, name, leader)


def _relative(pairs: Iterable[Pair], style: str) -> Iterator[Pair]:
    """``pairs`` as seen from the folder of their style."""
    for pair in pairs:
        yield dataclasses.replace(pair, photo=f"../{pair.photo}", cartoon=pair.cartoon.removeprefix(f"{style}/"))


def _counted(pairs: Iterable[Pair], counts: Counter[str]) -> Iterator[Pair]:
    for pair in pairs:
        counts[pair.split] += 1
        yield pair


def _claim_folder(plan: Plan) -> None:
    """Note in the folder how its pairs are made; refuse a folder made otherwise."""
    path = plan.out / RECIPE_NAME
    recipe = _recipe(plan, plan.styles)
    if path.exists() and read_bytes(path) != recipe:
        raise DataError(f"{plan.out}: its pairs were made with other options ({path.name}); choose another --out")
    write_whole(path, recipe)


def _recipe(plan: Plan, styles: Sequence[str]) -> bytes:
    """How pairs are made, as JSON: styles with their parameters, sizes, format."""
    parameters: dict[str, dict[str, Any]] = {}
    for name in styles:
        style = find_style(name)
        parameters[name] = {}
        if dataclasses.is_dataclass(style) and not isinstance(style, type):
            parameters[name] = dataclasses.asdict(style)
    recipe = {"styles": parameters, "sizes": plan.sizes, "format": plan.suffix}
    return (json.dumps(recipe, indent=1) + "\n").encode()


def _remove_unfinished(plan: Plan) -> None:
    """Remove what a killed build, or a worker that was lost, was writing."""
    for folder, _, names in os.walk(plan.out):
        for name in names:
            if name.startswith(".") and name.endswith(UNFINISHED_SUFFIX):
                (Path(folder) / name).unlink(missing_ok=True)
