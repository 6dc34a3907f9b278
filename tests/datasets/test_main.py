from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from celcam.media.photos import read_image
from datasets.__main__ import main


def test_preview_draws_the_photo_next_to_its_cartoon(samples: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "preview.png"
    assert main(["preview", str(samples[6]), "--out", str(out), "--size", "96"]) == 0
    height, width = read_image(out).shape[:2]
    assert height == 96
    assert width == 2 * 128 + (width - 256)
    assert width % 2 == 0


def test_build_reports_its_pairs_and_the_skipped_photos(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "zero.jpg").write_bytes(b"")
    words = ["build", "--photos", str(photos), "--out", str(tmp_path / "pairs"), "--sizes", "64", "--jobs", "1"]
    assert main(words) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("12 pairs (")
    assert "; 1 skipped" in printed.out
    assert "zero.jpg: not a readable image: an empty file" in printed.err
    assert "zero.jpg" not in printed.out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--sizes", "32"], "expected 64 to 2048"),
        (["--sizes", "256;384"], "expected numbers such as 256"),
        (["--style", "cubist"], "unknown style 'cubist'; known: "),
        (["--format", "gif"], "expected png or jpeg"),
        (["--jobs", "0"], "expected 1 to 1024"),
        (["--every", "0"], "expected more than 0"),
        (["--photos", "nowhere"], "nowhere: no such file or folder"),
        (["--scheduler", "tcp://127.0.0.1:9"], "expected a running Dask scheduler"),
    ],
)
def test_invalid_options_are_a_one_line_error_and_exit_2(
    words: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasets.workers.TIMEOUT_S", 0.5)
    assert main(["build", "--out", str(tmp_path / "pairs"), *words]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("python -m datasets: ")]
    assert len(lines) == 1
    assert reason in lines[0]


def test_import_reports_its_pairs_and_the_skipped_files(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    targets = tmp_path / "targets"
    shutil.copytree(photos / "more", targets)
    words = ["import", "--photos", str(photos / "more"), "--targets", str(targets), "--style", "artist", "--size", "64"]
    (targets / "alone.png").write_bytes(b"")
    assert main([*words, "--out", str(tmp_path / "pairs"), "--jobs", "1"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("4 pairs (")
    assert "; 1 skipped" in printed.out
    assert "has no photo of this name" in printed.err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "expected one of: --photos DIR --targets DIR"),
        (["--photos", "a"], "expected one of: --photos DIR --targets DIR"),
        (["--photos", "a", "--targets", "b", "--csv", "c"], "expected one of: --photos DIR --targets DIR"),
        (["--side-by-side", "a", "--photo-side", "top"], "expected left or right"),
        (["--csv", "a", "--size", "8"], "expected 64 to 2048"),
        (["--csv", "a", "--format", "gif"], "expected png or jpeg"),
        (["--csv", "a", "--jobs", "0"], "expected 1 or more"),
        (["--csv", "a", "--style", "Gouache 2"], "expected lower-case letters"),
        (["--csv", "a", "--style", "photo"], "and not 'photo'"),
        (["--csv", "a", "--style", "comic"], "a style filter has this name"),
        (["--csv", "nowhere.csv"], "nowhere.csv: can't be read"),
        (["--side-by-side", "nowhere"], "nowhere: no such folder"),
    ],
)
def test_invalid_options_of_import_are_a_one_line_error_and_exit_2(
    words: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "--style", "artist", "--out", str(tmp_path / "pairs"), *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert reason in line
    assert not (tmp_path / "pairs").exists()


def test_fetch_without_a_name_lists_the_sets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fetch"]) == 0
    printed = capsys.readouterr().out
    assert "oxford-pet" in printed
    assert "licence: " in printed


def test_fetching_an_unknown_set_lists_the_known_sets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fetch", "imagenet"]) == 2
    assert "bsds500" in capsys.readouterr().err


def test_bench_prints_a_table(samples: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    words = ["bench", "--photos", str(samples[6]), "--style", "comic", "--sizes", "64", "--pairs", "2", "--jobs", "2"]
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("| style | short side |")
    style, size, alone, together, times = (cell.strip() for cell in lines[4].strip("|").split("|"))
    assert (style, size) == ("comic", "64")
    assert float(together) / float(alone) == pytest.approx(float(times), abs=0.05)
