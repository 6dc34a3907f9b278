"""The looks: what a network draws, by style, and the finish that is printed over it. One table for all tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celcam.errors import MediaError, UnknownNameError, UsageError
from celcam.finishes.finish import Finish
from celcam.finishes.kinds import from_values
from celcam.finishes.shipped import FINISHES
from celcam.text_files import read_toml


@dataclass(frozen=True)
class Look:
    """A style's network and the finish over it.

    Attributes:
        name: what users call it.
        style: of the network, as model cards name it.
        finish: drawn over the network's picture.
        about: what it looks like, for lists.
    """

    name: str
    style: str
    finish: Finish
    about: str = ""


_TABLE = (
    ("comic", "comic", "bold ink, flat planes of colour"),
    ("poster", "comic", "a screen print in six flat inks"),
    ("noir", "comic", "black, white and greys; red stays red"),
    ("riso", "comic", "two inks of a duplicator, coral and blue, in fine dots"),
    ("manga", "comic", "black ink on white paper, greys in fine dots"),
    ("pixel", "comic", "large pixels in sixty colours"),
    ("watercolor", "watercolor", "light washes with wet edges on rough paper"),
    ("pencil", "pencil", "graphite, hatched in layers"),
    ("colored-pencil", "colored-pencil", "strokes of coloured pencils, paper between them"),
    ("anime", "anime", "a film: luminous sky, fresh greens, light that spills"),
)
LOOKS: dict[str, Look] = {name: Look(name, style, FINISHES[name], about) for name, style, about in _TABLE}
# Older names.
ALIASES = {"sketch": "pencil"}
DEFAULT_LOOK = "comic"
NO_FINISH = "none"


def find_look(name: str) -> Look:
    """The look of this name.

    Raises:
        UnknownNameError: no such look; the message suggests the nearest name.
    """
    try:
        return LOOKS[ALIASES.get(name, name)]
    except KeyError:
        raise UnknownNameError("look", name, LOOKS) from None


def find_finish(name: str) -> Finish:
    """The finish of the look of this name; ``none`` is no finish.

    Raises:
        UnknownNameError: no such look.
    """
    return Finish() if name == NO_FINISH else find_look(name).finish


def finish_of_style(style: str) -> Finish:
    """The finish of the look that has a style's name; a style that is not a look has none."""
    look = LOOKS.get(ALIASES.get(style, style))
    return look.finish if look is not None else Finish()


def read_look(path: Path) -> Look:
    """A user's own look.

    Args:
        path: of a TOML file: a table ``[look]`` with ``style`` and, if it shall not be the file's, ``name``; then a
            table ``[[finish]]`` for each primitive, with its ``kind`` and the knobs that differ from the defaults.

    Raises:
        MediaError: the file can't be read.
        UsageError: it is not TOML, lacks a style, or a knob is wrong.
    """
    try:
        values = read_toml(path)
    except MediaError as error:
        raise MediaError(f"{error}; expected a look, .toml") from error
    except ValueError as error:
        raise UsageError(f"{path}: not TOML ({error}); expected a table [look] and tables [[finish]]") from error
    try:
        return _look(path.stem, values)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


def _look(name: str, values: Mapping[str, Any]) -> Look:
    for key in values:
        if key not in ("look", "finish"):
            raise UnknownNameError("table", key, ("look", "finish"))
    table, steps = values.get("look"), values.get("finish", [])
    if not isinstance(table, dict) or not isinstance(table.get("style"), str):
        raise UsageError('has no style; expected a table [look] with style = "comic" or another style of a network')
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise UsageError("finish is no list of tables; write [[finish]] above each primitive")
    for key, value in table.items():
        if key not in ("name", "style", "about"):
            raise UnknownNameError("entry of [look]", key, ("name", "style", "about"))
        if not isinstance(value, str):
            raise UsageError(f"{key} is {value!r}; expected text in quotes")
    finish = Finish(tuple(from_values(step) for step in steps))
    return Look(table.get("name", name), table["style"], finish, table.get("about", ""))
