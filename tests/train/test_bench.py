from __future__ import annotations

import re
from pathlib import Path

import pytest

from train.__main__ import main


def test_bench_prints_crops_per_second_and_the_wait(pairs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--pairs", str(pairs), "--preset", "smoke", "--steps", "3"]) == 0
    line = re.compile(
        r"tensorflow, 1 device\(s\): (\d+) crops per second, a step takes ([\d.]+) ms, "
        r"of which it waits ([\d.]+) for its pictures"
    )
    found = line.search(capsys.readouterr().out)
    assert found is not None
    crops_per_s, step_ms, wait_ms = (float(figure) for figure in found.groups())
    assert crops_per_s > 0
    assert 0 <= wait_ms <= step_ms


def test_only_one_device_can_augment(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--pairs", "nowhere", "--augment-on", "device", "--devices", "2"]) == 2
    assert "--augment-on device --devices 2: only one device can augment" in capsys.readouterr().err
