"""Commands from frozen dataclasses: each field is an option, an error is one line and exit status 2."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celcam.errors import CelcamError, UsageError
from celcam.paths import ROOT

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130


def option(
    default: Any = dataclasses.MISSING, *, help: str, positional: bool = False, metavar: str | None = None
) -> Any:
    """A dataclass field that is a command-line option; without a default it must be given."""
    return dataclasses.field(default=default, metadata={"help": help, "positional": positional, "metavar": metavar})


@dataclass(frozen=True)
class Command:
    """A subcommand: its options (a frozen dataclass) and the function that it calls with them."""

    name: str
    config: type
    run: Callable[[Any], int]
    help: str


def run_commands(
    prog: str, about: str, commands: Sequence[Command], argv: Sequence[str] | None, default: str = ""
) -> int:
    """Parse ``argv``, run the command that it names, return the exit status.

    ``default`` names the command that is meant when the first word names none.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    by_name = {command.name: command for command in commands}
    if default and (not words or (words[0] not in by_name and words[0] not in ("-h", "--help"))):
        words.insert(0, default)
    parser = argparse.ArgumentParser(prog=prog, description=about)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in commands:
        is_default = " (the default)" if command.name == default else ""
        subparser = subparsers.add_parser(
            command.name,
            help=command.help + is_default,
            description=command.help,
        )
        _add_options(subparser, command.config)
    values = vars(parser.parse_args(words))
    command = by_name[values.pop("command")]
    return guard(prog, lambda: command.run(command.config(**values)))


def run_command(prog: str, about: str, config: type, run: Callable[[Any], int], argv: Sequence[str] | None) -> int:
    """As `run_commands`, for a program that is one command."""
    parser = argparse.ArgumentParser(prog=prog, description=about)
    _add_options(parser, config)
    values = vars(parser.parse_args(argv))
    return guard(prog, lambda: run(config(**values)))


def guard(prog: str, run: Callable[[], int]) -> int:
    """Call ``run``; turn what can go wrong into one line and an exit status."""
    try:
        return run()
    except CelcamError as error:
        print(f"{prog}: {' '.join(str(error).split())}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        print(f"{prog}: stopped", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away: `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def parse_size(text: str) -> tuple[int, int]:
    """``"320x240"`` to ``(320, 240)``, width first."""
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise UsageError(f"{text!r} is not a size; expected WIDTHxHEIGHT, such as 320x240")
    return int(width), int(height)


def require(condition: bool, message: str) -> None:
    """Raise UsageError with ``message`` unless ``condition`` holds; for ``__post_init__``."""
    if not condition:
        raise UsageError(message)


def _add_options(parser: argparse.ArgumentParser, config: type) -> None:
    hints = typing.get_type_hints(config)
    for field in dataclasses.fields(config):
        flag, about = "--" + field.name.replace("_", "-"), field.metadata["help"]
        value_type = _value_type(hints[field.name])
        if value_type is bool:
            parser.add_argument(flag, action="store_true", help=about)
            continue
        required = field.default is dataclasses.MISSING
        several = typing.get_origin(hints[field.name]) is tuple
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
            parser.add_argument(field.name, **({"nargs": None if required else "?"} | settings))
        else:
            parser.add_argument(flag, required=required, **settings)


class _StoreTuple(argparse.Action):
    """Several values as the tuple that a frozen dataclass holds."""

    def __call__(self, parser: Any, namespace: argparse.Namespace, values: Any, option_string: Any = None) -> None:
        setattr(namespace, self.dest, tuple(values))


def _shown(default: Any) -> str:
    """A default as help prints it: a path inside the project without the way to it."""
    if isinstance(default, tuple):
        return " ".join(_shown(value) for value in default)
    if isinstance(default, Path) and default.is_relative_to(ROOT):
        return str(default.relative_to(ROOT))
    return str(default)


def _value_type(hint: Any) -> Callable[[str], Any]:
    """The type inside ``X | None`` or ``tuple[X, ...]``, or the type itself."""
    for candidate in (hint, *typing.get_args(hint)):
        if candidate in (bool, int, float, str, Path):
            return typing.cast("Callable[[str], Any]", candidate)
    raise TypeError(f"an option can't be of type {hint}")
