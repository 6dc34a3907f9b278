"""Folders that take long to make are kept in ``out/pi`` until what they are made from changes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from celcam.paths import ROOT

CACHE = ROOT / "out" / "pi"
DIGITS = 12


def cached(name: str, made_from: str, make: Callable[[Path], None]) -> Path:
    """The folder called ``name``; older ones of that name are deleted.

    Args:
        name: of the folder, without its digest.
        made_from: digest of everything that the folder's contents depend on.
        make: fills an empty folder; called if the folder does not exist yet.
    """
    folder = CACHE / f"{name}-{made_from[:DIGITS]}"
    if not folder.is_dir():
        for older in CACHE.glob(f"{name}-*"):  # unfinished ones too
            shutil.rmtree(older)
        unfinished = CACHE / f"{name}-unfinished"
        unfinished.mkdir(parents=True)
        make(unfinished)
        unfinished.rename(folder)
    return folder
