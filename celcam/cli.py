"""Build commands from frozen dataclasses: each field is an option; an error is one line and exit status 2."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celcam import __version__
from celcam.errors import CelcamError, UsageError
from celcam.output import output_never_fails
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
    """A subcommand."""

    name: str
    config: type  # a frozen dataclass of options
    run: Callable[[Any], int]  # takes the options and returns the exit status
    help: str
    epilog: str = ""  # printed as it is at the end of the command's ``--help``


@output_never_fails()
def run_commands(
    prog: str, about: str, commands: Sequence[Command], argv: Sequence[str] | None, default: str = ""
) -> int:
    """Parse the command line and run the command that it names.

    Args:
        prog: name of the program.
        about: what the program does, for ``--help``.
        commands: all subcommands.
        argv: the command line without the program's name; None reads the process's own.
        default: name of the command that runs if the first word names no command.

    Returns:
        The exit status.
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
            epilog=command.epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        _add_options(subparser, command.config)
    values = vars(parser.parse_args(words))
    command = by_name[values.pop("command")]
    return guard(prog, lambda: command.run(command.config(**values)))


@output_never_fails()
def run_command(
    prog: str,
    about: str,
    config: type,
    run: Callable[[Any], int],
    argv: Sequence[str] | None,
    *,
    read_settings: Callable[[Path, type], dict[str, Any]] | None = None,
) -> int:
    """Parse the command line of a program without subcommands and run it.

    Args:
        prog: name of the program.
        about: what the program does, for ``--help``.
        config: its options, a frozen dataclass.
        run: takes the options and returns the exit status.
        argv: the command line without the program's name; None reads the process's own.
        read_settings: reads a settings file, given its path and ``config``. If the option ``settings`` names a file,
            its values become the defaults. The command line overrides them, and ``--no-NAME`` turns a flag off.

    Returns:
        The exit status.
    """
    words = _without_aliases(sys.argv[1:] if argv is None else argv, config)
    parser = _new_parser(prog, about)
    parser.usage = _usage(prog, config)
    actions = _add_options(parser, config, with_no=read_settings is not None)

    def parse_and_run() -> int:
        if read_settings is not None:
            _default_to_settings(parser, actions, config, read_settings, words)
        return run(config(**vars(_parse(parser, words))))

    return guard(prog, parse_and_run)


def guard(prog: str, run: Callable[[], int]) -> int:
    """Call ``run``; report an expected error on one line and as the exit status."""
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


def parse_size(text: str) -> tuple[int, int]:
    """Convert ``"320x240"`` to ``(320, 240)``, width first; raises UsageError."""
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise UsageError(f"{text!r} is not a size; expected WIDTHxHEIGHT, such as 320x240")
    return int(width), int(height)


def require(condition: bool, message: str) -> None:
    """Raise UsageError with ``message`` unless ``condition`` holds; for ``__post_init__``."""
    if not condition:
        raise UsageError(message)


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
    return {
        alias: "--" + field.name.replace("_", "-")
        for field in dataclasses.fields(config)
        for alias in field.metadata["aliases"]
    }


def _without_aliases(words: Sequence[str], config: type) -> list[str]:
    """Replace each alias in ``words`` by the option's flag, up to the word ``--``."""
    flags = option_aliases(config)
    flags |= {"--no" + alias[1:]: "--no" + flag[1:] for alias, flag in flags.items()}
    end = words.index("--") if "--" in words else len(words)
    names = [word.partition("=") for word in words[:end]]
    return [flags.get(name, name) + equals + value for name, equals, value in names] + list(words[end:])


def _new_parser(prog: str, about: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description=about)
    parser.add_argument("--version", action="version", version=f"celcam {__version__}")
    return parser


def _usage(prog: str, config: type) -> str:
    """Name the positional options first: behind an option that takes several values they would be read as values."""
    words = [prog]
    hints = typing.get_type_hints(config)
    for field in dataclasses.fields(config):
        if field.metadata["positional"]:
            word = (field.metadata["metavar"] or field.name) + (" ..." if option_type(hints[field.name])[1] else "")
            words.append(word if field.default is dataclasses.MISSING else f"[{word}]")
    return " ".join([*words, "[options]"])


def _add_options(parser: argparse.ArgumentParser, config: type, *, with_no: bool = False) -> list[argparse.Action]:
    """Add an option for each field and return these; ``with_no`` adds a hidden ``--no-NAME`` for each flag."""
    hints = typing.get_type_hints(config)
    actions = []
    for field in dataclasses.fields(config):
        flag, about = "--" + field.name.replace("_", "-"), field.metadata["help"]
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


def _parse(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    """Parse ``words``; positional values may stand between options, unless ``--`` separates them."""
    return parser.parse_args(words) if "--" in words else parser.parse_intermixed_args(words)


def _default_to_settings(
    parser: argparse.ArgumentParser,
    actions: Sequence[argparse.Action],
    config: type,
    read_settings: Callable[[Path, type], dict[str, Any]],
    words: Sequence[str],
) -> None:
    """Make the values of the file that ``--settings`` names, if any, the defaults of ``parser``."""
    required = [action for action in actions if action.required]
    for action in required:  # the file may hold it
        action.required = False
    path = _parse(parser, words).settings
    values = read_settings(path, config) if path is not None else {}
    for action in required:
        action.required = action.dest not in values
    parser.set_defaults(**values)


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
