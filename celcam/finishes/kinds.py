"""Every kind of primitive by its name, and primitives as plain values, for JSON and TOML."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any

from celcam.errors import UnknownNameError, UsageError
from celcam.finishes.border import Border
from celcam.finishes.color_strokes import ColorStrokes
from celcam.finishes.crisp import Crisp
from celcam.finishes.dehalo import Dehalo
from celcam.finishes.glow import Glow
from celcam.finishes.grade import Grade
from celcam.finishes.grid import Grid
from celcam.finishes.hatch import Hatch
from celcam.finishes.inks import Inks
from celcam.finishes.keep_hue import KeepHue
from celcam.finishes.outline import Outline
from celcam.finishes.paper import Paper
from celcam.finishes.primitive import Primitive
from celcam.finishes.screentone import Screentone
from celcam.finishes.separation import Separation
from celcam.finishes.sky import Sky
from celcam.finishes.tone_steps import ToneSteps
from celcam.finishes.vignette import Vignette
from celcam.finishes.wash import Wash
from celcam.finishes.wobble import Wobble

_CLASSES: tuple[type[Primitive], ...] = (
    Border,
    ColorStrokes,
    Crisp,
    Dehalo,
    Glow,
    Grade,
    Grid,
    Hatch,
    Inks,
    KeepHue,
    Outline,
    Paper,
    Screentone,
    Separation,
    Sky,
    ToneSteps,
    Vignette,
    Wash,
    Wobble,
)
# What a value is called, and the types that JSON and TOML give for it; whole numbers are good numbers.
_SCALARS: dict[type, tuple[tuple[type, ...], str]] = {
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    str: ((str,), "text"),
}
KINDS: dict[str, type[Primitive]] = {each.kind: each for each in _CLASSES}


def to_values(primitive: Primitive) -> dict[str, Any]:
    """``primitive`` as numbers, words, lists and tables; its name is the value of ``kind``."""
    return {"kind": primitive.kind, **dataclasses.asdict(typing.cast("Any", primitive))}


def from_values(values: Mapping[str, Any]) -> Primitive:
    """The primitive that ``values`` describe; knobs that are missing keep their defaults.

    Raises:
        UnknownNameError: no such kind, or it has no such knob.
        UsageError: a value of the wrong type or out of range.
    """
    kind = values.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise UnknownNameError("kind of finish", str(kind), KINDS)
    knobs = {name: value for name, value in values.items() if name != "kind"}
    return typing.cast("Primitive", _built(KINDS[kind], knobs, f"finish {kind}"))


def _built(made: type, values: Mapping[str, Any], what: str) -> Any:
    """A frozen dataclass from a table of its fields."""
    hints = typing.get_type_hints(made)
    fields = {field.name: hints[field.name] for field in dataclasses.fields(made)}
    for name in values:
        if name not in fields:
            raise UnknownNameError(f"knob of {what}", name, fields)
    given = {name: _converted(fields[name], value, f"{what}: {name}") for name, value in values.items()}
    try:
        return made(**given)
    except TypeError as error:  # a field without a default is missing
        raise UsageError(f"{what}: {str(error).partition(')')[2].strip()}") from error


def _converted(hint: Any, value: Any, what: str) -> Any:
    """``value`` as the type that a field wants."""
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, Mapping):
            raise UsageError(f"{what} is {value!r}; expected a table of knobs")
        return _built(typing.cast("type", hint), value, what)
    if typing.get_origin(hint) is tuple:
        inner = typing.get_args(hint)
        any_length = inner[-1] is Ellipsis
        if not isinstance(value, list | tuple) or not (any_length or len(value) == len(inner)):
            raise UsageError(f"{what} is {value!r}; expected {'a list' if any_length else f'{len(inner)} values'}")
        hints = inner[:1] * len(value) if any_length else inner
        return tuple(_converted(each, item, what) for each, item in zip(hints, value, strict=True))
    types, named = _SCALARS[hint]
    if not isinstance(value, types) or isinstance(value, bool):
        raise UsageError(f"{what} is {value!r}; expected {named}")
    try:
        return hint(value)
    except OverflowError:
        raise UsageError(f"{what} has {len(str(value))} digits; expected a smaller number") from None
