from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from celcam.errors import DataError
from celcam.manifest import MANIFEST_NAME, Pair, pairs_of, read_manifest, write_manifest

ONE = Pair("aa", "comic", "train", "photo/aa.png", "comic/aa.png", "Grüße.jpg")
TWO = Pair("bb", "comic", "test", "photo/bb.png", "comic/bb.png", "b.jpg")


def test_pairs_come_back_sorted(tmp_path: Path) -> None:
    write_manifest(tmp_path, [TWO, ONE])
    assert read_manifest(tmp_path) == [ONE, TWO]
    assert pairs_of(tmp_path, "test") == [TWO]


def test_a_missing_manifest_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="python -m datasets build"):
        read_manifest(tmp_path)


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    write_manifest(tmp_path, [ONE])
    with (tmp_path / MANIFEST_NAME).open("a") as file:
        file.write('{"digest": "cc"\n')
    with pytest.raises(DataError, match="line 2: not a pair"):
        read_manifest(tmp_path)


def test_an_empty_split_is_an_error(tmp_path: Path) -> None:
    write_manifest(tmp_path, [ONE])
    with pytest.raises(DataError, match="no pairs in the validation split"):
        pairs_of(tmp_path, "validation")


@pytest.mark.parametrize("letter", ["\u2028", "\u2029", "\u0085", "\v", "\f", "\x1c", "\r", "\n"])
def test_a_name_with_a_line_separator_is_read_back(letter: str, tmp_path: Path) -> None:
    named = dataclasses.replace(ONE, source=f"beach{letter}day.jpg")
    write_manifest(tmp_path, [named])
    assert read_manifest(tmp_path) == [named]


@pytest.mark.parametrize(
    "line", ["[" * 100_000, "5", "null", "[]", '{"digest": 5}', "\xff", '{"digest":"a","style":"b","other":"c"}']
)
def test_a_line_that_is_no_pair_is_one_error(line: str, tmp_path: Path) -> None:
    (tmp_path / MANIFEST_NAME).write_bytes(line.encode("latin-1"))
    with pytest.raises(DataError, match="line 1: not a pair"):
        read_manifest(tmp_path)


def test_a_path_that_is_a_number_is_no_pair(tmp_path: Path) -> None:
    fields = dataclasses.asdict(ONE) | {"photo": 5}
    (tmp_path / MANIFEST_NAME).write_text(json.dumps(fields))
    with pytest.raises(DataError, match="line 1: not a pair"):
        read_manifest(tmp_path)
