"""What tests of conversions share."""

from __future__ import annotations

from pathlib import Path

SIZE = ("--size", "64x48")


def written(folder: Path) -> list[str]:
    """The files in a folder and its subfolders, by relative name."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
