from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from celcam.cli import Command, option, parse_size, require, run_commands
from celcam.errors import CelcamError, UsageError


@dataclass(frozen=True)
class Options:
    where: Path = option(help="a place", positional=True)
    often: int = option(3, help="how often")
    loud: bool = option(False, help="shout")

    def __post_init__(self) -> None:
        require(self.often > 0, f"--often {self.often}: expected 1 or more")


seen: list[Options] = []


def keep(options: Options) -> int:
    seen.append(options)
    return 0


def fail(options: Options) -> int:
    raise CelcamError("one line,\n  whatever\tthe library said")


def run(*words: str) -> int:
    commands = [Command("keep", Options, keep, "keep it"), Command("fail", Options, fail, "fail")]
    return run_commands("prog", "about", commands, list(words), default="keep")


def test_fields_become_options() -> None:
    assert run("keep", "there", "--often", "7", "--loud") == 0
    assert seen[-1] == Options(Path("there"), 7, True)


def test_the_default_command_needs_no_name() -> None:
    assert run("there") == 0
    assert seen[-1] == Options(Path("there"))


def test_an_error_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("fail", "there") == 2
    assert capsys.readouterr().err == "prog: one line, whatever the library said\n"


def test_options_that_contradict_are_an_error_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("keep", "there", "--often", "0") == 2
    assert capsys.readouterr().err == "prog: --often 0: expected 1 or more\n"


def test_help_names_defaults_but_not_where_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        run("keep", "--help")
    assert done.value.code == 0
    text = capsys.readouterr().out
    assert "how often (default: 3)" in text
    assert "None" not in text


def test_sizes_are_width_by_height() -> None:
    assert parse_size("320x240") == (320, 240)


@pytest.mark.parametrize("text", ["320", "320x", "axb", "0x4", "-4x4", "3.5x4"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected WIDTHxHEIGHT"):
        parse_size(text)
