"""A sheet of every primitive: with its defaults, then with one knob turned, for docs/finishes.md."""

from __future__ import annotations

from typing import Any

import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes.finish import Finish
from celcam.finishes.kinds import from_values
from celcam.pixels import resize
from celcam.sheet import captioned

CELL_WH = (212, 159)
SHOWN_WH = (640, 480)
# Primitives side by side.
COLUMNS = 2
# For each kind what stands in the three cells; a kind that acts on the whole picture is shown small, others cropped.
_CORAL = {"colour": [255, 88, 92], "takes": [0.0, 0.5, 0.5], "angle": 15.0}
_BLUE = {"colour": [0, 98, 160], "takes": [1.0, 0.0, 0.0], "angle": 75.0}
_YELLOW = {"colour": [255, 226, 60], "takes": [0.0, 0.1, 0.9], "angle": 0.0}
_CELLS: dict[str, tuple[dict[str, Any], ...]] = {
    "tone-steps": ({}, {"share": 1.0}, {"share": 1.0, "riser": 4.0}),
    "crisp": ({}, {"amount": 6.0}, {"reach": 2.5}),
    "inks": ({}, {"line_period": 8.0}, {"line_depth": 90.0}),
    "screentone": ({}, {"period": 7.0}, {"coverage": [100, 70, 50, 30, 0]}),
    "separation": (
        {"plates": [_CORAL, _BLUE]},
        {"plates": [_CORAL | {"screen": "grain"}, _BLUE | {"screen": "lines"}]},
        {"plates": [_CORAL, _BLUE | {"shift": [5.0, -3.0]}, _YELLOW]},
    ),
    "keep-hue": ({}, {"riser": 4.0}, {"red_to": [255, 170, 0]}),
    "hatch": ({}, {"softness": 40.0}, {"lines": 4.0}),
    "color-strokes": ({}, {"even": [[0, 0], [255, 30]]}, {"softness": 30.0}),
    "wash": ({}, {"bloom": 0.25}, {"rim": 12.0}),
    "paper": ({}, {"grain": 0.05}, {"tint": [0.96, 0.86, 0.66]}),
    "grid": ({}, {"rows": 64}, {"palette": [[15, 56, 15], [48, 98, 48], [139, 172, 15], [155, 188, 15]]}),
    "grade": ({}, {"vivid": 1.0}, {"shadow": [20, 30, 90]}),
    "wobble": ({}, {"amount": 6.0}, {"amount": 3.0, "wide": 60.0}),
    "dehalo": ({}, {"width": 8}, {"ground": [40, 80]}),
    "outline": ({}, {"reach": 6.0}, {"busy": 0.0, "starts": 2.0}),
    "border": ({}, {"margin": 40.0}, {"roughness": 16.0}),
    "vignette": ({}, {"depth": 0.9}, {"start": 0.1}),
    "sky": ({}, {"strength": 1.0}, {"top": [250, 150, 120], "middle": [255, 214, 170]}),
    "glow": ({}, {"strength": 1.2}, {"reach": 120.0}),
}
_WHOLE = frozenset({"dehalo", "outline", "border", "vignette", "sky", "glow"})


def primitives_sheet(thing: Uint8Array, landscape: Uint8Array) -> Uint8Array:
    """Every primitive, three times.

    Args:
        thing: a network's picture, ``(H, W, 3) uint8 RGB`` of 4:3; its middle is shown.
        landscape: another, shown whole.

    Returns:
        ``(H, W, 3) uint8 RGB``.
    """
    strips = [
        np.hstack([_cell(kind, knobs, landscape if kind in _WHOLE else thing) for knobs in cells])
        for kind, cells in _CELLS.items()
    ]
    strips += [np.full_like(strips[0], 255)] * (-len(strips) % COLUMNS)
    return np.vstack([np.hstack(strips[start : start + COLUMNS]) for start in range(0, len(strips), COLUMNS)])


def _cell(kind: str, knobs: dict[str, Any], drawn: Uint8Array) -> Uint8Array:
    """One primitive on one picture, with a caption."""
    shown = Finish((from_values({"kind": kind, **knobs}),)).draw(drawn, SHOWN_WH)
    width, height = CELL_WH
    if kind in _WHOLE:
        shown = resize(shown, CELL_WH)
    else:
        left, top = (SHOWN_WH[0] - width) // 2, (SHOWN_WH[1] - height) // 2
        shown = shown[top : top + height, left : left + width]
    turned = ", ".join(name if isinstance(value, list) else f"{name} {value}" for name, value in knobs.items())
    return captioned(np.ascontiguousarray(shown), f"{kind}: {turned}" if turned else kind)
