from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from edge_app.device.vitals import Vitals
from edge_app.doctor import check_machine
from tests.edge_app.systems import only, pi, system, write


@pytest.mark.parametrize(
    ("words", "state", "remedy"),
    [
        (None, "note", ""),
        ((), "ok", ""),
        (("under-voltage now", "under-voltage since boot"), "fail", "power supply"),
        (("under-voltage since boot",), "note", "power supply"),
        (("throttled now", "throttled since boot"), "note", "heat sink"),
    ],
)
def test_present_under_voltage_is_a_failure(
    tmp_path: Path, words: tuple[str, ...] | None, state: str, remedy: str
) -> None:
    found = only(check_machine.check_power(system(tmp_path, Vitals(50.0, words, None, None, None, 4))))
    assert found.state == state
    assert remedy in found.remedy


def test_a_pi_that_does_not_report_its_power_has_a_remedy(tmp_path: Path) -> None:
    pi(tmp_path)
    found = only(check_machine.check_power(system(tmp_path, Vitals(50.0, None, None, None, None, 4))))
    assert (found.state, "usermod -aG video" in found.remedy) == ("note", True)


@pytest.mark.parametrize(("celsius", "state"), [(None, "note"), (69.9, "ok"), (70.0, "note"), (80.0, "fail")])
def test_heat_is_reported_before_it_slows_the_pi(tmp_path: Path, celsius: float | None, state: str) -> None:
    assert (
        only(check_machine.check_temperature(system(tmp_path, Vitals(celsius, (), None, None, None, 4)))).state == state
    )


@pytest.mark.parametrize(("megabytes", "state"), [(150, "fail"), (300, "note"), (900, "ok")])
def test_available_memory_is_read(tmp_path: Path, megabytes: int, state: str) -> None:
    write(tmp_path, "proc/meminfo", f"MemTotal: 4000000 kB\nMemAvailable: {megabytes * 1024} kB\n")
    found = only(check_machine.check_memory(system(tmp_path)))
    assert (found.state, found.found) == (state, f"{megabytes} MB free")


@pytest.mark.parametrize(("free", "state"), [(150e6, "fail"), (250e6, "note"), (1.9e9, "note"), (2.1e9, "ok")])
def test_free_space_is_that_of_the_folders_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, state: str
) -> None:
    asked = []

    def usage(path: Path) -> SimpleNamespace:
        asked.append(path)
        return SimpleNamespace(free=free)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    assert only(check_machine.check_disk(system(tmp_path))).state == state
    assert asked == [tmp_path]  # the folder itself is made with the first recording


def test_a_folder_that_can_not_be_made_is_a_failure(tmp_path: Path) -> None:
    write(tmp_path, "out", "a file stands where the folder should")
    found = only(check_machine.check_disk(system(tmp_path)))
    assert (found.state, "--folder" in found.remedy) == ("fail", True)


@pytest.mark.parametrize(
    ("environ", "state"), [({}, "note"), ({"DISPLAY": ":0"}, "ok"), ({"WAYLAND_DISPLAY": "wayland-1"}, "ok")]
)
@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
def test_without_a_screen_the_remedy_is_the_page(tmp_path: Path, environ: dict[str, str], state: str) -> None:
    found = only(check_machine.check_display(system(tmp_path, environ=environ)))
    assert found.state == state
    assert ("--to web" in found.remedy) == (state == "note")


def test_a_clock_that_is_slow_is_noticed(tmp_path: Path) -> None:
    assert only(check_machine.check_clock(system(tmp_path, now_s=1e9))).state == "note"
    assert only(check_machine.check_clock(system(tmp_path))).state == "ok"
    write(tmp_path, "run/systemd/timesync/synchronized", "")
    assert only(check_machine.check_clock(system(tmp_path))).found.endswith("set by the network")


def test_few_cores_get_fewer_threads(tmp_path: Path) -> None:
    found = only(check_machine.check_machine(system(tmp_path, Vitals(None, None, None, None, None, 2))))
    assert (found.state, found.remedy) == ("note", "run with --threads 2; more does not help")
    pi(tmp_path)
    assert only(check_machine.check_machine(system(tmp_path))).found.startswith(
        "Raspberry Pi 5 Model B Rev 1.0, 4 cores"
    )


def test_a_32_bit_system_fails_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    found = only(check_machine.check_machine(system(tmp_path)))
    assert (found.state, "64-bit" in found.remedy) == ("fail", True)
