from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from celcam.cli import Command, option, parse_size, require, run_command, run_commands
from celcam.errors import CelcamError, UsageError
from celcam.parser import option_type


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


def test_the_default_command_may_be_omitted() -> None:
    assert run("there") == 0
    assert seen[-1] == Options(Path("there"))


def test_an_error_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("fail", "there") == 2
    assert capsys.readouterr().err == "prog: one line, whatever the library said\n"


def test_invalid_options_are_an_error_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("keep", "there", "--often", "0") == 2
    assert capsys.readouterr().err == "prog: --often 0: expected 1 or more\n"


def test_help_names_each_default_but_never_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        run("keep", "--help")
    assert done.value.code == 0
    text = capsys.readouterr().out
    assert "how often (default: 3)" in text
    assert "None" not in text


def test_sizes_are_width_by_height() -> None:
    assert parse_size("320x240") == (320, 240)


@pytest.mark.parametrize("text", ["320", "320x", "axb", "0x4", "-4x4", "3.5x4"])
def test_an_invalid_size_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match="expected WIDTHxHEIGHT"):
        parse_size(text)


@dataclass(frozen=True)
class Camera:
    source: str | None = option(None, help="what to show", positional=True)
    to: tuple[str, ...] = option(("window",), help="where")
    rates: tuple[int, ...] = option((), help="how fast")
    fps: float = option(0.0, help="a rate")
    calm: bool = option(False, help="steady")
    settings: Path | None = option(None, help="a file")

    def __post_init__(self) -> None:
        require(self.fps >= 0, f"--fps {self.fps}: expected 0 or more")


cameras: list[Camera] = []


def camera(*words: str, file: dict[str, Any] | None = None) -> int:
    """Run with a settings file of any name that contains ``file``."""

    def keep_camera(options: Camera) -> int:
        cameras.append(options)
        return 0

    def read(path: Path, config: type) -> dict[str, Any]:
        assert config is Camera
        if file is None:
            raise UsageError(f"{path}: not TOML")
        return file

    return run_command("prog", "about", Camera, keep_camera, list(words), read_settings=read)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--to", "web", "--to", "window"], Camera(to=("web", "window"))),
        (["--to", "web", "null", "--to", "window"], Camera(to=("web", "null", "window"))),
        (["--rates", "1", "2", "--rates", "3"], Camera(rates=(1, 2, 3))),
        ([], Camera()),
    ],
)
def test_a_repeated_flag_adds_values_and_replaces_the_default(words: list[str], expected: Camera) -> None:
    assert camera(*words) == 0
    assert cameras[-1] == expected


def test_a_flag_that_names_the_default_keeps_it_once() -> None:
    assert camera("--to", "window", "--to", "web") == 0
    assert cameras[-1].to == ("window", "web")


def test_flags_override_settings_and_settings_override_defaults() -> None:
    file = {"source": "picamera:0", "to": ("web",), "fps": 20.0, "calm": True}
    assert camera("--settings", "a.toml", "--fps", "10", "--to", "null", file=file) == 0
    assert cameras[-1] == Camera("picamera:0", ("null",), (), 10.0, True, Path("a.toml"))
    assert camera("usb:0", "--settings", "a.toml", "--no-calm", file=file) == 0
    assert cameras[-1] == Camera("usb:0", ("web",), (), 20.0, False, Path("a.toml"))


def test_without_the_settings_option_no_file_is_read() -> None:
    assert camera("usb:0", file=None) == 0
    assert cameras[-1] == Camera("usb:0")


def test_unreadable_settings_are_a_one_line_error_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert camera("--settings", "a.toml", file=None) == 2
    assert capsys.readouterr().err == "prog: a.toml: not TOML\n"


def test_settings_are_validated_like_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert camera("--settings", "a.toml", file={"fps": -1.0}) == 2
    assert capsys.readouterr().err == "prog: --fps -1.0: expected 0 or more\n"


@dataclass(frozen=True)
class Needy:
    where: Path = option(help="a place", positional=True)
    often: int = option(help="how often")
    settings: Path | None = option(None, help="a file")


