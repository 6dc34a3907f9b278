from __future__ import annotations

from pathlib import Path

import pytest

from celcam.errors import ModelError
from convert.report import probe
from convert.report.probe import measure_start


def test_a_new_process_does_not_count_the_memory_of_its_parent(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "STARTS", 1)
    ballast = b"x" * 300_000_000
    start = measure_start(lab / "comic.tflite", 64, 1)
    assert ballast
    assert start.first_picture_ms > 10
    if start.peak_memory_mb is not None and start.before_model_mb is not None:
        assert 20 < start.before_model_mb < start.peak_memory_mb < 250


def test_a_file_that_no_process_can_load_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.tflite").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="a new process can't draw with it"):
        measure_start(tmp_path / "broken.tflite", 64, 1)
