"""Arithmetic on bytes in whole numbers: the same result on every processor, version and number of threads.

OpenCV's own multiplication with a scale, weighted sum and bilinear interpolation round differently on arm64, and its
averages leave open how they round. So finishes use these functions, and of OpenCV only what has one right result:
look-ups, saturating sums and differences, minima and maxima, and sums over squares.
"""

from __future__ import annotations

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
    product = np.empty_like(one) if dst is None else dst
    flat_one, flat_other, flat_product = one.reshape(-1), other.reshape(-1), product.reshape(-1)
    for start in range(0, one.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        wide = np.multiply(flat_one[part], flat_other[part], dtype=np.uint16)
        wide += full // 2
        wide //= full
        if full < 255:
            np.minimum(wide, _MOST[: wide.size], out=wide)
        flat_product[part] = wide
    return product


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
    ones, others, shares, blended = (each.reshape(-1) for each in (one, other, share, dst))
    for start in range(0, one.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        wide = np.multiply(ones[part], ~shares[part], dtype=np.uint16)
        wide += np.multiply(others[part], shares[part], dtype=np.uint16)
        wide += 127
        wide //= 255
        blended[part] = wide
    return dst


def blend_evenly(one: Uint8Array, other: Uint8Array, thirty_seconds: int, dst: Uint8Array) -> Uint8Array:
    """`blend` with the same share everywhere, in 1/32 of ``other``: 0..32."""
    ones, others, blended = (each.reshape(-1) for each in (one, other, dst))
    for start in range(0, one.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        wide = np.multiply(ones[part], np.uint16(32 - thirty_seconds), dtype=np.uint16)
        wide += np.multiply(others[part], np.uint16(thirty_seconds), dtype=np.uint16)
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


def _mean(sums: NDArray[Any], count: int) -> Uint8Array:
    """``sums`` of ``count`` bytes each, divided and rounded; ``sums`` is overwritten."""
    np.add(sums, count // 2, out=sums)
    return np.asarray(np.floor_divide(sums, count, out=sums), np.uint8)
