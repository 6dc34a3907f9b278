from __future__ import annotations

import os
from pathlib import Path

from edge_app.device.vitals import THROTTLED_FILE
from edge_app.doctor import check_machine
from edge_app.doctor.checkup import CHECKS, exit_status, run_doctor, table
from edge_app.doctor.finding import Finding, System
from tests.edge_app.systems import load, only, pi, write


def test_every_check_runs_on_this_machine(tmp_path: Path) -> None:
    findings = run_doctor(tmp_path / "camera", run=lambda words: None)
    assert not [finding for finding in findings if "the check failed" in finding.found]
    assert len(findings) == len(CHECKS) + 1  # two kinds of cameras
    by_name = {finding.what: finding for finding in findings}
    assert by_name["model"].state == "ok"
    assert by_name["TFLite runtime"].found.startswith("ai_edge_litert")
    assert by_name["recording"].state == "ok"
    assert not (tmp_path / "camera").exists()


def test_every_failure_has_a_remedy_of_one_line(tmp_path: Path) -> None:
    pi(tmp_path)
    nothing = load(numpy=None, cv2=None, av=None, aiohttp=None, picamera2=None)
    findings = run_doctor(
        tmp_path / "camera", root=tmp_path, environ={}, models=tmp_path, load=nothing, run=lambda words: "throttled=0x1"
    )
    failed = [finding for finding in findings if finding.state == "fail"]
    assert {finding.what for finding in failed} == {"OpenCV", "model", "Pi camera", "recording", "power"}
    assert all(finding.remedy and "\n" not in finding.remedy for finding in failed)
    assert exit_status(findings) == 1


def test_a_check_that_crashes_is_a_finding_and_the_others_still_run(tmp_path: Path) -> None:
    def broken(system: System) -> list[Finding]:
        raise KeyError("no\nsuch key")

    findings = run_doctor(tmp_path, run=lambda words: None, checks={"odd": broken, "disk": check_machine.check_disk})
    assert [finding.what for finding in findings] == ["odd", "disk"]
    assert findings[0].state == "fail"
    assert findings[0].found.startswith("the check failed: KeyError: ")
    assert "\n" not in table(findings[:1]).splitlines()[0]


def test_the_table_has_remedies_below_and_a_verdict_at_the_end() -> None:
    findings = [
        Finding("camera", "fail", "none found", "plug one in"),
        Finding("disk", "ok", "30.0 GB free"),
        Finding("screen", "note", "none"),
    ]
    assert table(findings).splitlines() == [
        "fail  camera  none found",
        "              -> plug one in",
        "ok    disk    30.0 GB free",
        "note  screen  none",
        "not ready: 1 problem, 1 note",
    ]
    assert table(findings[1:]).endswith("\nready: 0 problems, 1 note")


def test_notes_do_not_count_as_failures() -> None:
    assert exit_status([Finding("a", "ok", ""), Finding("b", "note", "")]) == 0


def test_flags_of_the_kernels_file_reach_the_doctor(tmp_path: Path) -> None:
    write(tmp_path, THROTTLED_FILE, "50000\n")
    findings = run_doctor(
        tmp_path, root=tmp_path, environ=os.environ, run=lambda words: None, checks={"power": check_machine.check_power}
    )
    assert only(findings).found == "under-voltage since boot, throttled since boot"
