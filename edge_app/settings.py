"""Read options from a TOML file, for a camera that starts with the system."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celcam.errors import MediaError, UsageError, nearest_name
from celcam.parser import option_aliases, option_type
from celcam.text_files import read_toml

# For each type of option: its name in messages, and the types that TOML may give.
KINDS: dict[Callable[[str], Any], tuple[str, tuple[type, ...]]] = {
    bool: ("true or false", (bool,)),
    int: ("a whole number", (int,)),
    float: ("a number", (int, float)),
    str: ("text in quotes", (str,)),
    Path: ("a path in quotes", (str,)),
}
NO_KEY = "settings"  # a file can't name another file


def read_settings(path: Path, config_class: type) -> dict[str, Any]:
    """Read the values of options from a file.

    Args:
        path: of a TOML file with lines such as ``style = "anime"`` and ``to = ["web", "party.mp4"]``. Keys are names of
            options, with dashes or underscores. Paths are relative to the current folder; ``~`` is the home folder.
        config_class: a frozen dataclass whose fields are `celcam.cli.option`.

    Returns:
        Values by field name, with the fields' types.

    Raises:
        MediaError: the file can't be read.
        UsageError: the file is not TOML, or has a key or a value that is not valid.
    """
    try:
        values = read_toml(path)
    except MediaError as error:
        raise MediaError(f"{error}; expected a settings file, .toml") from error
    except ValueError as error:
        raise UsageError(f'{path}: not TOML ({error}); expected lines such as style = "anime"') from error
    hints = typing.get_type_hints(config_class)
    names = {field.name for field in dataclasses.fields(config_class)} - {NO_KEY}
    older = {_field_name(alias): _field_name(flag) for alias, flag in option_aliases(config_class).items()}
    settings: dict[str, Any] = {}
    for key, value in values.items():
        name = key.replace("-", "_")
        name = older.get(name, name)
        if name not in names:
            raise UsageError(f"{path}: {_unknown(key, names)}")
        if name in settings:
            raise UsageError(f"{path}: {key} is given twice, in two spellings; keep one")
        settings[name] = _converted(path, key, value, hints[name])
    return settings


def _field_name(flag: str) -> str:
    return flag.removeprefix("--").replace("-", "_")


def _unknown(key: str, names: set[str]) -> str:
    known = sorted(name.replace("_", "-") for name in names)
    near = nearest_name(key.replace("_", "-"), known)
    return f"unknown option {key}; " + (f"did you mean {near}?" if near else f"known: {', '.join(known)}")


def _converted(path: Path, key: str, value: Any, hint: Any) -> Any:
    value_type, several = option_type(hint)
    if several and isinstance(value, list):
        return tuple(_one(path, key, each, value_type) for each in value)
    one = _one(path, key, value, value_type)
    return (one,) if several else one


def _one(path: Path, key: str, value: Any, value_type: Callable[[str], Any]) -> Any:
    kind, types = KINDS[value_type]
    if type(value) not in types:  # by isinstance, true and false would be whole numbers
        raise UsageError(f"{path}: {key} = {value!r}: expected {kind}")
    try:
        return Path(value).expanduser() if value_type is Path else value_type(value)
    except RuntimeError:
        raise UsageError(f"{path}: {key} = {value!r}: there is no such user; write the folder's whole path") from None
    except OverflowError:
        raise UsageError(f"{path}: {key}: the number has {len(str(value))} digits; expected a smaller one") from None
