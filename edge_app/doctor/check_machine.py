"""The doctor's checks of the machine: model, power, temperature, memory, disk, screen and clock."""

from __future__ import annotations

import os
import re
import shutil
import sys
from datetime import datetime
from pathlib import Path

from edge_app.doctor.finding import Finding, State, System

# A gigabyte is a thousand megabytes, as on the label of a disk.
LEAST_DISK_MB, LITTLE_DISK_MB = 200, 2000
LEAST_MEMORY_MB, LITTLE_MEMORY_MB = 200, 400
WARM_C, HOT_C = 70.0, 80.0


def check_machine(system: System) -> list[Finding]:
    """The model, the number of cores, and whether the system is 64-bit."""
    from edge_app.benchmarks.bench import device_name

    cores = system.vitals.cores
    name = device_name(system.root / "proc/device-tree/model", system.root / "proc/cpuinfo")
    found = f"{name}, {cores} core{'' if cores == 1 else 's'}, Python {sys.version.split()[0]}"
    if sys.maxsize < 2**32:
        return [Finding("machine", "fail", f"{found}, 32-bit", "the TFLite runtime needs a 64-bit system; install one")]
    if cores < 3:
        return [Finding("machine", "note", found, f"run with --threads {cores}; more does not help")]
    return [Finding("machine", "ok", f"{found}; --threads 3 leaves one core for the camera")]


def check_power(system: System) -> list[Finding]:
    """Whether the firmware slows the processor down, now or since boot."""
    words = system.vitals.throttled
    if words is None:
        remedy = "sudo usermod -aG video $USER, then log in again; try vcgencmd get_throttled" if system.is_pi else ""
        return [Finding("power", "note", "unknown on this system", remedy)]
    if not words:
        return [Finding("power", "ok", "sufficient; the processor was not slowed down since boot")]
    weak = any(word.startswith("under-voltage") for word in words)
    remedy = "use the Pi's own power supply and a short cable" if weak else "cool it: heat sink, fan, open case"
    return [Finding("power", "fail" if "under-voltage now" in words else "note", ", ".join(words), remedy)]


def check_temperature(system: System) -> list[Finding]:
    """The processor's temperature; from 80 degrees on, a Pi slows down."""
    celsius = system.vitals.temperature_c
    if celsius is None:
        return [Finding("temperature", "note", "unknown on this system")]
    state: State = "fail" if celsius >= HOT_C else "note" if celsius >= WARM_C else "ok"
    return [Finding("temperature", state, f"{celsius:.0f} °C", "" if state == "ok" else "heat sink, fan, open case")]


def check_memory(system: System) -> list[Finding]:
    """The memory that is available."""
    match = re.search(r"^MemAvailable:\s*(\d+) kB", system.read("proc/meminfo"), re.MULTILINE)
    if match is None:
        return [Finding("memory", "note", "unknown on this system")]
    free_mb = int(match[1]) / 1024
    state = _by_amount(free_mb, LEAST_MEMORY_MB, LITTLE_MEMORY_MB)
    remedy = "" if state == "ok" else "close other programs; a Pi without a desktop has more free memory"
    return [Finding("memory", state, f"{free_mb:.0f} MB free", remedy)]


def check_disk(system: System) -> list[Finding]:
    """Whether recordings can be written, and the free space."""
    there = system.folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    if not (there.is_dir() and os.access(there, os.W_OK)):
        remedy = f"choose another --folder, or sudo chown $USER {there}"
        return [Finding("disk", "fail", f"{system.folder} can't be written", remedy)]
    free_mb = shutil.disk_usage(there).free / 1e6
    state = _by_amount(free_mb, LEAST_DISK_MB, LITTLE_DISK_MB)
    remedy = "" if state == "ok" else "delete old recordings, or choose a --folder on a larger disk"
    return [Finding("disk", state, f"{free_mb / 1000:.1f} GB free for {system.folder}", remedy)]


def check_display(system: System) -> list[Finding]:
    """Whether a window can be opened."""
    for name in ("WAYLAND_DISPLAY", "DISPLAY"):
        if system.environ.get(name):
            return [Finding("screen", "ok", f"{name}={system.environ[name]}")]
    if sys.platform != "linux":
        return [Finding("screen", "ok", sys.platform)]
    return [Finding("screen", "note", "none", "use --to web and watch on another device")]


def check_clock(system: System) -> list[Finding]:
    """Whether the clock is set: a Pi without a battery starts in the past and names its recordings after that time."""
    today = datetime.fromtimestamp(system.now_s).astimezone().strftime("%Y-%m-%d %H:%M %Z")
    if system.now_s < Path(__file__).stat().st_mtime:
        remedy = "connect it to a network once, or sudo date -s '2030-01-31 12:00'"
        return [Finding("clock", "note", f"{today}, which is before this program was installed", remedy)]
    by_network = (system.root / "run/systemd/timesync/synchronized").exists()
    return [Finding("clock", "ok", today + (", set by the network" if by_network else ""))]


def _by_amount(amount: float, least: float, little: float) -> State:
    return "fail" if amount < least else "note" if amount < little else "ok"
