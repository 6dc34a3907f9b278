"""Contact sheets: rows of pictures on a white background."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.pixels import resize

GAP = 4
WHITE = 255
TITLE_HEIGHT, CAPTION_HEIGHT = 24, 20
INK = (40, 40, 40)


def contact_sheet(
    rows: Sequence[Sequence[Uint8Array]], *, height: int, width: int = 0, titles: Sequence[str] = ()
) -> Uint8Array:
    """Draw a contact sheet; each row shows related pictures side by side.

    Args:
        rows: each a few ``(H, W, 3) uint8 RGB`` pictures, such as photo and cartoon.
        height: height of every picture on the sheet in pixels.
        width: short rows share a line up to this width in pixels; 0 gives each row its own line.
        titles: names of the pictures of a row, written at the top.

    Returns:
        ``(H, W, 3) uint8 RGB`` on white.
    """
    lines: list[list[Uint8Array]] = []
    for row in rows:
        strip = _strip(row, height)
        if lines and sum(placed.shape[1] for placed in lines[-1]) + strip.shape[1] <= width:
            lines[-1].append(strip)
        else:
            lines.append([strip])
    joined = [np.hstack(line) for line in lines]
    widest = max(line.shape[1] for line in joined)
    if titles:
        joined.insert(0, _title_line(titles, widest))
    return np.asarray(np.vstack([_pad(line, line.shape[0], widest) for line in joined]), np.uint8)


def captioned(picture: Uint8Array, text: str) -> Uint8Array:
    """``(H, W, 3) uint8 RGB`` with a line of text below: `CAPTION_HEIGHT` pixels higher and `GAP` pixels wider."""
    height, width = picture.shape[:2]
    cell = _pad(picture, height + CAPTION_HEIGHT, width + GAP)
    cv2.putText(cell, text, (1, height + 13), cv2.FONT_HERSHEY_SIMPLEX, 0.4, INK, 1, cv2.LINE_AA)
    return cell


def _strip(row: Sequence[Uint8Array], height: int) -> Uint8Array:
    """The pictures of a row side by side: a gap after each picture, a wider gap after the last and below."""
    scaled = [resize(picture, (round(picture.shape[1] * height / picture.shape[0]), height)) for picture in row]
    joined = np.hstack([_pad(picture, height, picture.shape[1] + GAP) for picture in scaled])
    return _pad(joined, height + 2 * GAP, joined.shape[1] + 2 * GAP)


def _pad(picture: Uint8Array, height: int, width: int) -> Uint8Array:
    fill = ((0, height - picture.shape[0]), (0, width - picture.shape[1]), (0, 0))
    return np.pad(picture, fill, constant_values=WHITE)


def _title_line(titles: Sequence[str], width: int) -> Uint8Array:
    line = np.full((TITLE_HEIGHT, width, 3), WHITE, np.uint8)
    text = " | ".join(titles)
    cv2.putText(line, text, (2, TITLE_HEIGHT - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.5, INK, 1, cv2.LINE_AA)
    return line
