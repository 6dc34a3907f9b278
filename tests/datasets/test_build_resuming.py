"""Builds that are repeated, killed or resumed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from celcam.errors import DataError
from celcam.paths import ROOT
from datasets.journal import open_journal
from datasets.photo import Photo
from tests.datasets.builds import Build, Contents


def test_repeating_a_build_draws_nothing(
    build: Build, photos: Path, tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(photos)
    before = contents(tmp_path / "pairs")

    def refuse(photo: Photo, plan: object) -> None:
        raise AssertionError(photo)

    monkeypatch.setattr("datasets.build.try_to_draw", refuse)
    build(photos)
    assert contents(tmp_path / "pairs") == before


def test_a_pair_that_was_removed_is_drawn_again(build: Build, photos: Path, tmp_path: Path, contents: Contents) -> None:
    build(photos)
    before = contents(tmp_path / "pairs")
    next((tmp_path / "pairs" / "comic").iterdir()).unlink()
    build(photos)
    assert contents(tmp_path / "pairs") == before


def count_pictures(folder: Path) -> int:
    return len(list(folder.glob("comic/*.png")))


@pytest.mark.slow
def test_a_build_killed_at_any_moment_and_resumed_equals_an_undisturbed_one(
    build: Build, photos: Path, tmp_path: Path, contents: Contents
) -> None:
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "datasets", "build", "--photos", str(photos), "--out", str(out)]
    command += ["--sizes", "64", "--jobs", "2"]
    drawn_once: dict[Path, int] = {}
    for target in (1, 4, 8):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline_s = time.monotonic() + 60
        while count_pictures(out) < target and process.poll() is None:
            assert time.monotonic() < deadline_s
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not (out / "manifest.jsonl").exists()
        drawn_once |= {path: path.stat().st_mtime_ns for path in out.glob("*/[0-9a-f]*.png")}
    (out / "comic" / f".x.png.{'0' * 32}.part").write_bytes(b"left by a killed process")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "12 pairs" in done.stdout
    build(photos, out=tmp_path / "undisturbed")
    assert contents(out) == contents(tmp_path / "undisturbed")
    assert all(path.stat().st_mtime_ns == time_ns for path, time_ns in drawn_once.items())  # nothing was drawn twice


def test_a_folder_made_with_other_options_is_an_error(build: Build, photos: Path) -> None:
    build(photos)
    with pytest.raises(DataError, match="made with other options"):
        build(photos, sizes=(96,))


def test_a_second_simultaneous_build_of_the_folder_is_an_error(build: Build, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "pairs").mkdir()
    with open_journal(tmp_path / "pairs"), pytest.raises(DataError, match="another build is running"):
        build(photos)
