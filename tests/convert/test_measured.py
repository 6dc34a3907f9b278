"""Measurements of users replace projections."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from celcam.errors import DataError
from celcam.model_card import sha256
from celcam.paths import MODELS
from convert.__main__ import main
from convert.measured import read_measurements

COMIC = MODELS / "comic.tflite"
DIGEST = sha256(COMIC.read_bytes())[:12]


def bench_file(path: Path, device: str, **changes: Any) -> Path:
    result = {"model": "comic.tflite", "sha256": DIGEST, "size": "256x256", "threads": 3, "median_ms": 12.5}
    slower = result | {"threads": 1, "median_ms": 30.0}
    facts = {"device": device, "machine": "aarch64", "runtime": "ai_edge_litert 2.3.0", "runs": 50}
    path.write_text(json.dumps(facts | {"results": [slower, result | changes]}), encoding="utf-8")
    return path


def table(capsys: pytest.CaptureFixture[str], *files: Path, size: str = "256x256") -> list[str]:
    words = ["project", str(COMIC), "--size", size]
    assert main([*words, "--measured", *map(str, files)] if files else words) == 0
    return capsys.readouterr().out.splitlines()


def test_a_measurement_replaces_the_projection_of_its_device(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    projected = table(capsys)
    measured = table(capsys, bench_file(tmp_path / "pi.json", "Raspberry Pi 5 Model B Rev 1.0"))
    (row,) = [line for line in measured if "measured," in line]
    assert row.split()[-6:] == ["80", "measured,", "3", "threads,", "ai_edge_litert", "2.3.0"]
    assert "12.5" in row
    assert row.startswith("Raspberry Pi 5")
    assert [line for line in measured if line != row] == [
        line for line in projected if not line.startswith("Raspberry Pi 5  ")
    ]


def test_another_device_gets_a_row_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = table(capsys, bench_file(tmp_path / "board.json", "Orange Pi"))
    assert len([line for line in lines if line.startswith("Orange Pi")]) == 1
    assert len(lines) == len(table(capsys)) + 1


@pytest.mark.parametrize("changes", [{"sha256": "0123"}, {"size": "64x64"}])
def test_a_measurement_of_another_file_or_size_does_not_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, str]
) -> None:
    lines = table(capsys, bench_file(tmp_path / "pi.json", "Raspberry Pi 5", **changes))
    (row,) = [line for line in lines if "measured," in line]
    assert "30.0" in row  # the other measurement of the file


def test_the_line_that_bench_prints_is_read_too(tmp_path: Path) -> None:
    file = bench_file(tmp_path / "pi.json", "Raspberry Pi 4")
    line = tmp_path / "line.txt"
    line.write_text(f"a table\ncelcam-bench: {file.read_text(encoding='utf-8')}\n", encoding="utf-8")
    assert read_measurements([line]) == read_measurements([file])


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"device": 1, "runtime": 2, "results": [3]}'])
def test_a_file_without_measurements_is_one_line_of_error(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "other.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="not measurements"):
        read_measurements([file])
    assert main(["project", str(COMIC), "--measured", str(file)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_time_of_zero_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no time above 0"):
        read_measurements([bench_file(tmp_path / "pi.json", "Raspberry Pi 5", median_ms=0)])
