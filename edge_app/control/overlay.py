"""Text over the picture: figures, keys and notices."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence

import cv2

from celcam.arrays import Uint8Array
from edge_app.flow.stats import LATENCY
from edge_app.session import Session

FONT = cv2.FONT_HERSHEY_SIMPLEX
LINES_PER_PICTURE = 24  # the height of a line, as a fraction of the picture's height
LEAST_STEP = 10  # pixels from line to line
NOTICE_S = 6.0
# OpenCV's font has ASCII letters only. Other characters lose their accents, or become one of these, or "?".
PLAIN = str.maketrans({"°": "", "×": "x", "–": "-", "—": "-", "…": "...", "‘": "'", "’": "'", "“": '"', "”": '"'})


def figure_lines(session: Session) -> list[str]:
    """The figures of this moment: look and size, rate, drawing time and latency."""
    view, stats = session.controls.view, session.stats
    size = f" {view.size_wh[0]}x{view.size_wh[1]}" if view.size_wh else ""
    lines = [f"{view.look}{size}", f"{stats.recent_fps:.1f} frames per second"]
    for stage, about in (("stylize", "drawing"), ("finish", "finish"), (LATENCY, "latency")):
        median_ms = stats.median_ms(stage)
        if median_ms is not None:
            lines.append(f"{median_ms:.0f} ms {about}")
    if view.recording:
        lines.append("recording")
    return lines


def write_lines(rgb_u8: Uint8Array, lines: Sequence[str], *, at_bottom: bool = False) -> None:
    """Write text into a picture, white with a black edge; lines that are too long are wrapped.

    Args:
        rgb_u8: ``(H, W, 3) uint8 RGB``; is changed.
        lines: any text. Lines that do not fit below the others are dropped.
        at_bottom: start so that the last line is at the bottom, instead of at the top.
    """
    height, width = rgb_u8.shape[:2]
    step = max(LEAST_STEP, height // LINES_PER_PICTURE)
    scale, thick, left = step / 32.0, max(1, step // 16), step // 2
    wrapped = [part for line in lines for part in _wrap(ascii_text(line), width - 2 * left, scale, thick)]
    wrapped = wrapped[: max(1, height // step)]
    top = height - step * len(wrapped) if at_bottom else step
    for number, line in enumerate(wrapped):
        place = (left, top + number * step)
        cv2.putText(rgb_u8, line, place, FONT, scale, (0, 0, 0), 3 * thick, cv2.LINE_AA)
        cv2.putText(rgb_u8, line, place, FONT, scale, (255, 255, 255), thick, cv2.LINE_AA)


def ascii_text(text: str) -> str:
    """``text`` in the letters of OpenCV's font: "81 °C" to "81 C", "Zürich" to "Zurich", other characters to "?"."""
    decomposed = unicodedata.normalize("NFKD", text.translate(PLAIN))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in letters)


@functools.lru_cache(maxsize=128)  # the same lines come with every frame
def _wrap(text: str, width: int, scale: float, thick: int) -> tuple[str, ...]:
    """``text`` in lines of at most ``width`` pixels, broken between words, or within a word that is too long."""
    lines, rest = [], text
    while rest and _width(rest, scale, thick) > width:
        fits = next((count for count in range(len(rest) - 1, 1, -1) if _width(rest[:count], scale, thick) <= width), 1)
        space = rest.rfind(" ", 1, fits + 1)
        end = space if space > 0 else fits
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return (*lines, rest) if rest else tuple(lines)


def _width(text: str, scale: float, thick: int) -> int:
    return int(cv2.getTextSize(text, FONT, scale, 3 * thick)[0][0])
