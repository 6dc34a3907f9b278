"""Dataclasses from JSON objects, each value checked against the type of its field."""

from __future__ import annotations

import dataclasses
import sys
import types
import typing
from pathlib import Path
from typing import Any


def build(kind: type, fields: Any, within: str = "") -> Any:
    """The dataclass ``kind`` from those entries of ``fields`` that it has; other entries are ignored.

    Args:
        kind: a dataclass whose fields are numbers, strings, paths, dicts, dataclasses, tuples ``tuple[X, ...]`` of
            these, or one of them or None.
        fields: a JSON object; a value may also be a dataclass that is built already.
        within: how errors name the object, as ``budget.``.

    Raises:
        TypeError: ``fields`` is no object, or a value is of another type than its field.
        ValueError: a field without default is missing.
    """
    if not isinstance(fields, dict):
        raise TypeError(f"expected an object, got {type(fields).__name__}")
    hints = typing.get_type_hints(kind)
    values = {}
    for field in dataclasses.fields(kind):
        if field.name in fields:
            values[field.name] = _typed(within + field.name, hints[field.name], fields[field.name])
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ValueError(f"{within}{field.name} is missing")
    return kind(**values)


def _typed(name: str, hint: Any, value: Any) -> Any:
    """``value``, converted if need be, as the type ``hint``."""
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    for option in options:
        expected = typing.get_origin(option) or option
        if dataclasses.is_dataclass(expected) and isinstance(value, dict):
            return build(typing.cast("type", expected), value, f"{name}.")
        if expected is tuple and isinstance(value, list):
            return tuple(_typed(name, typing.get_args(option)[0], item) for item in value)
        if expected is Path and isinstance(value, str):
            return Path(value)
        if expected is float and type(value) in (int, float) and abs(value) <= sys.float_info.max:
            return float(value)
        if expected is not float and isinstance(value, expected) and isinstance(value, bool) == (expected is bool):
            return value
    names = " or ".join(getattr(typing.get_origin(option) or option, "__name__", "") for option in options)
    raise TypeError(f"{name} is {str(value)[:60]!r}, expected {names}")
