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

from celcam import __version__
from celcam.errors import CelcamError, UsageError
from celcam.paths import ROOT
from celcam.startup import EXIT_BAD_INPUT, missing_package

EXIT_INTERRUPTED = 130


def option(
    default: Any = dataclasses.MISSING,
    *,
    help: str,
    positional: bool = False,
    metavar: str | None = None,
    aliases: Sequence[str] = (),
) -> Any:
    """A dataclass field that is a command-line option.

    Args:
        default: value of an option that is not given; without a default the option is required.
        help: one line for ``--help``.
        positional: the option is an argument without a flag.
        metavar: name of the value in ``--help``.
        aliases: older spellings such as ``"--old-name"``. They work everywhere, and ``--help`` hides them.
    """
    metadata = {"help": help, "positional": positional, "metavar": metavar, "aliases": tuple(aliases)}
    return dataclasses.field(default=default, metadata=metadata)


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
    if default and (not words or (words[0] not in by_name and words[0] not in ("-h", "--help", "--version"))):
        words.insert(0, default)
    if words and words[0] in by_name:
        words = _without_aliases(words, by_name[words[0]].config)
    parser = _new_parser(prog, about)
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


def run_command(
    prog: str,
    about: str,
    config: type,
    run: Callable[[Any], int],
    argv: Sequence[str] | None,
    *,
    read_settings: Callable[[Path, type], dict[str, Any]] | None = None,
) -> int:
    """As `run_commands`, for a program that is one command.

    Args:
        prog: name of the program.
        about: what it is for.
        config: its options, a frozen dataclass.
        run: what it does.
        argv: the words behind the name; those of the process where None.
        read_settings: values of a file's path and ``config``. They become the defaults where the option ``settings``
            names a file: what is given on the command line wins, and ``--no-NAME`` turns off what the file turns on.
    """
    words = _without_aliases(sys.argv[1:] if argv is None else argv, config)
    parser = _new_parser(prog, about)
    actions = _add_options(parser, config, with_no=read_settings is not None)

    def parse_and_run() -> int:
        if read_settings is not None:
            _default_to_settings(parser, actions, config, read_settings, words)
        return run(config(**vars(parser.parse_args(words))))

    return guard(prog, parse_and_run)


def guard(prog: str, run: Callable[[], int]) -> int:
    """Call ``run``; turn what can go wrong into one line and an exit status."""
    try:
        return run()
    except CelcamError as error:
        print(f"{prog}: {' '.join(str(error).split())}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except ModuleNotFoundError as error:
        advice = missing_package(prog, error.name or "")
        if advice is None:  # a module of our own: a fault in the code
            raise
        print(f"{prog}: {advice}", file=sys.stderr)
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


def option_type(hint: Any) -> tuple[Callable[[str], Any], bool]:
    """The type of an option's values, and whether it takes several, from a field's annotation.

    Args:
        hint: ``X``, ``X | None`` or ``tuple[X, ...]``, where X is bool, int, float, str or Path.
    """
    for candidate in (hint, *typing.get_args(hint)):
        if candidate in (bool, int, float, str, Path):
            return typing.cast("Callable[[str], Any]", candidate), typing.get_origin(hint) is tuple
    raise TypeError(f"an option can't be of type {hint}")


def option_aliases(config: type) -> dict[str, str]:
    """The flag that each alias stands for: ``{"--old-name": "--new-name"}``."""
    return {
        alias: "--" + field.name.replace("_", "-")
        for field in dataclasses.fields(config)
        for alias in field.metadata["aliases"]
    }


def _without_aliases(words: Sequence[str], config: type) -> list[str]:
    """``words`` with each alias replaced by the option's own flag; what follows ``--`` stays as it is."""
    flags = option_aliases(config)
    flags |= {"--no" + alias[1:]: "--no" + flag[1:] for alias, flag in flags.items()}
    end = words.index("--") if "--" in words else len(words)
    names = [word.partition("=") for word in words[:end]]
    return [flags.get(name, name) + equals + value for name, equals, value in names] + list(words[end:])


def _new_parser(prog: str, about: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description=about)
    parser.add_argument("--version", action="version", version=f"celcam {__version__}")
    return parser


def _add_options(parser: argparse.ArgumentParser, config: type, *, with_no: bool = False) -> list[argparse.Action]:
    """An option for each field; ``with_no`` adds a hidden ``--no-NAME`` for each flag. Returns those of the fields."""
    hints = typing.get_type_hints(config)
    actions = []
    for field in dataclasses.fields(config):
        flag, about = "--" + field.name.replace("_", "-"), field.metadata["help"]
        value_type, several = option_type(hints[field.name])
        if value_type is bool:
            actions.append(parser.add_argument(flag, action="store_true", help=about))
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


def _default_to_settings(
    parser: argparse.ArgumentParser,
    actions: Sequence[argparse.Action],
    config: type,
    read_settings: Callable[[Path, type], dict[str, Any]],
    words: Sequence[str],
) -> None:
    """Let the values of the file that ``--settings`` names, if any, be the defaults of ``parser``."""
    required = [action for action in actions if action.required]
    for action in required:  # the file may hold it
        action.required = False
    path = parser.parse_args(words).settings
    values = read_settings(path, config) if path is not None else {}
    for action in required:
        action.required = action.dest not in values
    parser.set_defaults(**values)


class _StoreTuple(argparse.Action):
    """Several values as the tuple that a frozen dataclass holds; a flag given again adds to them."""

    def __call__(self, parser: Any, namespace: argparse.Namespace, values: Any, option_string: Any = None) -> None:
        before = getattr(namespace, self.dest)
        given = () if before is None or before is self.default else before  # the default is replaced, not extended
        setattr(namespace, self.dest, (*given, *values))


def _shown(default: Any) -> str:
    """A default as help prints it: a path inside the project without the way to it."""
    if isinstance(default, tuple):
        return " ".join(_shown(value) for value in default)
    if isinstance(default, Path) and default.is_relative_to(ROOT):
        return str(default.relative_to(ROOT))
    return str(default)
