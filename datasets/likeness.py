"""Photos that look alike, and the side of the split that they share.

Two photos look alike when their perceptual hashes (DCT, Zauner 2010, from ImageHash) differ in few bits.
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

# Shares of train and validation; the rest is the test part.
TRAIN_SHARE, VALIDATION_SHARE = 0.8, 0.1
# The coarse hash finds candidates and the fine one decides. Measured on 2,855 photos, 195 of them portraits of one
# composition: different photos come as close as 4 of 64 bits, but not closer than 32 of 256. All copies of half the
# size, recompressed or grey are found, 99% of those cut by 2%, 96% of those brightened by a fifth.
MOST_COARSE_BITS, MOST_FINE_BITS = 6, 30
COARSE_SIDE, FINE_SIDE = 8, 16  # a hash has as many bits as the square of its side
LIKENESS_WORDS = (COARSE_SIDE**2 + FINE_SIDE**2) // 64
# Coarse hashes that differ in at most 6 bits agree in 2 of 8 bytes at least (pigeonhole): only photos that share two
# bytes are compared, which spares comparing all with all.
COARSE_BYTES = 8
BYTES_SHARED = COARSE_BYTES - MOST_COARSE_BITS
# Likenesses kept before groups are joined: bounds the memory where thousands look alike.
MOST_EDGES_WAITING = 2**18
# How far apart in a bucket photos are compared. A million photos share a bucket by fifteens; where thousands do, they
# are copies of few, and who is like another is found through those between or in one of the other buckets.
MOST_IN_BUCKET = 1000
HASHED_SIZE_WH = (128, 128)


def split_of(digest: str) -> str:
    """The part that a photo belongs to, by its content alone: more photos never move one to another side."""
    position = int(digest[:8], 16) / 16**8
    if position < TRAIN_SHARE:
        return "train"
    return "validation" if position < TRAIN_SHARE + VALIDATION_SHARE else "test"


def hash_likeness(rgb_u8: Uint8Array) -> str:
    """The coarse and the fine hash of ``(H, W, 3) uint8 RGB``: 16 and 64 hexadecimal digits."""
    picture = Image.fromarray(resize(rgb_u8, HASHED_SIZE_WH))
    return f"{imagehash.phash(picture, COARSE_SIDE)}{imagehash.phash(picture, FINE_SIDE)}"


def unpack_likeness(likeness: str) -> NDArray[np.uint64]:
    """What `hash_likeness` returned, as ``(LIKENESS_WORDS,) uint64``: the coarse hash, then the fine one."""
    return np.frombuffer(bytes.fromhex(likeness), ">u8").astype(np.uint64)


def find_leaders(hashes: NDArray[np.uint64], clips: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each photo the first photo of its group: those that look alike, directly or through others.

    Args:
        hashes: ``(N, LIKENESS_WORDS) uint64``, each from `unpack_likeness`.
        clips: ``(N,)``, the number of the clip that each is a frame of, or -1; the frames of a clip are one group.

    Returns:
        ``(N,)``, the position of each photo's leader; its own where it stands alone.
    """
    # Equal hashes are one node, so that a thousand black pictures are not a million comparisons.
    unique, first, node = np.unique(hashes, axis=0, return_index=True, return_inverse=True)
    leaders = np.asarray(first[node], np.int64)
    frames = np.flatnonzero(clips >= 0)
    _, first_frame, clip = np.unique(clips[frames], return_index=True, return_inverse=True)
    edges, waiting = [np.stack([frames, frames[first_frame[clip]]])], 0
    for pair in _find_neighbours(unique):
        ends = first[pair]
        edges.append(ends[:, leaders[ends[0]] != leaders[ends[1]]])
        waiting += edges[-1].shape[1]
        if waiting > MOST_EDGES_WAITING:
            leaders, edges, waiting = _join(leaders, edges), [], 0
    return _join(leaders, edges)


def _join(leaders: NDArray[np.int64], edges: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """``leaders`` once the photos at both ends of each edge are in one group."""
    count = len(leaders)
    source, target = np.concatenate([np.stack([np.arange(count), leaders]), *edges], axis=1)
    graph = coo_array((np.ones(len(source), bool), (source, target)), shape=(count, count))
    _, group = connected_components(graph, directed=False)
    _, leader = np.unique(group, return_index=True)  # the first of each group
    return np.asarray(leader[group], np.int64)


def _find_neighbours(hashes: NDArray[np.uint64]) -> Iterator[NDArray[np.int64]]:
    """``(2, M)`` positions of pairs of ``hashes`` that look alike."""
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
    """As `_find_neighbours`, among photos of the same ``bucket``, which stand side by side in ``order``."""
    here = np.arange(len(order))
    for step in range(1, MOST_IN_BUCKET):  # each with the next, then the next but one: ever fewer share the bucket
        here = here[: np.searchsorted(here, len(order) - step)]
        here = here[bucket[here] == bucket[here + step]]
        if not len(here):
            return
        pair = np.stack([order[here], order[here + step]])
        pair = pair[:, np.bitwise_count(hashes[pair[0], 0] ^ hashes[pair[1], 0]) <= MOST_COARSE_BITS]
        fine_bits = np.bitwise_count(hashes[pair[0], 1:] ^ hashes[pair[1], 1:]).sum(axis=1)
        yield pair[:, fine_bits <= MOST_FINE_BITS]
