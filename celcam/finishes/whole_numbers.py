"""Arithmetic on bytes in whole numbers: the same result on every processor, version and number of threads.

OpenCV's own multiplication with a scale and bilinear interpolation round differently on arm64, and its weighted sums
and averages leave open how they round. So finishes use these functions, and of OpenCV only what has one right result:
look-ups, saturating sums and differences, minima and maxima, and sums over squares.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from celcam.arrays import Uint8Array

# Bytes that are worked on at once: few enough for the processor's cache.
_CHUNK = 1 << 16
_MOST = np.full(_CHUNK, 255, np.uint16)
# Sums over squares of this side and larger need more than 16 bits.
_WIDE = 16


def multiply(one: Uint8Array, other: Uint8Array, full: int, dst: Uint8Array | None = None) -> Uint8Array:
    """``one * other / full``, rounded, at most 255.

    Args:
        one: uint8 of any shape, contiguous.
        other: of the same shape, contiguous.
        full: the value of ``other`` that changes nothing. Odd, so that no quotient lies halfway between two bytes.
        dst: for the result, may be ``one`` or ``other``.

    Returns:
        The same shape, uint8.
    """
    product = np.empty(one.shape, np.uint8) if dst is None else dst
    if _opencv_multiplies_exactly(full):
        return np.asarray(cv2.multiply(one, other, dst=product, scale=1 / full), np.uint8)
    return _multiply(one, other, full, product)


def paint(one: Uint8Array, amount: Uint8Array, full: int, dst: Uint8Array | None = None) -> Uint8Array:
    """What ``one`` lacks to white, multiplied by ``amount / full``: no amount leaves white paper.

    Args:
        one: uint8 of any shape, contiguous.
        amount: of the same shape, contiguous.
        full: the amount that changes nothing; odd, as in `multiply`.
        dst: for the result, may be one of them.

    Returns:
        The same shape, uint8.
    """
    lack = np.asarray(cv2.bitwise_not(one, dst=dst), np.uint8)
    return np.asarray(cv2.bitwise_not(multiply(lack, amount, full, dst=lack), dst=lack), np.uint8)


def blend(one: Uint8Array, other: Uint8Array, share: Uint8Array, dst: Uint8Array) -> Uint8Array:
    """``one`` where ``share`` is 0, ``other`` where it is 255, and a way between.

    Args:
        one: uint8 of any shape, contiguous.
        other: of the same shape, contiguous.
        share: of the same shape, contiguous.
        dst: for the result, may be one of them.

    Returns:
        ``dst``.
    """
    more = multiply(other, share, 255)
    less = multiply(one, np.asarray(cv2.bitwise_not(share), np.uint8), 255, dst=dst)
    return np.asarray(cv2.add(less, more, dst=less), np.uint8)


def blend_evenly(one: Uint8Array, other: Uint8Array, thirty_seconds: int, dst: Uint8Array) -> Uint8Array:
    """`blend` with the same share everywhere, 0..32 of 32, rounded once."""
    for part, (ones, others, blended), (wide, more) in _chunks((one, other, dst), 2):
        np.multiply(ones[part], np.uint16(32 - thirty_seconds), out=wide, dtype=np.uint16)
        wide += np.multiply(others[part], np.uint16(thirty_seconds), out=more, dtype=np.uint16)
        wide += 16
        wide >>= 5
        blended[part] = wide
    return dst


def blur(plane: Uint8Array, side: int) -> Uint8Array:
    """The mean of the square around each byte, rounded; beyond the border the picture is mirrored.

    Args:
        plane: ``(H, W) or (H, W, C) uint8``.
        side: of the square, in pixels; odd.

    Returns:
        The same shape, uint8.
    """
    depth, kind = (cv2.CV_16U, np.uint16) if side < _WIDE else (cv2.CV_32S, np.uint32)
    sums: NDArray[Any] = np.asarray(cv2.boxFilter(plane, depth, (side, side), normalize=False)).view(kind)
    return _mean(sums, side * side)


def shrink(picture: Uint8Array, factor: int) -> Uint8Array:
    """The mean of each square of ``factor`` x ``factor`` pixels, rounded; a last square that is not full is left out.

    Args:
        picture: ``(H, W) or (H, W, C) uint8``.
        factor: 1 or more.

    Returns:
        ``(max(1, H // factor), max(1, W // factor), ...) uint8``.
    """
    if picture.ndim == 3:
        planes = [shrink(np.asarray(plane, np.uint8), factor) for plane in cv2.split(picture)]
        return np.asarray(cv2.merge(planes), np.uint8)
    height, width = picture.shape
    if factor == 2 and not height % 2 and not width % 2:  # one of OpenCV's averages has a fixed rounding, halves up
        return np.asarray(cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)
    down, across = (min(factor, side) for side in picture.shape)
    rows, columns = (side // step * step for side, step in zip(picture.shape, (down, across), strict=True))
    tall: NDArray[Any] = picture[0:rows:down].astype(np.uint16 if factor < _WIDE else np.uint32)
    for row in range(1, down):
        tall += picture[row:rows:down]
    sums = tall[:, 0:columns:across].copy()
    for column in range(1, across):
        sums += tall[:, column:columns:across]
    return _mean(sums, down * across)


def stretch(small: Uint8Array, factor: int, size_wh: tuple[int, int], dst: Uint8Array | None = None) -> Uint8Array:
    """A picture that `shrink` made smaller, large again: bilinear interpolation in fixed point, OpenCV's bit-exact one.

    Args:
        small: ``(h, w) or (h, w, C) uint8``.
        factor: that it was shrunk by.
        size_wh: that it had.
        dst: for the result.

    Returns:
        ``(size_wh[1], size_wh[0], ...) uint8``; pixels that `shrink` left out repeat those next to them.
    """
    whole_wh = (small.shape[1] * min(factor, size_wh[0]), small.shape[0] * min(factor, size_wh[1]))
    right, bottom = size_wh[0] - whole_wh[0], size_wh[1] - whole_wh[1]
    if not right and not bottom:
        return np.asarray(cv2.resize(small, whole_wh, dst=dst, interpolation=cv2.INTER_LINEAR_EXACT), np.uint8)
    whole = cv2.resize(small, whole_wh, interpolation=cv2.INTER_LINEAR_EXACT)
    return np.asarray(cv2.copyMakeBorder(whole, 0, bottom, 0, right, cv2.BORDER_REPLICATE, dst=dst), np.uint8)


def _multiply(one: Uint8Array, other: Uint8Array, full: int, dst: Uint8Array) -> Uint8Array:
    """`multiply` in 16-bit numbers."""
    for part, (ones, others, products), (wide,) in _chunks((one, other, dst), 1):
        np.multiply(ones[part], others[part], out=wide, dtype=np.uint16)
        wide += full // 2
        wide //= full
        if full < 255:
            np.minimum(wide, _MOST[: wide.size], out=wide)
        products[part] = wide
    return dst


@functools.cache
def _opencv_multiplies_exactly(full: int) -> bool:
    """Whether OpenCV's product of each pair of bytes is the nearest byte on this machine; it is faster.

    On x86-64 it is, on arm64 with OpenCV 4.11 it is not.
    """
    pairs = np.mgrid[:256, :256].astype(np.uint8).reshape(2, -1)
    for columns in (256, 257):  # vector instructions, and what is left at the end of a row
        one, other = (np.ascontiguousarray(np.resize(each, (256, columns))) for each in pairs)
        drawn = cv2.multiply(one, other, scale=1 / full)
        if not np.array_equal(drawn, _multiply(one, other, full, np.empty_like(one))):
            return False
    return True


def _chunks(
    arrays: Sequence[Uint8Array], scratch: int
) -> Iterator[tuple[slice, list[Uint8Array], list[NDArray[np.uint16]]]]:
    """Part by part of some arrays: where it lies, the arrays flat, and room for as many 16-bit arrays of its length."""
    flat = [each.reshape(-1) for each in arrays]
    room = np.empty((scratch, min(_CHUNK, flat[0].size)), np.uint16)
    for start in range(0, flat[0].size, _CHUNK):
        length = min(_CHUNK, flat[0].size - start)
        yield slice(start, start + length), flat, [row[:length] for row in room]


def _mean(sums: NDArray[Any], count: int) -> Uint8Array:
    """``sums`` of ``count`` bytes each, divided and rounded; ``sums`` is overwritten."""
    np.add(sums, count // 2, out=sums)
    return np.asarray(np.floor_divide(sums, count, out=sums), np.uint8)
