"""Types and helpers shared by the tests of builds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from datasets.build import BuildResult

Build = Callable[..., BuildResult]
Contents = Callable[[Path], dict[str, bytes]]


def rejected_in(folder: Path) -> dict[str, str]:
    """The kind of fault of each rejected file, by file name."""
    lines = map(json.loads, (folder / "rejected.jsonl").read_text(encoding="utf-8").splitlines())
    return {Path(line["source"]).name: line["kind"] for line in lines}
