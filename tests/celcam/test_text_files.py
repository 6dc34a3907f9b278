from __future__ import annotations

import os
from pathlib import Path

import pytest

from celcam.errors import CelcamError, MediaError
from celcam.looks import read_look
from celcam.text_files import parse_json, read_json, read_toml

DEEP = 100_000


def test_values_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": [1, "b"]}')
    (tmp_path / "a.toml").write_text('a = [1, "b"]')
    assert read_json(tmp_path / "a.json") == read_toml(tmp_path / "a.toml") == {"a": [1, "b"]}


@pytest.mark.parametrize("text", ["[" * DEEP, '{"a":' * DEEP, "", "\xff", "{"])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        parse_json(text.encode("latin-1"))


@pytest.mark.parametrize(
    "data",
    [b"a = " + b"[" * DEEP, b"a = " + b"{a=" * DEEP, b"a" + b".a" * DEEP + b" = 1", b'a = "\\u0000"', b"\xff", b"a"],
)
def test_what_is_no_toml_is_a_value_error(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(data)
    with pytest.raises(ValueError):
        read_toml(tmp_path / "a.toml")


def test_pipes_folders_and_huge_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(2**40)
    for path, message in (
        (tmp_path / "pipe", "expected a file"),
        (tmp_path, "expected a file"),
        (Path("/dev/zero"), "expected a file"),
        (tmp_path / "huge", "expected at most"),
        (tmp_path / "none", "No such file"),
        (Path("a\0b"), "null"),
        (Path("\ud800"), "can't be read"),
    ):
        with pytest.raises(MediaError, match=message):
            read_toml(path)


@pytest.mark.parametrize(
    "finish",
    [
        "kind = []",
        "kind = {}",
        'kind = "border"\nwidth = inf',
        'kind = "border"\nwidth = nan',
        'kind = "border"\nwidth = ' + "9" * 400,
        'kind = "border"\nwidth = -1',
    ],
)
def test_a_look_with_a_bad_finish_is_one_error(finish: str, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f'[look]\nstyle = "comic"\n[[finish]]\n{finish}\n')
    with pytest.raises(CelcamError) as error:
        read_look(path)
    assert str(error.value).startswith(str(path))
