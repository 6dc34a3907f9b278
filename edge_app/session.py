"""The state that the parts of one run share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from edge_app.control.controls import Controls
from edge_app.drawing.looks import Looks
from edge_app.flow.notices import Notices
from edge_app.flow.stats import RunStats
from edge_app.frames import Frame, SourceInfo

# The folder for snapshots and recordings that a viewer makes.
KEEPSAKES = Path("out/camera")


@dataclass(frozen=True)
class Session:
    """One run: its source, looks and controls, its messages and figures."""

    source: SourceInfo
    looks: Looks
    controls: Controls
    folder: Path = KEEPSAKES
    notices: Notices = field(default_factory=Notices)
    stats: RunStats = field(default_factory=RunStats)
    paint: Callable[[Frame], Frame | None] | None = None  # draws a still image again; any thread may call it
