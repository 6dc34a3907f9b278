"""Photos to pairs of photo and cartoon, on all cores.

A pair is two PNG files named after the sha256 of the source photo; each appears whole or not at all, so a build that
was killed goes on where it stopped. The manifest is written last.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import cv2
from tqdm import tqdm

from celcam.errors import CelcamError, DataError, MediaError
from celcam.image_io import IMAGE_SUFFIXES, decode_image, read_bytes, write_image, write_whole
from celcam.manifest import Pair, write_manifest
from celcam.pixels import resize, size_for_short_side
from celcam.styles import find_style, stroke_scale

RECIPE_NAME = "build.json"
# Shares of train and validation; the rest is the test part.
TRAIN_SHARE, VALIDATION_SHARE = 0.8, 0.1
# A photo that would have to be enlarged by more than this has nothing to learn from.
LARGEST_ENLARGEMENT = 2.0
# Photos in the queue for each process: enough to keep it busy, few enough that memory does not grow with the folder.
QUEUED_PER_JOB = 4


@dataclass(frozen=True)
class Rejected:
    """A photo that gave no pair, and why."""

    source: str
    reason: str


@dataclass(frozen=True)
class BuildResult:
    """What a build made: pairs by split, photos rejected, photos that were there twice."""

    manifest: Path
    pairs: list[Pair]
    rejected: list[Rejected]
    duplicates: int


def build_pairs(photos: Path, style: str, out: Path, *, short_side: int, jobs: int, quiet: bool = False) -> BuildResult:
    """Draw every photo below ``photos`` in ``style`` and write pairs and manifest to ``out``.

    Raises:
        UnknownNameError: no such style.
        MediaError: ``photos`` holds no image, or ``out`` can't be written.
        DataError: ``out`` holds pairs made with other options.
    """
    find_style(style)
    sources = find_photos(photos)
    _claim_folder(out, {"style": style, "short_side": short_side})
    pairs: dict[str, Pair] = {}
    rejected: list[Rejected] = []
    duplicates = 0
    tasks = ((source, photos, style, out, short_side) for source in sources)
    progress = tqdm(total=len(sources), unit="photo", desc=f"{style} pairs", disable=quiet)
    with progress, ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_use_one_thread) as pool:
        for outcome in _run_all(pool, tasks, jobs * QUEUED_PER_JOB):
            progress.update()
            if isinstance(outcome, Rejected):
                rejected.append(outcome)
                progress.write(f"skipped: {outcome.reason}")
            elif outcome.digest in pairs:
                duplicates += 1
                pairs[outcome.digest] = min(outcome, pairs[outcome.digest])  # the same whatever process came first
            else:
                pairs[outcome.digest] = outcome
    if not pairs:
        raise MediaError(f"{photos}: none of its {len(sources)} images gave a pair; the reasons stand above")
    manifest = write_manifest(out, pairs.values())
    return BuildResult(manifest, sorted(pairs.values()), sorted(rejected, key=lambda r: r.source), duplicates)


def find_photos(folder: Path) -> list[Path]:
    """Every image file at or below ``folder``, sorted.

    Raises:
        MediaError: the folder is missing or holds no image.
    """
    if not folder.is_dir():
        raise MediaError(f"{folder}: no such folder; expected a folder of photos")
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file())
    if not found:
        raise MediaError(f"{folder}: no image in it; expected files such as {', '.join(sorted(IMAGE_SUFFIXES)[:4])}")
    return found


def split_of(digest: str) -> str:
    """The part that a photo belongs to, by its content alone: more photos never move one to another side."""
    position = int(digest[:8], 16) / 16**8
    if position < TRAIN_SHARE:
        return "train"
    return "validation" if position < TRAIN_SHARE + VALIDATION_SHARE else "test"


def make_pair(source: Path, root: Path, style: str, out: Path, short_side: int) -> Pair:
    """Write the pair of one photo, unless it is there already.

    Raises:
        MediaError: the photo can't be read or is too small, or ``out`` can't be written.
    """
    data = read_bytes(source)
    digest = hashlib.sha256(data).hexdigest()
    name = f"{digest[:32]}.png"
    pair = Pair(digest, style, split_of(digest), f"photo/{name}", f"{style}/{name}", str(source.relative_to(root)))
    # The cartoon is written last: where it is, the pair is whole.
    if (out / pair.cartoon).exists() and (out / pair.photo).exists():
        return pair
    full = decode_image(data, source)
    height, width = full.shape[:2]
    if min(width, height) * LARGEST_ENLARGEMENT < short_side:
        raise MediaError(
            f"{source}: too small ({width}x{height}); expected a short side of {short_side / 2:.0f} or more"
        )
    photo = resize(full, size_for_short_side((width, height), short_side))
    write_image(out / pair.photo, photo)
    write_image(out / pair.cartoon, find_style(style).draw(photo, stroke_scale(photo)))
    return pair


def _claim_folder(out: Path, recipe: dict[str, object]) -> None:
    """Note in ``out`` how its pairs are made; refuse a folder made otherwise."""
    style = find_style(str(recipe["style"]))
    if dataclasses.is_dataclass(style) and not isinstance(style, type):
        recipe = recipe | {"parameters": dataclasses.asdict(style)}
    path = out / RECIPE_NAME
    if path.exists():
        made_with = json.loads(read_bytes(path))
        if made_with != recipe:
            raise DataError(f"{out}: its pairs were made with other options ({path.name}); choose another --out")
        return
    write_whole(path, (json.dumps(recipe, indent=1) + "\n").encode())


def _use_one_thread() -> None:
    cv2.setNumThreads(1)  # one process a core; more threads would fight


def _try_pair(source: Path, root: Path, style: str, out: Path, short_side: int) -> Pair | Rejected:
    try:
        return make_pair(source, root, style, out, short_side)
    except CelcamError as error:
        return Rejected(str(source), str(error))


Task = tuple[Path, Path, str, Path, int]


def _run_all(pool: ProcessPoolExecutor, tasks: Iterator[Task], queued: int) -> Iterator[Pair | Rejected]:
    """Results as they come, with at most ``queued`` tasks waiting."""
    waiting: set[Future[Pair | Rejected]] = {pool.submit(_try_pair, *task) for task in islice(tasks, queued)}
    while waiting:
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for task in islice(tasks, len(done)):
            waiting.add(pool.submit(_try_pair, *task))
        for future in done:
            yield future.result()


def count_splits(pairs: Sequence[Pair]) -> str:
    """``"15 train, 2 validation, 2 test"``."""
    counts = {split: sum(pair.split == split for pair in pairs) for split in ("train", "validation", "test")}
    return ", ".join(f"{count} {split}" for split, count in counts.items())
