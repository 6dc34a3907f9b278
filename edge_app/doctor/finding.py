"""What the doctor's checks look at, and what they find."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from edge_app.device.video_devices import Query
from edge_app.device.vitals import Vitals

State = Literal["ok", "note", "fail"]


@dataclass(frozen=True)
class Finding:
    """What one check has found."""

    what: str
    state: State
    found: str
    remedy: str = ""  # one line; empty where nothing is to be done


@dataclass(frozen=True)
class Place:
    """What the checks look at; tests give another."""

    folder: Path  # where recordings will go
    vitals: Vitals
    root: Path  # of the file system
    environ: Mapping[str, str]
    models: Path  # the folder of looks
    load: Callable[[str], Any]  # imports a module by its name
    query: Query | None  # asks the kernel about a video device
    now_s: float  # since the epoch

    @property
    def is_pi(self) -> bool:
        """Whether this is a Raspberry Pi."""
        return "Raspberry Pi" in self.read("proc/device-tree/model")

    def read(self, path: str) -> str:
        """The text of a file below the root; empty where it can't be read."""
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""


def one_line(error: BaseException) -> str:
    """What an error says, on one line; its kind where it says nothing."""
    return " ".join(str(error).split()) or type(error).__name__
