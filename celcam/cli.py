"""Build commands from frozen dataclasses: each field is an option; an error is one line and exit status 2."""

from __future__ import annotations

import argparse
import dataclasses
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celcam.errors import CelcamError, UsageError
from celcam.originals import require_separate
from celcam.output import output_never_fails
from celcam.parser import add_options, flag_of, new_parser, parse, usage_of, without_aliases
from celcam.startup import EXIT_BAD_INPUT, missing_package

EXIT_INTERRUPTED = 130
# No picture of the project is larger; memory for larger ones would run out.
LARGEST_SIDE = 8192
# Bounds of options: more threads or processes than any machine has, and longer times than anything runs.
MOST_THREADS = 1024
MOST_SECONDS = 366 * 86400


def option(
    default: Any = dataclasses.MISSING,
    *,
    help: str,
    positional: bool = False,
    metavar: str | None = None,
    aliases: Sequence[str] = (),
    reads: bool = False,
    writes: bool = False,
) -> Any:
    """A dataclass field that is a command-line option.

    Args:
        default: value of an option that is not given; without a default the option is required.
        help: one line for ``--help``.
        positional: the option is an argument without a flag.
        metavar: name of the value in ``--help``.
        aliases: older spellings such as ``"--old-name"``. They work everywhere, and ``--help`` hides them.
        reads: the option is a path of photos or clips, which no file of ``writes`` may replace.
        writes: the option is the path of a file that the command writes.
    """
    metadata = {
        "help": help,
        "positional": positional,
        "metavar": metavar,
        "aliases": tuple(aliases),
        "reads": reads,
        "writes": writes,
    }
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
        words = without_aliases(words, by_name[words[0]].config)
    parser = new_parser(prog, about)
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
        add_options(subparser, command.config)
    values = vars(parser.parse_args(words))
    command = by_name[values.pop("command")]
    return guard(prog, lambda: command.run(_checked(command.config(**values))))


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
    words = without_aliases(sys.argv[1:] if argv is None else argv, config)
    parser = new_parser(prog, about)
    parser.usage = usage_of(prog, config)
    actions = add_options(parser, config, with_no=read_settings is not None)

    def parse_and_run() -> int:
        if read_settings is not None:
            _default_to_settings(parser, actions, config, read_settings, words)
        return run(_checked(config(**vars(parse(parser, words)))))

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
    """Convert ``"320x240"`` to ``(320, 240)``, width first; raises UsageError for other texts and for huge sizes."""
    found = re.fullmatch(r"([0-9]+)[xX]([0-9]+)", text)
    if found is None or not all(side.strip("0") for side in found.groups()):
        raise UsageError(f"{text[:60]!r} is not a size; expected WIDTHxHEIGHT, such as 320x240")
    sides = [side.lstrip("0") for side in found.groups()]
    if any(len(side) > len(str(LARGEST_SIDE)) or int(side) > LARGEST_SIDE for side in sides):
        raise UsageError(f"{text[:60]!r} is too large; expected sides of at most {LARGEST_SIDE}")
    return int(sides[0]), int(sides[1])


def require(condition: bool, message: str) -> None:
    """Raise UsageError with ``message`` unless ``condition`` holds; for ``__post_init__``."""
    if not condition:
        raise UsageError(message)


def require_between(name: str, value: float, least: float, most: float) -> None:
    """Raise UsageError unless the number ``value`` of the option ``name`` is from ``least`` to ``most``; NaN is not."""
    require(least <= value <= most, f"{name} {str(value)[:40]}: expected {least} to {most}")


def _checked(config: Any) -> Any:
    """``config``; raises UsageError if a file that it writes is one that it reads, or two of them are one file."""
    inputs: list[Path] = []
    outputs = []
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if field.metadata["reads"] and value is not None:
            inputs += value if isinstance(value, tuple) else [value]
        if field.metadata["writes"] and value is not None:
            outputs.append((field.name if field.metadata["positional"] else flag_of(field.name), value))
    require_separate(outputs, inputs)
    return config


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
    path = parse(parser, words).settings
    values = read_settings(path, config) if path is not None else {}
    for action in required:
        action.required = action.dest not in values
    parser.set_defaults(**values)
