"""An argument parser from a dataclass of options, each field made by `celcam.cli.option`."""

from __future__ import annotations

import argparse
import dataclasses
import typing
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from celcam import __version__
from celcam.paths import ROOT


def flag_of(name: str) -> str:
    """The flag of a field: ``--old-name`` for ``old_name``."""
    return "--" + name.replace("_", "-")


def option_type(hint: Any) -> tuple[Callable[[str], Any], bool]:
    """Read the type of an option's values from the annotation of its field.

    Args:
        hint: ``X``, ``X | None`` or ``tuple[X, ...]``; X is bool, int, float, str or Path.

    Returns:
        The type X, and whether the option takes several values.

    Raises:
        TypeError: the annotation is of another form.
    """
    for candidate in (hint, *typing.get_args(hint)):
        if candidate in (bool, int, float, str, Path):
            return typing.cast("Callable[[str], Any]", candidate), typing.get_origin(hint) is tuple
    raise TypeError(f"an option can't be of type {hint}")


def option_aliases(config: type) -> dict[str, str]:
    """Map each alias of ``config`` to its option's flag: ``{"--old-name": "--new-name"}``."""
    return {alias: flag_of(field.name) for field in dataclasses.fields(config) for alias in field.metadata["aliases"]}


def without_aliases(words: Sequence[str], config: type) -> list[str]:
    """Replace each alias in ``words`` by the option's flag, up to the word ``--``."""
    flags = option_aliases(config)
    flags |= {"--no" + alias[1:]: "--no" + flag[1:] for alias, flag in flags.items()}
    end = words.index("--") if "--" in words else len(words)
    names = [word.partition("=") for word in words[:end]]
    return [flags.get(name, name) + equals + value for name, equals, value in names] + list(words[end:])


def new_parser(prog: str, about: str) -> argparse.ArgumentParser:
    """A parser that knows ``--help`` and ``--version`` alone."""
    parser = argparse.ArgumentParser(prog=prog, description=about)
    parser.add_argument("--version", action="version", version=f"celcam {__version__}")
    return parser


def usage_of(prog: str, config: type) -> str:
    """Name the positional options first: behind an option that takes several values they would be read as values."""
    words = [prog]
    hints = typing.get_type_hints(config)
    for field in dataclasses.fields(config):
        if field.metadata["positional"]:
            word = (field.metadata["metavar"] or field.name) + (" ..." if option_type(hints[field.name])[1] else "")
            words.append(word if field.default is dataclasses.MISSING else f"[{word}]")
    return " ".join([*words, "[options]"])


def add_options(parser: argparse.ArgumentParser, config: type, *, with_no: bool = False) -> list[argparse.Action]:
    """Add an option for each field and return these; ``with_no`` adds a hidden ``--no-NAME`` for each flag."""
    hints = typing.get_type_hints(config)
    actions = []
    for field in dataclasses.fields(config):
        flag, about = flag_of(field.name), field.metadata["help"]
        value_type, several = option_type(hints[field.name])
        if value_type is bool:
            is_on = False if field.default is dataclasses.MISSING else field.default
            actions.append(parser.add_argument(flag, action="store_true", default=is_on, help=about))
            if with_no:
                parser.add_argument(
                    "--no" + flag[1:],
                    dest=field.name,
                    action="store_false",
                    default=argparse.SUPPRESS,
                    help=argparse.SUPPRESS,
                )
            continue
        required = field.default is dataclasses.MISSING
        default = None if required else field.default
        if default is not None and default != ():
            about += f" (default: {_shown(default)})"
        settings: dict[str, Any] = {"help": about, "type": value_type, "default": default}
        if field.metadata["metavar"]:
            settings["metavar"] = field.metadata["metavar"]
        if several:
            settings["nargs"] = "*" if field.metadata["positional"] and not required else "+"
            settings["action"] = _StoreTuple
        if field.metadata["positional"]:
            name, settings = field.name, {"nargs": None if required else "?"} | settings
        else:
            name, settings = flag, {"required": required} | settings
        actions.append(parser.add_argument(name, **settings))
    return actions


def parse(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    """Parse ``words``; positional values may stand between options, unless ``--`` separates them."""
    return parser.parse_args(words) if "--" in words else parser.parse_intermixed_args(words)


class _StoreTuple(argparse.Action):
    """Store several values as a tuple; a repeated flag adds values."""

    def __call__(self, parser: Any, namespace: argparse.Namespace, values: Any, option_string: Any = None) -> None:
        before = getattr(namespace, self.dest)
        given = () if before is None or before is self.default else before  # the default is replaced, not extended
        setattr(namespace, self.dest, (*given, *values))


def _shown(default: Any) -> str:
    """A default as ``--help`` prints it; a path inside the project is relative to its root."""
    if isinstance(default, tuple):
        return " ".join(_shown(value) for value in default)
    if isinstance(default, Path) and default.is_relative_to(ROOT):
        return str(default.relative_to(ROOT))
    return str(default)
