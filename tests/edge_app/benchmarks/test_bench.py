from __future__ import annotations

import json
import platform
import shutil
from pathlib import Path
from typing import Any

import pytest

from celcam import progress
from celcam.errors import ModelError
from celcam.model_card import sha256
from celcam.paths import MODELS
from edge_app.__main__ import main
from edge_app.benchmarks import bench as bench_module
from edge_app.benchmarks.bench import LINE_STARTS, Bench, Timing, device_name, run_bench, runtime_name

COMIC = MODELS / "comic.tflite"


def last_line(text: str) -> dict[str, Any]:
    line = text.splitlines()[-1]
    assert line.startswith(f"{LINE_STARTS} ")
    facts: dict[str, Any] = json.loads(line.removeprefix(LINE_STARTS))
    return facts


def test_shipped_models_have_names(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--size", "32x32", "--threads", "1", "--runs", "1")
    assert main(["bench", "comic", "pencil", *words]) == 0
    results = last_line(capsys.readouterr().out)["results"]
    assert [result["model"] for result in results] == ["comic.tflite", "pencil.tflite"]
    assert main(["bench", "comik", *words]) == 2
    assert "did you mean comic" in capsys.readouterr().err


def test_each_model_size_and_thread_count_has_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = ("64x64", "96x32")
    assert main(["bench", str(COMIC), "--size", *sizes, "--threads", "1", "2", "--runs", "3"]) == 0
    text = capsys.readouterr().out
    rows = [line.split() for line in text.splitlines() if line.startswith("comic.tflite")]
    assert [row[1:3] for row in rows] == [[size, threads] for size in sizes for threads in ("1", "2")]
    for row in rows:
        median_ms, p95_ms, fps = map(float, row[3:])
        assert 0 < median_ms <= p95_ms
        assert fps == pytest.approx(1000 / median_ms, rel=0.05)


def test_progress_goes_only_to_stderr(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["bench", str(COMIC), "--size", "64x64", "--threads", "1", "--runs", "3"]
    assert main(words) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.0)
    assert main(words) == 0
    assert capsys.readouterr().err.startswith("bench: 1 of 8 rounds, ")


def test_the_last_line_is_data_that_can_be_sent_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", str(COMIC), "--size", "64x32", "--threads", "2", "--runs", "2"]) == 0
    facts = last_line(capsys.readouterr().out)
    assert facts["device"] == device_name()
    assert (facts["machine"], facts["runtime"], facts["runs"]) == (platform.machine(), runtime_name(), 2)
    (result,) = facts["results"]
    assert (result["model"], result["size"], result["threads"]) == ("comic.tflite", "64x32", 2)
    assert result["sha256"] == sha256(COMIC.read_bytes())[:12]
    assert 0 < result["median_ms"] <= result["p95_ms"]


def test_without_names_all_shipped_files_are_timed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("b", "a"):
        shutil.copy(COMIC, tmp_path / f"{name}.tflite")
    monkeypatch.setattr(bench_module, "MODELS", tmp_path)
    assert [timing.model for timing in run_bench((), [(32, 32)], [1], runs=1).timings] == ["a.tflite", "b.tflite"]


def test_the_table_names_device_and_runtime() -> None:
    measured = Bench("Toaster", "toast 1.0", 7, [Timing("comic.tflite", "abc", (320, 240), 3, 20.0, 25.5)])
    head, columns, row = measured.table().splitlines()
    assert head == "Toaster, toast 1.0, 7 runs each, in turn"
    assert columns.split() == ["model", "size", "threads", "median", "ms", "p95", "ms", "frames/s"]
    assert row.split() == ["comic.tflite", "320x240", "3", "20.00", "25.50", "50.0"]
    assert len(columns) == len(row)


def test_a_device_is_named_by_its_board_or_else_by_its_cpu(tmp_path: Path) -> None:
    board, cpus = tmp_path / "model", tmp_path / "cpuinfo"
    board.write_text("Raspberry Pi 5 Model B Rev 1.0\0")
    cpus.write_text("processor\t: 0\nmodel name\t: Fast CPU @ 3 GHz\n\nmodel name\t: Fast CPU @ 3 GHz\n")
    assert device_name(board, cpus) == "Raspberry Pi 5 Model B Rev 1.0"
    assert device_name(tmp_path / "none", cpus) == "Fast CPU @ 3 GHz"
    assert device_name(tmp_path / "none", tmp_path / "none")


def test_the_app_runs_without_a_command_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = MODELS.parent / "datasets" / "samples" / "food_scikit_image_coffee.jpg"
    assert main([str(photo), "--to", str(tmp_path / "comic.png"), "--size", "64x64"]) == 0
    assert (tmp_path / "comic.png").is_file()
    with pytest.raises(SystemExit) as done:
        main(["bench", "--help"])
    assert done.value.code == 0
    assert "--threads N [N ...]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("none.tflite",), "none.tflite: can't be read"),
        ((str(COMIC), "--size", "big"), "expected WIDTHxHEIGHT"),
        ((str(COMIC), "--size", "30x30"), "multiples of 4, the frame is 30x30"),
        ((str(COMIC), "--threads", "1", "0"), "--threads 0: expected 1 to 1024"),
        ((str(COMIC), "--runs", "0"), "--runs 0: expected 1 or more"),
        (("{tmp}/damaged.tflite",), "the runtime refuses it"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    words: tuple[str, ...], message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "damaged.tflite").write_bytes(COMIC.read_bytes()[:30_000])
    assert main(["bench", *(word.replace("{tmp}", str(tmp_path)) for word in words)]) == 2
    error = capfd.readouterr().err.strip()
    assert message in error
    assert "\n" not in error


def test_no_shipped_file_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_module, "MODELS", tmp_path)
    with pytest.raises(ModelError, match="no model files"):
        run_bench((), [(32, 32)], [1], runs=1)


def test_a_file_holds_the_figures_of_the_last_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "new" / "bench.json"
    words = ["bench", str(COMIC), "--size", "64x32", "--threads", "1", "--runs", "2", "--to", str(file)]
    assert main(words) == 0
    text = capsys.readouterr().out
    assert json.loads(file.read_text(encoding="utf-8")) == last_line(text)
    assert str(file) in text
    assert "accelerators: CPU" in text
