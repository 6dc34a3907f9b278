"""Find near-duplicate photos, which must stay in the same split.

Two photos are near-duplicates if their perceptual hashes (DCT, Zauner 2010, computed by ImageHash) differ in few bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from celcam.arrays import Uint8Array
from celcam.pixels import resize

# Shares of the training and validation splits; the rest is the test split.
TRAIN_SHARE, VALIDATION_SHARE = 0.8, 0.1
# The coarse hash finds candidates; the fine hash decides. Measured on 2,855 photos, 195 of them portraits of one
# composition: different photos differ in at least 4 of 64 bits and 32 of 256 bits. These limits find all copies that
# are halved in size, recompressed or grey, 99% of copies cropped by 2%, and 96% of copies brightened by a fifth.
MAX_COARSE_BITS, MAX_FINE_BITS = 6, 30
COARSE_SIDE, FINE_SIDE = 8, 16  # a hash has SIDE * SIDE bits
HASH_WORDS = (COARSE_SIDE**2 + FINE_SIDE**2) // 64
# Coarse hashes that differ in at most 6 bits share at least 2 of their 8 bytes (pigeonhole principle). So only photos
# that share two bytes are compared.
COARSE_BYTES = 8
BYTES_SHARED = COARSE_BYTES - MAX_COARSE_BITS
# Groups are merged after this many edges, which bounds the memory if there are thousands of near-duplicates.
MAX_PENDING_EDGES = 2**18
# Photos are compared up to this distance within a bucket. Of a million different photos, about fifteen share a bucket.
# Buckets of thousands contain copies of few photos; the copies are linked through others, or in another bucket.
MAX_BUCKET_DISTANCE = 1000
HASHED_SIZE_WH = (128, 128)


def split_of(digest: str) -> str:
    """The split of a photo, by its content alone: adding photos never moves a photo to another split.

    Args:
        digest: sha256 of the photo, hexadecimal.

    Returns:
        "train", "validation" or "test".
    """
    position = int(digest[:8], 16) / 16**8
    if position < TRAIN_SHARE:
        return "train"
    return "validation" if position < TRAIN_SHARE + VALIDATION_SHARE else "test"


def perceptual_hash(rgb_u8: Uint8Array) -> str:
    """The coarse and the fine hash of ``(H, W, 3) uint8 RGB``: 16 + 64 hexadecimal digits."""
    picture = Image.fromarray(resize(rgb_u8, HASHED_SIZE_WH))
    return f"{imagehash.phash(picture, COARSE_SIDE)}{imagehash.phash(picture, FINE_SIDE)}"


def unpack_hash(phash: str) -> NDArray[np.uint64]:
    """Convert the result of `perceptual_hash` to ``(HASH_WORDS,) uint64``: the coarse hash, then the fine hash."""
    return np.frombuffer(bytes.fromhex(phash), ">u8").astype(np.uint64)


def find_leaders(hashes: NDArray[np.uint64], clips: NDArray[np.int64]) -> NDArray[np.int64]:
    """Group near-duplicates; a group contains photos linked directly or through other photos.

    Args:
        hashes: ``(N, HASH_WORDS) uint64``, each from `unpack_hash`.
        clips: ``(N,) int64``, the number of the clip that a photo is a frame of, or -1; a clip's frames are one group.

    Returns:
        ``(N,) int64``, the index of the first photo of each photo's group; its own index if it has no near-duplicate.
    """
    # Equal hashes are one node; otherwise a thousand black pictures would need a million comparisons.
    unique, first, node = np.unique(hashes, axis=0, return_index=True, return_inverse=True)
    leaders = np.asarray(first[node], np.int64)
    frames = np.flatnonzero(clips >= 0)
    _, first_frame, clip = np.unique(clips[frames], return_index=True, return_inverse=True)
    edges, pending = [np.stack([frames, frames[first_frame[clip]]])], 0
    for pair in _find_neighbours(unique):
        ends = first[pair]
        edges.append(ends[:, leaders[ends[0]] != leaders[ends[1]]])
        pending += edges[-1].shape[1]
        if pending > MAX_PENDING_EDGES:
            leaders, edges, pending = _join(leaders, edges), [], 0
    return _join(leaders, edges)


def _join(leaders: NDArray[np.int64], edges: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Merge the groups at the two ends of each edge; return the new leaders."""
    count = len(leaders)
    source, target = np.concatenate([np.stack([np.arange(count), leaders]), *edges], axis=1)
    graph = coo_array((np.ones(len(source), bool), (source, target)), shape=(count, count))
    _, group = connected_components(graph, directed=False)
    _, leader = np.unique(group, return_index=True)  # the first index of each group
    return np.asarray(leader[group], np.int64)


def _find_neighbours(hashes: NDArray[np.uint64]) -> Iterator[NDArray[np.int64]]:
    """Yield ``(2, M) int64`` indices of pairs of near-duplicate ``hashes``."""
    shifts = np.arange(COARSE_BYTES, dtype=np.uint64) * np.uint64(8)
    coarse_bytes = ((hashes[:, :1] >> shifts) & np.uint64(0xFF)).astype(np.int64)
    for chosen in combinations(range(COARSE_BYTES), BYTES_SHARED):
        bucket = np.zeros(len(hashes), np.int64)
        for column in chosen:
            bucket = (bucket << 8) | coarse_bytes[:, column]
        order = np.argsort(bucket, kind="stable")
        yield from _find_close(hashes, order, bucket[order])


def _find_close(
    hashes: NDArray[np.uint64], order: NDArray[np.int64], bucket: NDArray[np.int64]
) -> Iterator[NDArray[np.int64]]:
    """Like `_find_neighbours`, among photos of the same ``bucket``, which are adjacent in ``order``."""
    here = np.arange(len(order))
    for step in range(1, MAX_BUCKET_DISTANCE):  # compare photos ``step`` apart; fewer share a bucket each time
        here = here[: np.searchsorted(here, len(order) - step)]
        here = here[bucket[here] == bucket[here + step]]
        if not len(here):
            return
        pair = np.stack([order[here], order[here + step]])
        pair = pair[:, np.bitwise_count(hashes[pair[0], 0] ^ hashes[pair[1], 0]) <= MAX_COARSE_BITS]
        fine_bits = np.bitwise_count(hashes[pair[0], 1:] ^ hashes[pair[1], 1:]).sum(axis=1)
        yield pair[:, fine_bits <= MAX_FINE_BITS]
