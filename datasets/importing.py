"""Import pairs that others drew: check them, scale them and write the folder that a training reads.

The folder is that of `datasets.build`, without the journal: an import draws nothing, so it starts from the beginning.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import BadPhotoError, MediaError, UnwritableError
from celcam.image_io import read_bytes, write_whole
from celcam.manifest import SPLITS, Pair, write_manifest
from celcam.media.photos import read_image
from celcam.pixels import resize, to_short_side
from celcam.progress import Progress
from datasets.alignment import have_one_shape, measure_alignment
from datasets.build import BuildResult, claim_folder, encode_recipe, remove_unfinished
from datasets.near_duplicates import find_leaders, perceptual_hash, split_of, unpack_hash
from datasets.own_pairs import FoundPairs, PairFiles
from datasets.pair import UNWRITABLE, Plan, fitting_sizes, returning_faults, write_picture
from datasets.photo import Rejected, printable
from datasets.rejected import REJECTED_NAME, RejectedPrinter
from datasets.workers import WorkerLostError, Workers, open_workers


@dataclass(frozen=True)
class Hashed:
    """A pair with the digests of its files."""

    files: PairFiles
    digest: str  # sha256 of the photo's file
    target_digest: str


@dataclass(frozen=True)
class Imported:
    """A pair whose pictures are on disk."""

    digest: str
    name: str
    phash: str  # perceptual hash of the photo, hexadecimal


def import_pairs(found: FoundPairs, plan: Plan, *, jobs: int, align: bool, quiet: bool = False) -> BuildResult:
    """Write pairs and manifest.

    Args:
        found: from `datasets.own_pairs`.
        plan: output folder, one size and one style, which names the look.
        jobs: number of processes.
        align: reject a pair whose target shows other content or is shifted.
        quiet: show no progress bar.

    Raises:
        MediaError: no usable pair, or the disk is full.
        DataError: the folder contains pairs made with other options.
    """
    rejected: list[Rejected] = []
    printer = RejectedPrinter()

    def reject(fault: Rejected) -> None:
        rejected.append(fault)
        printer.print(fault)

    different = list(_without_repeats(found, reject))
    claim_folder(plan.out, _recipe(plan, align))
    remove_unfinished(plan.out)
    with (
        open_workers(jobs, None) as workers,
        Progress(f"{plan.styles[0]} pairs", len(different), "pairs", quiet=quiet) as progress,
    ):
        imported = list(_write_all(different, plan, workers, progress, align=align, reject=reject))
    lines = sorted(rejected, key=lambda fault: (fault.source, fault.kind))
    write_whole(
        plan.out / REJECTED_NAME, (f"{json.dumps(asdict(each), ensure_ascii=False)}\n".encode() for each in lines)
    )
    if not imported:
        raise MediaError(f"{plan.out}: none of the {len(rejected)} pairs can be used; see {plan.out / REJECTED_NAME}")
    pairs = list(_with_splits(imported, plan))
    counts = Counter(pair.split for pair in pairs)
    near_duplicates = sum(bool(pair.group) and pair.group != pair.digest for pair in pairs)
    manifest = write_manifest(plan.out, pairs)
    return BuildResult(manifest, dict.fromkeys(SPLITS, 0) | counts, len(rejected), 0, near_duplicates)


def _without_repeats(found: FoundPairs, reject: Callable[[Rejected], None]) -> Iterator[Hashed]:
    """Yield the pairs; reject photos that occur twice, and targets that several photos share."""
    hashed: list[Hashed] = []
    for files in found:
        outcome = files if isinstance(files, Rejected) else returning_faults(str(files.photo), partial(_hash, files))
        if isinstance(outcome, Rejected):
            reject(outcome)
        else:
            hashed.append(outcome)
    photos_of = Counter(target for _, target in {(pair.digest, pair.target_digest) for pair in hashed})
    names: dict[str, str] = {}
    for pair in sorted(hashed, key=lambda pair: pair.files.name):
        place = printable(pair.files.target)
        if pair.digest in names:
            first = names[pair.digest]
            reject(Rejected(place, "duplicate", f"{place}: its photo {pair.files.name} is the same file as {first}"))
            continue
        names[pair.digest] = pair.files.name
        if photos_of[pair.target_digest] > 1:
            several = photos_of[pair.target_digest]
            reject(Rejected(place, "repeated target", f"{place}: the target of {several} photos; expected one of each"))
        else:
            yield pair


def _hash(files: PairFiles) -> Hashed:
    digests = []
    for path in dict.fromkeys((files.photo, files.target)):
        try:
            digests.append(hashlib.sha256(read_bytes(path)).hexdigest())
        except MediaError as error:
            raise BadPhotoError("unreadable", str(error)) from error
    return Hashed(files, digests[0], digests[-1])


def _write_all(
    pairs: Iterable[Hashed],
    plan: Plan,
    workers: Workers,
    progress: Progress,
    *,
    align: bool,
    reject: Callable[[Rejected], None],
) -> Iterator[Imported]:
    for pair, outcome in workers.run(partial(_try_to_import, plan=plan, align=align), pairs):
        progress.advance()
        if isinstance(outcome, WorkerLostError):
            place = printable(pair.files.photo)
            outcome = Rejected(place, "killed its worker", f"{place}: {outcome}")
        if not isinstance(outcome, Rejected):
            yield outcome
        elif outcome.kind == UNWRITABLE:
            raise UnwritableError(outcome.reason)
        else:
            reject(outcome)


def _try_to_import(pair: Hashed, plan: Plan, align: bool) -> Imported | Rejected:
    return returning_faults(printable(pair.files.target), partial(_import_pair, pair, plan, align))


def _import_pair(pair: Hashed, plan: Plan, align: bool) -> Imported:
    """Check one pair and write its pictures, both at the size of the photo.

    Raises:
        BadPhotoError: a picture can't be used, or they don't belong together.
        UnwritableError: a picture can't be written.
    """
    cv2.setNumThreads(1)  # there is one process per core
    photo, target = _read_pair(pair.files, plan.max_megapixels)
    place = printable(pair.files.target)
    if not have_one_shape(photo, target):
        sizes = [f"{picture.shape[1]}x{picture.shape[0]}" for picture in (photo, target)]
        message = f"{place}: is {sizes[1]}, but its photo is {sizes[0]}; expected the same shape, uncropped"
        raise BadPhotoError("other shape", message)
    for picture in (photo, target):
        (size,) = fitting_sizes(picture, place, plan.sizes)
    fault = measure_alignment(photo, target).fault() if align else ""
    if fault:
        raise BadPhotoError("not aligned", f"{place}: {fault}; draw it again, or keep it with --unaligned")
    small = to_short_side(photo, size)
    for kind, picture in (("photo", small), (plan.styles[0], resize(target, (small.shape[1], small.shape[0])))):
        write_picture(plan.out / plan.picture_of(kind, size, pair.digest), picture)
    return Imported(pair.digest, pair.files.name, perceptual_hash(photo))


def _read_pair(files: PairFiles, max_megapixels: float) -> tuple[Uint8Array, Uint8Array]:
    """Photo and target, ``(H, W, 3) uint8 RGB`` each, of sizes of their own; raises BadPhotoError."""
    photo = read_image(files.photo, max_megapixels=max_megapixels)
    if not files.photo_side:
        return photo, read_image(files.target, max_megapixels=max_megapixels)
    width = photo.shape[1]
    if width % 2:
        message = (
            f"{files.photo}: is {width} pixels wide; expected an even width: two pictures of one size side by side"
        )
        raise BadPhotoError("odd width", message)
    left, right = photo[:, : width // 2].copy(), photo[:, width // 2 :].copy()
    return (left, right) if files.photo_side == "left" else (right, left)


def _with_splits(imported: list[Imported], plan: Plan) -> Iterator[Pair]:
    """Yield the pairs, sorted; near-duplicates are in the split of the smallest digest of their group."""
    imported.sort(key=lambda pair: pair.digest)
    hashes = np.stack([unpack_hash(pair.phash) for pair in imported])
    leaders = find_leaders(hashes, np.full(len(imported), -1, np.int64))
    sizes = Counter(leaders.tolist())
    for pair, leader in zip(imported, leaders.tolist(), strict=True):
        group = imported[leader].digest if sizes[leader] > 1 else ""
        picture, target = (plan.picture_of(kind, plan.sizes[0], pair.digest) for kind in ("photo", *plan.styles))
        yield Pair(pair.digest, plan.styles[0], split_of(group or pair.digest), picture, target, pair.name, group)


def _recipe(plan: Plan, align: bool) -> bytes:
    """The recipe as JSON: the name of the look, size and format."""
    styles: dict[str, dict[str, object]] = {plan.styles[0]: {}}
    return encode_recipe({"styles": styles, "sizes": plan.sizes, "format": plan.suffix, "imported": {"aligned": align}})
