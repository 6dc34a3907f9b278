"""edge_app/install-pi.sh on an emulated Pi."""

from __future__ import annotations

import re

import pytest

from tests.pi.emulated.installed import INTERRUPT_AT, Pi, state_of

pytestmark = pytest.mark.pi

# What a folder on another computer lacks; on a Pi, these are ok.
NOT_THERE = {"Pi camera", "USB camera", "power", "temperature", "screen", "OpenCV", "machine", "memory", "clock"}


def test_the_installer_was_interrupted_and_goes_on(prepared: tuple[Pi, list[str]], installed: tuple[Pi, str]) -> None:
    _, lines = prepared
    assert INTERRUPT_AT in lines[-1]
    pi, _ = installed
    assert (pi.root / "opt/celcam/.venv-pi/requirements.txt").is_file()


def test_the_installer_ends_with_a_doctor_that_misses_the_camera_alone(installed: tuple[Pi, str]) -> None:
    _, output = installed
    findings = re.findall(r"^(ok|note|fail)\s+(\S+(?: \S+)*)\s{2,}", output, re.MULTILINE)
    assert {"model", "TFLite runtime", "recording", "web page", "disk"} <= {
        what for state, what in findings if state == "ok"
    }
    assert not {what for state, what in findings if state == "fail"}, output
    assert {what for state, what in findings if state == "note"} <= NOT_THERE, output
    assert re.search(r"^ready: 0 problems", output, re.MULTILINE)


def test_the_installer_run_twice_changes_nothing(pi: Pi) -> None:
    before = state_of(pi.root / "opt/celcam")
    done = pi.install()
    assert done.returncode == 0, done.stdout
    assert "the packages are up to date" in done.stdout
    assert "the app is up to date" in done.stdout
    assert state_of(pi.root / "opt/celcam") == before


def test_a_wrong_option_changes_nothing(pi: Pi) -> None:
    before = state_of(pi.root / "opt/celcam")
    done = pi.install("--windows")
    assert done.returncode == 2
    assert "unknown option --windows" in done.stdout
    assert state_of(pi.root / "opt/celcam") == before
