from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from celcam.cli import option, run_command
from celcam.errors import UsageError
from celcam.originals import identity, place_key, require_separate


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photos" / "a.png"
    path.parent.mkdir()
    path.write_text("original")
    return path


def test_every_path_to_an_input_is_recognised(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "link.png").symlink_to(photo)
    (tmp_path / "folder").symlink_to(photo.parent)
    os.link(photo, tmp_path / "hard.png")
    names = ["photos/a.png", "photos/../photos/a.png", "link.png", "folder/a.png", "hard.png"]
    for name in names:
        with pytest.raises(UsageError, match=r"--out .*: is the source itself; choose another name"):
            require_separate([("--out", tmp_path / name)], [photo])


def test_a_picture_in_a_folder_of_inputs_is_not_replaced_and_a_new_one_is_made(photo: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is the source itself"):
        require_separate([("--out", photo)], [tmp_path])
    (photo.parent / "log.jsonl").write_text("")
    require_separate([("--out", photo.parent / "new.png"), ("--stats", photo.parent / "log.jsonl")], [photo.parent])


def test_two_outputs_are_two_files(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").symlink_to(photo.parent)
    for other in ("photos/x.mp4", "photos/../photos/x.mp4", "folder/x.mp4", "photos/X.MP4"):
        with pytest.raises(UsageError, match=r"--b .*: is also the file of --a"):
            require_separate([("--a", tmp_path / "photos" / "x.mp4"), ("--b", tmp_path / other)], [])
    require_separate([("--a", tmp_path / "x.mp4"), ("--b", tmp_path / "y.mp4")], [])


def test_one_letter_in_two_encodings_is_one_name(tmp_path: Path) -> None:
    assert place_key(tmp_path / "caf\u00e9.png") == place_key(tmp_path / "cafe\u0301.png")


def test_what_does_not_exist_has_no_identity(tmp_path: Path) -> None:
    assert identity(tmp_path / "none") is None
    assert identity(Path("a\0b")) is None


@dataclass(frozen=True)
class Options:
    photo: Path = option(help="the photo", positional=True, reads=True)
    out: Path = option(Path("out.png"), help="the picture", writes=True)
    sheet: Path | None = option(None, help="the sheet", writes=True)


def test_a_command_writes_over_none_of_its_inputs(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(options: Options) -> int:
        options.out.write_text("replaced")
        return 0

    assert run_command("prog", "about", Options, run, [str(photo), "--out", str(photo)]) == 2
    assert capsys.readouterr().err == f"prog: --out {photo}: is the source itself; choose another name\n"
    words = [str(photo), "--out", str(photo.parent / "b.png"), "--sheet", str(photo.parent / "B.png")]
    assert run_command("prog", "about", Options, run, words) == 2
    assert photo.read_text() == "original"
    assert run_command("prog", "about", Options, run, words[:3]) == 0
