"""Contact sheets: pictures side by side."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.pixels import resize

GAP = 4
WHITE = 255
TITLE_HEIGHT = 24


def contact_sheet(
    rows: Sequence[Sequence[Uint8Array]], *, height: int, columns: int = 1, titles: Sequence[str] = ()
) -> Uint8Array:
    """Rows of pictures under each other, ``columns`` rows beside each other.

    Args:
        rows: each a few ``(H, W, 3) uint8 RGB`` that belong together, such as photo and cartoon.
        height: of every picture on the sheet, in pixels.
        columns: how many rows stand side by side.
        titles: written above the pictures of a row, in the first line of the sheet.

    Returns:
        ``(H, W, 3) uint8 RGB`` on white.
    """
    strips = [_strip(row, height) for row in rows]
    width = max(strip.shape[1] for strip in strips)
    strips = [_pad(strip, height + GAP, width + 2 * GAP) for strip in strips]
    while len(strips) % columns:
        strips.append(np.full_like(strips[0], WHITE))
    lines = [np.hstack(strips[first : first + columns]) for first in range(0, len(strips), columns)]
    if titles:
        lines.insert(0, _title_line(titles, width + 2 * GAP, columns))
    return np.asarray(np.vstack(lines), np.uint8)


def _strip(row: Sequence[Uint8Array], height: int) -> Uint8Array:
    scaled = [resize(picture, (round(picture.shape[1] * height / picture.shape[0]), height)) for picture in row]
    return np.hstack([_pad(picture, height, picture.shape[1] + GAP) for picture in scaled])


def _pad(picture: Uint8Array, height: int, width: int) -> Uint8Array:
    fill = ((0, height - picture.shape[0]), (0, width - picture.shape[1]), (0, 0))
    return np.pad(picture, fill, constant_values=WHITE)


def _title_line(titles: Sequence[str], width: int, columns: int) -> Uint8Array:
    line = np.full((TITLE_HEIGHT, width, 3), WHITE, np.uint8)
    text = " | ".join(titles)
    cv2.putText(line, text, (2, TITLE_HEIGHT - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40, 40, 40), 1, cv2.LINE_AA)
    return np.hstack([line] * columns)
