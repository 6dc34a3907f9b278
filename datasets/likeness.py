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
# The coarse hash finds candidates and the fine one decides. On 2,855 photos, a third of them portraits of one
# composition: a copy at half the size, recompressed, brightened or cut by 2% has at most 6 of 64 and 30 of 256 bits
# changed in 97 of 100 cases; different photos come as close as 4 of 64, but not closer than 32 of 256.
MOST_COARSE_BITS, MOST_FINE_BITS = 6, 30
COARSE_SIDE, FINE_SIDE = 8, 16  # a hash has as many bits as the square of its side
LIKENESS_WORDS = (COARSE_SIDE**2 + FINE_SIDE**2) // 64
# Coarse hashes that differ in at most 6 bits agree in 2 of 8 bytes at least (pigeonhole): only photos that share two
# bytes are compared, which spares comparing all with all.
COARSE_BYTES = 8
BYTES_SHARED = COARSE_BYTES - MOST_COARSE_BITS
HASHED_SIZE_WH = (128, 128)
# Comparisons at a time: bounds the memory.
COMPARED_AT_ONCE = 2**22


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
    count = len(hashes)
    # Equal hashes are one node, so that a thousand black pictures are not a million comparisons.
    unique, first, node = np.unique(hashes, axis=0, return_index=True, return_inverse=True)
    edges = [np.stack([np.arange(count), first[node]])]
    edges += [first[pair] for pair in _find_neighbours(unique)]
    frames = np.flatnonzero(clips >= 0)
    _, first_frame, clip = np.unique(clips[frames], return_index=True, return_inverse=True)
    edges.append(np.stack([frames, frames[first_frame[clip]]]))
    source, target = np.concatenate(edges, axis=1)
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
        starts = np.flatnonzero(np.diff(bucket[order], prepend=-1))
        sizes = np.diff(starts, append=len(order))
        for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
            yield from _find_close(hashes, order[start : start + size])


def _find_close(hashes: NDArray[np.uint64], members: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """As `_find_neighbours`, among the ``members`` of one bucket."""
    rows_at_once = max(1, COMPARED_AT_ONCE // len(members))
    for begin in range(0, len(members), rows_at_once):
        rows, others = members[begin : begin + rows_at_once], members[begin:]
        apart = np.bitwise_count(hashes[rows, :1] ^ hashes[None, others, 0])
        row, column = np.nonzero(apart <= MOST_COARSE_BITS)
        later = column > row  # each pair once, and none with itself
        pair = np.stack([rows[row[later]], others[column[later]]])
        fine_apart = np.bitwise_count(hashes[pair[0], 1:] ^ hashes[pair[1], 1:]).sum(axis=1)
        yield pair[:, fine_apart <= MOST_FINE_BITS]
