"""The plots of a report as SVG elements. They use the ink of the page, so they suit light and dark pages."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

from convert.report.assess import Assessed, AssessedGroup

# A colour per recipe, legible on white and on black.
COLOURS = {
    "float32": "#8a8f98", "float16": "#3b8ed8", "dynamic": "#9b6dd6", "int8": "#e0662b", "int8-qat": "#c9971c",
    "pruned": "#3fa372", "pruned-int8": "#d6507f",
}  # fmt: skip
OTHER_COLOUR = "#7a7a7a"
# Of the groups, in their order.
MARKERS = "osD^vPXh"
# Replaced by the page's ink at the end.
INK = "#010203"
WIDTH = 4.7  # inches
SMALLEST_DOT, LARGEST_DOT = 30.0, 420.0  # areas in square points


def draw_trade(groups: Sequence[AssessedGroup]) -> list[str]:
    """SSIM to the target, and FLIP to Keras float, over milliseconds; the area of a dot is the size of the file."""
    files = [(number, file) for number, group in enumerate(groups) for file in group.files]
    most = max(file.bytes for _, file in files)

    def draw(axis: Any, to_target: bool) -> None:
        for number, file in files:
            likeness = file.to_target.figures.ssim if to_target else file.to_keras.figures.flip
            axis.scatter(
                [file.timings[1].median_ms],
                [likeness],
                s=max(SMALLEST_DOT, LARGEST_DOT * file.bytes / most),
                color=colour(file),
                marker=MARKERS[number % len(MARKERS)],
                alpha=0.75,
                linewidths=0,
            )
        axis.set_xlabel("milliseconds at 256x256, 1 thread")
        axis.set_ylabel("SSIM to the target" if to_target else "FLIP to Keras float")
        axis.margins(0.16)
        axis.set_xlim(left=max(0, axis.get_xlim()[0]))
        if not to_target:
            axis.invert_yaxis()  # up is better in both

    return [
        _svg("likeness", "SSIM to the target over milliseconds", 3.5, lambda axis: draw(axis, True)),
        _svg("difference", "FLIP to Keras float over milliseconds", 3.5, lambda axis: draw(axis, False)),
    ]


def draw_layers(group: AssessedGroup) -> str:
    """Signal over error of the output of each layer, one line per file."""
    names = [layer.layer for layer in group.files[0].layers]
    # The float32 file equals Keras; its values would compress the scale of the others.
    files = [file for file in group.files if file.to_float is not None] or group.files

    def draw(axis: Any) -> None:
        for file in files:
            found = {layer.layer: layer.sqnr_db for layer in file.layers}
            rows = [row for row, name in enumerate(names) if name in found]
            decibels = [found[names[row]] for row in rows]
            axis.plot(decibels, rows, "o-", color=colour(file), markersize=4.5, linewidth=1.4, alpha=0.9)
        axis.set_yticks(range(len(names)), names)
        axis.invert_yaxis()
        axis.set_xlabel("signal over error, dB (more is better)")

    name = group.group.name
    return _svg(f"layers-{name}", f"Error by layer of {name}", 0.9 + 0.27 * len(names), draw)


def colour(file: Assessed) -> str:
    """The colour of a file's recipe."""
    return COLOURS.get(file.variant.card.recipe, OTHER_COLOUR)


def _svg(name: str, about: str, height: float, draw: Callable[[Any], None]) -> str:
    """A plot of ``height`` inches as an ``svg`` element whose ids start with ``name``."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    colours = ("text.color", "xtick.color", "ytick.color", "axes.edgecolor", "axes.labelcolor", "grid.color")
    settings: Any = {"svg.fonttype": "none", "font.size": 10, "font.family": "sans-serif"}
    buffer = io.StringIO()
    with matplotlib.rc_context(settings | dict.fromkeys(colours, INK)):
        figure, axis = pyplot.subplots(figsize=(WIDTH, height), layout="constrained")
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(alpha=0.15, linewidth=0.8)
        axis.set_axisbelow(True)
        draw(axis)
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
        pyplot.close(figure)
    text = buffer.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{name}-", text)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', rf'\1 role="img" aria-label="{about}"', text, count=1)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    return text.replace(INK, "currentColor")
