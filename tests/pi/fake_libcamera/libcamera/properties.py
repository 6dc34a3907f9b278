"""The properties of the fake camera."""

from __future__ import annotations

from enum import Enum
from types import SimpleNamespace

draft = SimpleNamespace(
    ColorFilterArrangementEnum=Enum(
        "ColorFilterArrangementEnum", {"RGGB": 0, "GRBG": 1, "GBRG": 2, "BGGR": 3, "RGB": 4, "MONO": 5}
    )
)
