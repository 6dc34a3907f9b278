"""The cost table of the finishes."""

from __future__ import annotations

import cv2
import pytest

from celcam.looks import LOOKS
from celcam.paths import SAMPLES
from edge_app.__main__ import main
from edge_app.benchmarks.finishes import FinishTimes, run_finishes


def test_every_look_is_timed_on_one_thread_at_every_size() -> None:
    threads = cv2.getNumThreads()
    times = run_finishes((64, 48), [(96, 72), (128, 96)], runs=1)
    assert list(times.by_look) == list(LOOKS)
    assert all(len(each) == 2 and min(each) > 0 for each in (*times.by_look.values(), times.enlarging_ms))
    assert times.network_ms > 0
    assert cv2.getNumThreads() == threads


def test_the_table_marks_a_finish_that_takes_more_than_it_may() -> None:
    looks = {"comic": [5.0], "noir": [7.0], "pencil": [9.9], "colored-pencil": [15.1]}
    rows = FinishTimes("title", 10.0, [(640, 480)], looks, [0.5]).table().splitlines()
    assert rows[2].split() == ["640x480", "ms", "of", "network", "limit"]
    assert [row.split()[1:] for row in rows[3:]] == [
        ["5.00", "0.50", "0.6"],
        ["7.00", "0.70", "0.6*"],
        ["9.90", "0.99", "1.0"],
        ["15.10", "1.51", "1.5*"],
        ["0.50", "0.05"],
    ]


def test_the_command_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["finishes", "--size", "64x48", "--network-size", "32x24", "--runs", "1"]) == 0
    assert "colored-pencil" in capsys.readouterr().out


def test_the_distances_of_a_photo_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["distances", str(SAMPLES / "food_scikit_image_coffee.jpg")]) == 0
    assert "over 1 photos" in capsys.readouterr().out
