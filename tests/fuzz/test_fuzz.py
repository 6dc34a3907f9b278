"""A minute of `make fuzz`, without the models and the server; their own tests do that."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from celcam.errors import CelcamError
from tests.fuzz import run as fuzzing
from tests.fuzz.mutations import MOST_BYTES, mutate
from tests.fuzz.worker import Feeder, run

QUICK = ("archives", "cards", "looks", "manifests", "photos", "settings")


def test_a_seed_alone_decides_the_damage() -> None:
    data = bytes(range(256)) * 8
    one, other = ([mutate(data, random.Random(seed)) for seed in range(200)] for _ in range(2))
    assert one == other
    assert len(set(one)) > 190
    assert max(map(len, one)) <= MOST_BYTES
    assert all(isinstance(mutate(b"", random.Random(seed)), bytes) for seed in range(200))


@pytest.mark.parametrize("name", QUICK)
def test_damaged_input_is_read_or_refused(name: str, tmp_path: Path) -> None:
    feeder = run(name, 7, 60, tmp_path, most=60)
    assert feeder.faults == []
    assert feeder.inputs >= 60


def test_a_traceback_is_a_fault_whose_input_is_kept(tmp_path: Path) -> None:
    def check(path: Path) -> None:
        if path.read_bytes() == b"bad":
            raise CelcamError("as expected")
        raise KeyError("oops")

    feeder = Feeder("target", check, tmp_path)
    feeder.feed("a.bin", b"bad")
    feeder.feed("b.bin", b"worse")
    assert (feeder.inputs, feeder.refused, len(feeder.faults)) == (2, 1, 1)
    (kept,) = tmp_path.glob("fault-*.bin")
    assert kept.read_bytes() == b"worse"
    assert "KeyError" in kept.with_name(kept.name + ".txt").read_text()


def test_the_counts_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--minutes", "0.01", "--targets", "manifests", "--folder", str(tmp_path)]
    assert fuzzing.main(words) == 0
    assert "0 faults, peak memory" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("code", "fault"), [("import os; os.abort()", "exit status"), ("while True: pass", "hangs on")]
)
def test_a_crash_and_a_hang_are_faults(
    code: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "worker.py").write_text(code)
    monkeypatch.setattr(fuzzing, "HANG_S", 1.0)
    monkeypatch.setattr(fuzzing, "WORKER", str(tmp_path / "worker.py"))
    words = ["--minutes", "0.001", "--targets", "manifests", "--folder", str(tmp_path)]
    assert fuzzing.main(words) == 1
    assert fault in capsys.readouterr().out
