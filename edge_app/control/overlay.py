"""Words over the picture: figures, keys, and what the app has to say."""

from __future__ import annotations

from collections.abc import Sequence

import cv2

from celcam.arrays import Uint8Array
from edge_app.flow.stats import LATENCY
from edge_app.session import Session

FONT = cv2.FONT_HERSHEY_SIMPLEX
LINES_PER_PICTURE = 24  # letters are as high as if so many lines filled the picture
NOTICE_S = 6.0


def figure_lines(session: Session) -> list[str]:
    """The figures of this moment: look and size, rate, and where the time goes."""
    view, stats = session.controls.view, session.stats
    size = f" {view.size_wh[0]}x{view.size_wh[1]}" if view.size_wh else ""
    lines = [f"{view.look}{size}", f"{stats.recent_fps:.1f} frames per second"]
    for stage, about in (("stylize", "drawing"), (LATENCY, "behind the camera")):
        median_ms = stats.median_ms(stage)
        if median_ms is not None:
            lines.append(f"{median_ms:.0f} ms {about}")
    if view.recording:
        lines.append("recording")
    return lines


def write_lines(rgb_u8: Uint8Array, lines: Sequence[str], *, at_bottom: bool = False) -> None:
    """Write ``lines`` into ``(H, W, 3) uint8 RGB``, white with a black edge, from the top or the bottom left corner."""
    height = rgb_u8.shape[0]
    step = max(10, height // LINES_PER_PICTURE)
    scale, thick = step / 32.0, max(1, step // 16)
    top = height - step * len(lines) if at_bottom else step
    for number, line in enumerate(lines):
        place = (step // 2, top + number * step)
        cv2.putText(rgb_u8, line, place, FONT, scale, (0, 0, 0), 3 * thick, cv2.LINE_AA)
        cv2.putText(rgb_u8, line, place, FONT, scale, (255, 255, 255), thick, cv2.LINE_AA)