def test_settings_may_provide_required_options(capsys: pytest.CaptureFixture[str]) -> None:
    def needy(file: dict[str, Any], *words: str) -> int:
        return run_command("prog", "about", Needy, lambda _: 0, list(words), read_settings=lambda path, config: file)

    assert needy({"where": Path("there"), "often": 2}, "--settings", "a.toml") == 0
    assert needy({"often": 2}, "there", "--settings", "a.toml") == 0
    with pytest.raises(SystemExit) as done:
        needy({"often": 2}, "--settings", "a.toml")
    assert done.value.code == 2
    assert "the following arguments are required: where" in capsys.readouterr().err


def test_hidden_flags_are_not_in_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        camera("--help")
    text = capsys.readouterr().out
    assert "--calm" in text
    assert "--no-calm" not in text


def test_the_type_of_an_option_comes_from_its_annotation() -> None:
    assert option_type(float | None) == (float, False)
    assert option_type(tuple[Path, ...]) == (Path, True)
    with pytest.raises(TypeError, match="can't be of type"):
        option_type(dict)


@dataclass(frozen=True)
class Many:
    source: tuple[str, ...] = option((), help="files", positional=True)
    style: str = option("comic", help="a look")
    calm: bool = option(False, help="steady")
    settings: Path | None = option(None, help="a file")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["a", "b", "--style", "x"], Many(("a", "b"), "x")),
        (["--style", "x", "a", "b"], Many(("a", "b"), "x")),
        (["a", "--style", "x", "b", "--calm", "c"], Many(("a", "b", "c"), "x", True)),
        (["--calm"], Many(("set",), calm=True)),
        (["--calm", "a"], Many(("a",), calm=True)),
    ],
)
def test_positional_values_may_stand_anywhere(words: list[str], expected: Many) -> None:
    seen: list[Many] = []

    def keep_many(options: Many) -> int:
        seen.append(options)
        return 0

    words = [*words, "--settings", "a.toml"]
    assert run_command("prog", "", Many, keep_many, words, read_settings=lambda path, _: {"source": ("set",)}) == 0
    assert seen == [dataclasses.replace(expected, settings=Path("a.toml"))]


@dataclass(frozen=True)
class Renamed:
    new_name: int = option(help="a number", aliases=("--old-name", "--oldest"))
    loud: bool = option(False, help="shout", aliases=("--noisy",))
    words: tuple[str, ...] = option((), help="words", positional=True)
    settings: Path | None = option(None, help="a file")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--old-name", "4"], Renamed(4)),
        (["--oldest=4", "--noisy"], Renamed(4, True)),
        (["--new-name", "4", "--noisy", "--no-noisy"], Renamed(4)),
        (["--new-name", "4", "--", "--old-name"], Renamed(4, words=("--old-name",))),
    ],
)
def test_an_alias_stands_for_its_option(words: list[str], expected: Renamed) -> None:
    seen: list[Renamed] = []

    def keep_renamed(options: Renamed) -> int:
        seen.append(options)
        return 0

    assert run_command("prog", "about", Renamed, keep_renamed, words, read_settings=lambda path, config: {}) == 0
    if "--no-noisy" not in words:
        assert run_commands("prog", "about", [Command("keep", Renamed, keep_renamed, "")], ["keep", *words]) == 0
    assert set(seen) == {expected}


def test_the_usage_names_sources_before_options(capsys: pytest.CaptureFixture[str]) -> None:
    for config, usage in ((Many, "usage: prog [source ...] [options]"), (Options, "usage: prog where [options]")):
        with pytest.raises(SystemExit):
            run_command("prog", "about", config, lambda _: 0, ["--help"])
        assert capsys.readouterr().out.startswith(f"{usage}\n")


def test_aliases_are_not_in_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run_command("prog", "about", Renamed, lambda _: 0, ["--help"])
    text = capsys.readouterr().out
    assert "--new-name" in text
    assert "--old" not in text
    assert "--noisy" not in text
