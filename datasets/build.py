"""Build pairs of photo and cartoon, on all cores or a cluster.

A pair is two files named by the sha256 of the source photo. Files are written atomically, so a killed build can be
resumed. The result depends only on the photos and the options, not on the order of the work or the number of processes:

    manifest.jsonl              the pairs
    STYLE/manifest.jsonl        the pairs of one style, the input of a training; only if there are several styles
    photo/, STYLE/              the pictures; one subfolder per size if there are several sizes
    rejected.jsonl              photos without a pair, and the reasons
    journal.jsonl               digests and hashes of the photos; the next build reuses them
    build.json                  the options
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from celcam.errors import DataError, MediaError, UnwritableError
from celcam.image_io import UNFINISHED_SUFFIX, read_bytes, write_whole
from celcam.manifest import SPLITS, Pair, write_manifest
from celcam.progress import Progress
from celcam.styles import STYLES, find_style
from celcam.styles.faces.landmarks import can_find_faces
from datasets.journal import Journal, open_journal
from datasets.near_duplicates import HASH_WORDS, find_leaders, split_of, unpack_hash
from datasets.pair import UNWRITABLE, Plan, try_to_draw
from datasets.photo import Photo, Rejected
from datasets.rejected import REJECTED_NAME, RejectedPrinter
from datasets.sources import check_sources, count_photos, find_photos
from datasets.workers import WorkerLostError, Workers, open_workers

RECIPE_NAME = "build.json"
ALL_STYLES = "all"
# This many failed writes in a row mean a full disk, not one large picture.
MAX_UNWRITABLE = 16


@dataclass(frozen=True)
class BuildResult:
    """The counts of a finished build. The pairs themselves may be millions; read them from the manifest."""

    manifest: Path
    pairs: dict[str, int]  # by split
    rejected: int
    duplicates: int  # photos with the same bytes as another photo
    near_duplicates: int  # photos kept in the same split as an earlier near-duplicate

    def summary(self) -> str:
        """One line: ``"19 pairs (15 train, 2 validation, 2 test); 1 skipped: pairs/manifest.jsonl"``."""
        splits = ", ".join(f"{self.pairs[split]} {split}" for split in SPLITS)
        skipped = f"; {self.rejected} skipped" if self.rejected else ""
        duplicates = f"; {self.duplicates} exact duplicates" if self.duplicates else ""
        near = f"; {self.near_duplicates} kept in the same split as a near-duplicate" if self.near_duplicates else ""
        return f"{sum(self.pairs.values())} pairs ({splits}){skipped}{duplicates}{near}: {self.manifest}"


def build_pairs(
    sources: Sequence[Path],
    plan: Plan,
    *,
    jobs: int,
    scheduler: str | None = None,
    frame_interval_s: float = 2.0,
    quiet: bool = False,
) -> BuildResult:
    """Draw every photo of ``sources`` according to ``plan`` and write pairs and manifest.

    Args:
        sources: folders, globs, photos, archives and clips.
        plan: styles, sizes and output folder.
        jobs: number of local processes.
        scheduler: ``tcp://HOST:PORT`` of a Dask scheduler; replaces the local processes.
        frame_interval_s: seconds between the frames taken from a clip.
        quiet: show no progress bar.

    Raises:
        UnknownNameError: unknown style.
        MediaError: ``sources`` contain no usable photo, or the disk is full.
        DataError: the folder contains pairs made with other options, or another build is running in it.
    """
    check_sources(sources)
    plan = dataclasses.replace(plan, out=Path(os.path.abspath(plan.out)))  # noqa: PTH100  # resolves '..', keeps symlinks
    claim_folder(plan.out, _recipe(plan, plan.styles))
    total = count_photos(sources, exclude=plan.out)
    with (
        open_journal(plan.out) as journal,
        open_workers(jobs, scheduler) as workers,
        Progress(f"{' '.join(plan.styles)} pairs", total, "photos", quiet=quiet) as progress,
    ):
        remove_unfinished(plan.out)
        photos = find_photos(
            sources, frame_interval_s=frame_interval_s, exclude=plan.out, max_megapixels=plan.max_megapixels
        )
        _draw_all(photos, plan, journal, workers, progress)
        remove_unfinished(plan.out)
        return _finish(sources, plan, journal)


def resolve_styles(name: str) -> tuple[str, ...]:
    """The names of the styles that ``name`` selects: itself, or every style for "all"; else UnknownNameError."""
    if name == ALL_STYLES:
        return tuple(sorted(STYLES))
    find_style(name)
    return (name,)


def _draw_all(
    photos: Iterable[Photo | Rejected], plan: Plan, journal: Journal, workers: Workers, progress: Progress
) -> None:
    """Draw the photos that have no pairs yet; record every photo in the journal."""
    unwritable, printer = 0, RejectedPrinter()

    def reject(rejected: Rejected) -> None:
        journal.note_rejected(rejected)
        progress.advance()
        printer.print(rejected)

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
                progress.advance()

    for photo, outcome in workers.run(partial(try_to_draw, plan=plan), not_drawn_yet()):
        if isinstance(outcome, WorkerLostError):
            outcome = Rejected(photo.place, "killed its worker", f"{photo.place}: {outcome}")
        if not isinstance(outcome, Rejected):
            journal.note(photo, outcome)
            progress.advance()
            unwritable = 0
            continue
        reject(outcome)
        unwritable = unwritable + 1 if outcome.kind == UNWRITABLE else 0
        if unwritable >= MAX_UNWRITABLE:
            raise UnwritableError(
                f"{plan.out}: could not write {unwritable} photos in a row; last reason: {outcome.reason}; "
                "free disk space, then run the same command to resume"
            )


def _finish(sources: Sequence[Path], plan: Plan, journal: Journal) -> BuildResult:
    """Assign the splits and write the manifests."""
    photos, different, rejected = journal.count()
    names = ", ".join(map(str, sources))
    if not photos + rejected:
        raise MediaError(f"{names}: contains no photo; expected files such as .jpg, .png, .webp or .tiff")
    near_duplicates = _group(journal, different)
    journal.finish()
    if not photos:
        raise MediaError(f"{names}: none of the {rejected} photos can be used; see {plan.out / REJECTED_NAME}")
    counts: Counter[str] = Counter()
    manifest = write_manifest(plan.out, _counted(_pairs(journal, plan, plan.styles), counts))
    if len(plan.styles) > 1:
        for style in plan.styles:
            write_whole(plan.out / style / RECIPE_NAME, _recipe(plan, (style,)))
            write_manifest(plan.out / style, _relative(_pairs(journal, plan, (style,)), style))
    return BuildResult(manifest, dict.fromkeys(SPLITS, 0) | counts, rejected, photos - different, near_duplicates)


def _group(journal: Journal, different: int) -> int:
    """Record the groups of near-duplicates among ``different`` photos; return the number of photos with a leader."""
    numbers: dict[str, int] = {}
    digests = np.empty((different, 32), np.uint8)
    hashes = np.empty((different, HASH_WORDS), np.uint64)
    clips = np.full(different, -1, np.int64)
    for row, (digest, phash, clip) in enumerate(journal.hashes()):
        digests[row] = list(bytes.fromhex(digest))
        hashes[row] = unpack_hash(phash)
        if clip:
            clips[row] = numbers.setdefault(clip, len(numbers))
    # Digests are sorted, so the leader is the smallest digest of its group, in any order of the photos.
    leaders = find_leaders(hashes, clips)
    followers = np.flatnonzero(leaders != np.arange(len(leaders)))
    members = np.union1d(followers, leaders[followers])
    journal.note_groups((bytes(digests[member]).hex(), bytes(digests[leaders[member]]).hex()) for member in members)
    return len(followers)


def _pairs(journal: Journal, plan: Plan, styles: Sequence[str]) -> Iterator[Pair]:
    """Yield every pair, sorted."""
    for digest, name, sizes, leader in journal.photos():
        for style in sorted(styles):
            for size in sorted(sizes, key=str):
                picture, cartoon = (plan.picture_of(kind, size, digest) for kind in ("photo", style))
                yield Pair(digest, style, split_of(leader or digest), picture, cartoon, name, leader)


def _relative(pairs: Iterable[Pair], style: str) -> Iterator[Pair]:
    """Yield ``pairs`` with paths relative to the folder of their style."""
    for pair in pairs:
        yield dataclasses.replace(pair, photo=f"../{pair.photo}", cartoon=pair.cartoon.removeprefix(f"{style}/"))


def _counted(pairs: Iterable[Pair], counts: Counter[str]) -> Iterator[Pair]:
    """Yield ``pairs``; count them by split."""
    for pair in pairs:
        counts[pair.split] += 1
        yield pair


def claim_folder(out: Path, recipe: bytes) -> None:
    """Write the recipe into the folder; raise DataError if its pairs were made by another recipe."""
    path = out / RECIPE_NAME
    if path.exists() and read_bytes(path) != recipe:
        raise DataError(f"{out}: its pairs were made with other options ({path.name}); choose another --out")
    write_whole(path, recipe)


def encode_recipe(recipe: dict[str, Any]) -> bytes:
    """The contents of build.json."""
    return (json.dumps(recipe, indent=1) + "\n").encode()


def _recipe(plan: Plan, styles: Sequence[str]) -> bytes:
    """The recipe as JSON: styles with their parameters, sizes, format, whether faces are drawn."""
    parameters: dict[str, dict[str, Any]] = {}
    for name in styles:
        style = find_style(name)
        parameters[name] = {}
        if dataclasses.is_dataclass(style) and not isinstance(style, type):
            parameters[name] = dataclasses.asdict(style)
    recipe = {"styles": parameters, "sizes": plan.sizes, "format": plan.suffix, "faces": can_find_faces()}
    return encode_recipe(recipe)


def remove_unfinished(out: Path) -> None:
    """Remove the temporary files of killed builds and lost workers."""
    for folder, _, names in os.walk(out):
        for name in names:
            if name.startswith(".") and name.endswith(UNFINISHED_SUFFIX):
                (Path(folder) / name).unlink(missing_ok=True)
