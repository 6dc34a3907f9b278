from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from edge_app.device.vitals import (
    COMMAND_EVERY_S,
    THROTTLED_FILE,
    VitalsReader,
    process_age_s,
    read_vitals,
    run_quietly,
    throttle_words,
)

STATUS = "Name:\tpython\nVmPeak:\t 900000 kB\nVmHWM:\t  307200 kB\nVmRSS:\t  204800 kB\nThreads:\t7\n"


class Command:
    """Answers as ``vcgencmd`` does, and counts."""

    def __init__(self, answer: str | None) -> None:
        self.answer, self.asked = answer, 0

    def __call__(self, words: Sequence[str]) -> str | None:
        assert list(words) == ["vcgencmd", "get_throttled"]
        self.asked += 1
        return self.answer


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def zone(root: Path, number: int, kind: str, temperature: str) -> None:
    write(root, f"sys/class/thermal/thermal_zone{number}/type", kind + "\n")
    write(root, f"sys/class/thermal/thermal_zone{number}/temp", temperature + "\n")


def test_unknown_vitals_are_none(tmp_path: Path) -> None:
    vitals = read_vitals(root=tmp_path, run=Command(None), cores=4)
    assert (vitals.temperature_c, vitals.throttled, vitals.memory_mb, vitals.peak_memory_mb, vitals.load_1m) == (
        (None,) * 5
    )
    assert vitals.cores == 4
    assert not vitals.throttled_now


def test_the_processors_zone_is_used_even_if_another_is_hotter(tmp_path: Path) -> None:
    zone(tmp_path, 0, "nvme", "91000")
    zone(tmp_path, 1, "cpu-thermal", "61322")
    assert read_vitals(root=tmp_path, run=Command(None)).temperature_c == 61.3


def test_without_a_processor_zone_the_hottest_zone_counts(tmp_path: Path) -> None:
    zone(tmp_path, 0, "acpitz", "27800")
    zone(tmp_path, 1, "soc0", "48000")
    assert read_vitals(root=tmp_path, run=Command(None)).temperature_c == 48.0


def test_an_unreadable_thermal_zone_is_ignored(tmp_path: Path) -> None:
    zone(tmp_path, 0, "x86_pkg_temp", "55000")
    zone(tmp_path, 1, "x86_pkg_temp", "not a number")
    (tmp_path / "sys/class/thermal/thermal_zone2").mkdir()
    assert read_vitals(root=tmp_path, run=Command(None)).temperature_c == 55.0


def test_memory_and_load_are_read_from_proc(tmp_path: Path) -> None:
    write(tmp_path, "proc/self/status", STATUS)
    write(tmp_path, "proc/loadavg", "1.25 0.80 0.50 2/345 6789\n")
    vitals = read_vitals(root=tmp_path, run=Command(None))
    assert (vitals.memory_mb, vitals.peak_memory_mb, vitals.load_1m) == (200.0, 300.0, 1.25)


def test_flags_have_the_documented_meanings() -> None:
    assert throttle_words(0) == ()
    assert throttle_words(0x50005) == (
        "under-voltage now",
        "throttled now",
        "under-voltage since boot",
        "throttled since boot",
    )
    assert throttle_words(0xA000A) == (
        "frequency capped now",
        "soft temperature limit now",
        "frequency capped since boot",
        "soft temperature limit since boot",
    )


def test_the_command_is_preferred_to_the_file(tmp_path: Path) -> None:
    write(tmp_path, THROTTLED_FILE, "0\n")
    vitals = read_vitals(root=tmp_path, run=Command("throttled=0x40004\n"))
    assert vitals.throttled == ("throttled now", "throttled since boot")
    assert vitals.throttled_now


def test_the_file_is_the_fallback_and_holds_unsigned_hexadecimal(tmp_path: Path) -> None:
    write(tmp_path, THROTTLED_FILE, "50000\n")
    assert read_vitals(root=tmp_path, run=Command(None)).throttled == (
        "under-voltage since boot",
        "throttled since boot",
    )


@pytest.mark.parametrize("answer", ["", "VCHI initialization failed", 'error=1 error_msg="Command not registered"'])
def test_an_invalid_answer_counts_as_unknown(tmp_path: Path, answer: str) -> None:
    assert read_vitals(root=tmp_path, run=Command(answer)).throttled is None


def test_events_since_boot_are_kept_although_the_kernel_clears_them(tmp_path: Path) -> None:
    reader = VitalsReader(root=tmp_path, run=Command(None), clock=lambda: 0.0)
    for text, expected in [
        ("0", ()),
        ("10001", ("under-voltage now", "under-voltage since boot")),
        ("0", ("under-voltage since boot",)),
        ("4", ("throttled now", "under-voltage since boot", "throttled since boot")),
    ]:
        write(tmp_path, THROTTLED_FILE, text + "\n")
        assert reader().throttled == expected


def test_the_command_runs_rarely_and_its_result_is_kept(tmp_path: Path) -> None:
    now_s = 100.0
    command = Command("throttled=0x0")
    reader = VitalsReader(root=tmp_path, run=command, clock=lambda: now_s)
    for _ in range(30):
        assert reader().throttled == ()
        now_s += 1.0
    assert command.asked == 30 / COMMAND_EVERY_S


def test_a_missing_command_is_not_searched_every_second(tmp_path: Path) -> None:
    now_s = 100.0
    command = Command(None)
    reader = VitalsReader(root=tmp_path, run=command, clock=lambda: now_s)
    for _ in range(59):
        reader()
        now_s += 1.0
    assert command.asked == 1


def test_a_real_command_is_run_and_one_that_fails_gives_nothing() -> None:
    assert run_quietly([sys.executable, "-c", "print('throttled=0x0')"]) == "throttled=0x0\n"
    assert run_quietly([sys.executable, "-c", "raise SystemExit(1)"]) is None
    assert run_quietly(["no-such-command-here"]) is None


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
def test_this_machine_can_be_read() -> None:
    vitals = read_vitals()
    assert vitals.memory_mb is not None and vitals.peak_memory_mb is not None
    assert 1.0 < vitals.memory_mb <= vitals.peak_memory_mb
    assert vitals.load_1m is not None
    assert 1 <= vitals.cores <= (os.cpu_count() or 1)


def test_the_age_of_a_process_counts_from_its_start(tmp_path: Path) -> None:
    assert process_age_s(tmp_path) is None
    ticks = os.sysconf("SC_CLK_TCK")
    write(tmp_path, "proc/uptime", "1000.50 3000.00\n")
    write(tmp_path, "proc/self/stat", f"77 (a) (b) S {' '.join('1' * 18)} {990 * ticks} 5 6\n")
    assert process_age_s(tmp_path) == pytest.approx(10.5)
    age_s = process_age_s()
    assert age_s is not None
    assert 0.0 < age_s < 86_400
