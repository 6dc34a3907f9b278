"""What the tests of the report look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convert.report.assess import Assessment


@dataclass(frozen=True)
class Report:
    """What ``python -m convert report --cards`` left."""

    page: Path
    assessment: Assessment
    models: Path  # the files with their cards
