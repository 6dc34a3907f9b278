"""A few kills of a recording and a build; `make test-kills` does 300, also of trainings and exports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from celcam.paths import ROOT
from tests.kills import run as kills
from tests.kills.job import KillError, contents, require_equal
from tests.kills.recording import Tally

# A job that writes numbers to a file; `{resume}` decides whether it goes on after a kill.
COUNTING = """
import sys, time
from pathlib import Path
from tests.kills import worker
from tests.kills.job import Job, contents, require_equal

class Counting(Job):
    name = "record"
    def prepare(self, folder): pass
    def work(self, place):
        path = place / "numbers.txt"
        if path.exists() and not {resume}:
            print("numbers.txt: exists")
            return 2
        while not path.exists() or path.stat().st_size < 20:
            with path.open("a") as file:
                file.write("7")
            time.sleep(0.005)
        return 0
    def check(self, place, reference):
        require_equal(contents(place), contents(reference))

sys.exit(worker.main(sys.argv[1:], {{"record": Counting}}))
"""


def run_counting(tmp_path: Path, *, resume: bool) -> dict[str, object]:
    command = [sys.executable, "-c", COUNTING.format(resume=resume), "record", "12", "1", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return figures


def test_a_job_that_goes_on_survives_every_kill(tmp_path: Path) -> None:
    figures = run_counting(tmp_path, resume=True)
    assert (figures["kills"], figures["resumed"], figures["faults"]) == (12, 12, [])


def test_a_job_that_does_not_go_on_is_a_fault(tmp_path: Path) -> None:
    figures = run_counting(tmp_path, resume=False)
    faults = figures["faults"]
    assert isinstance(faults, list) and faults
    assert "exit status 2: numbers.txt: exists" in faults[0]
    assert figures["resumed"] != figures["kills"]


def test_different_folders_are_a_fault(tmp_path: Path) -> None:
    for name, data in (("one", b"1"), ("other", b"2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_bytes(data)
    with pytest.raises(KillError, match=r"1 files differ .*: a\.txt"):
        require_equal(contents(tmp_path / "one"), contents(tmp_path / "other"))


def test_the_kills_are_divided_among_jobs_and_workers() -> None:
    parts = kills.shares(["record", "build", "train", "export"], 300, 1, 2)
    assert [(part.name, part.kills, part.seed) for part in parts] == [
        ("record", 75, 1), ("record", 75, 2), ("build", 90, 1), ("train", 39, 1), ("export", 21, 1),
    ]  # fmt: skip
    assert [part.kills for part in kills.shares(["build"], 2, 1, 3)] == [2]


def test_the_tally_keeps_the_times_of_each_file() -> None:
    tally = Tally()
    for media_s in (0.0, 0.5, 1.0):
        tally.drawn(media_s)
    tally.begin_file(0.0)
    tally.into_file(0.5)
    tally.begin_file(0.75)
    assert (tally.last_drawn_s, tally.files) == (1.0, [(0.0, 0.5), (0.75, 0.75)])
    tally.clear()
    assert tally.files == []


@pytest.mark.slow
def test_killed_recordings_and_builds_resume(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--kills", "5", "--only", "record", "build", "--folder", str(tmp_path)]
    assert kills.main(words) == 0, capsys.readouterr().out
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["job", "record", "build", "all", "every"]
    assert lines[3].split()[2:4] == ["5", "5"]
