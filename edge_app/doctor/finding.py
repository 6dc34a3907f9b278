"""The system that the doctor checks, and a finding."""

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
    """The result of one check."""

    what: str
    state: State
    found: str
    remedy: str = ""  # one line; empty if nothing is to be done


@dataclass(frozen=True)
class System:
    """The system that the checks examine; tests pass a fake one."""

    folder: Path  # for recordings
    vitals: Vitals
    root: Path  # root of the file system
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
        """The text of a file below the root; empty if it can't be read."""
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""


def one_line(error: BaseException) -> str:
    """An error's message on one line; its type if it has no message."""
    return " ".join(str(error).split()) or type(error).__name__
