from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from celcam.tflite_model import TFLiteModel
from celcam.timing import Latency


def test_times_are_relative_to_a_float32_file_that_is_made_if_it_is_missing(
    lab: Path, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convert.lineup import find_groups
    from convert.pairs import find_pairs_folder
    from convert.report import speed
    from convert.report.speed import Timing, measure_speed, thread_counts

    for suffix in (".tflite", ".json"):
        shutil.copy(lab / f"comic{suffix}", tmp_path)

    def pretend(calls: Mapping[Path | str, object], runs: int) -> dict[Path | str, Latency]:
        takes_bytes = {path: TFLiteModel(path).takes_bytes for path in calls if isinstance(path, Path)}
        ms = {path: 2.0 if takes_bytes[path] else 8.0 for path in takes_bytes}
        return {name: Latency(ms.get(name, 4.0), 9.0) for name in calls}  # type: ignore[arg-type]

    monkeypatch.setattr(speed, "measure_latency", pretend)
    monkeypatch.setattr(speed, "mobilenet_call", lambda threads: lambda: None)
    find_pairs = partial(find_pairs_folder, named=pairs, scratch=tmp_path)
    found = measure_speed(find_groups(tmp_path, (), find_pairs, 1), thread_counts(os.cpu_count() or 1))
    assert list(found) == thread_counts(os.cpu_count() or 1)
    for timed in found.values():
        assert timed.files == {
            tmp_path / "comic.tflite": Timing(2.0, 9.0, over_float32=0.25, over_mobilenetv2_224_int8=0.5)
        }
        assert timed.mobilenet == Latency(4.0, 9.0)


@pytest.mark.parametrize(
    ("cores", "counts"),
    [(1, [1]), (2, [1, 2]), (4, [1, 2, 3, 4]), (12, [1, 2, 3, 4, 8, 12]), (16, [1, 2, 3, 4, 8, 16])],
)
def test_threads_go_from_1_to_all(cores: int, counts: list[int]) -> None:
    from convert.report.speed import thread_counts

    assert thread_counts(cores) == counts
