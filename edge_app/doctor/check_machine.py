"""The doctor's checks of the machine: its kind, power, heat, memory, disk, screen and clock."""

from __future__ import annotations

import os
import re
import shutil
import sys
from datetime import datetime
from pathlib import Path

from edge_app.doctor.finding import Finding, Place, State

# A gigabyte is a thousand megabytes, as disks are sold.
LEAST_DISK_MB, LITTLE_DISK_MB = 200, 2000
LEAST_MEMORY_MB, LITTLE_MEMORY_MB = 200, 400
WARM_C, HOT_C = 70.0, 80.0


def check_machine(place: Place) -> list[Finding]:
    """Which computer, how many cores, and whether its system is 64-bit."""
    from edge_app.benchmarks.bench import device_name

    cores = place.vitals.cores
    name = device_name(place.root / "proc/device-tree/model", place.root / "proc/cpuinfo")
    found = f"{name}, {cores} core{'' if cores == 1 else 's'}, Python {sys.version.split()[0]}"
    if sys.maxsize < 2**32:
        return [Finding("machine", "fail", f"{found}, 32-bit", "the TFLite runtime needs a 64-bit system; flash that")]
    if cores < 3:
        return [Finding("machine", "note", found, f"run with --threads {cores}; more bring nothing")]
    return [Finding("machine", "ok", f"{found}; --threads 3 leaves one for the camera")]


def check_power(place: Place) -> list[Finding]:
    """Whether the firmware slows the processor down, or has."""
    words = place.vitals.throttled
    if words is None:
        remedy = "sudo usermod -aG video $USER, then log in anew; try vcgencmd get_throttled" if place.is_pi else ""
        return [Finding("power", "note", "not told here", remedy)]
    if not words:
        return [Finding("power", "ok", "enough, and never slowed down since boot")]
    weak = any(word.startswith("under-voltage") for word in words)
    remedy = "use the Pi's own power supply and a short cable" if weak else "cool it: heat sink, fan, open case"
    return [Finding("power", "fail" if "under-voltage now" in words else "note", ", ".join(words), remedy)]


def check_temperature(place: Place) -> list[Finding]:
    """How warm the processor is; from 80 degrees on a Pi slows down."""
    celsius = place.vitals.temperature_c
    if celsius is None:
        return [Finding("temperature", "note", "not told here")]
    state: State = "fail" if celsius >= HOT_C else "note" if celsius >= WARM_C else "ok"
    return [Finding("temperature", state, f"{celsius:.0f} °C", "" if state == "ok" else "heat sink, fan, open case")]


def check_memory(place: Place) -> list[Finding]:
    """How much memory other programs leave."""
    match = re.search(r"^MemAvailable:\s*(\d+) kB", place.read("proc/meminfo"), re.MULTILINE)
    if match is None:
        return [Finding("memory", "note", "not told here")]
    free_mb = int(match[1]) / 1024
    state = _by_amount(free_mb, LEAST_MEMORY_MB, LITTLE_MEMORY_MB)
    remedy = "" if state == "ok" else "close other programs; without a desktop a Pi has more left"
    return [Finding("memory", state, f"{free_mb:.0f} MB free", remedy)]


def check_disk(place: Place) -> list[Finding]:
    """Whether recordings can be written, and for how long."""
    there = place.folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    if not (there.is_dir() and os.access(there, os.W_OK)):
        remedy = f"choose another --folder, or sudo chown $USER {there}"
        return [Finding("disk", "fail", f"{place.folder} can't be written", remedy)]
    free_mb = shutil.disk_usage(there).free / 1e6
    state = _by_amount(free_mb, LEAST_DISK_MB, LITTLE_DISK_MB)
    remedy = "" if state == "ok" else "delete old recordings, or choose a --folder on a larger disk"
    return [Finding("disk", state, f"{free_mb / 1000:.1f} GB free for {place.folder}", remedy)]


def check_display(place: Place) -> list[Finding]:
    """Whether there is a screen to open a window on."""
    for name in ("WAYLAND_DISPLAY", "DISPLAY"):
        if place.environ.get(name):
            return [Finding("screen", "ok", f"{name}={place.environ[name]}")]
    if sys.platform != "linux":
        return [Finding("screen", "ok", sys.platform)]
    return [Finding("screen", "note", "none", "use --to web and look from another device")]


def check_clock(place: Place) -> list[Finding]:
    """A Pi without a battery begins in the past, and names its recordings so."""
    today = datetime.fromtimestamp(place.now_s).astimezone().strftime("%Y-%m-%d %H:%M %Z")
    if place.now_s < Path(__file__).stat().st_mtime:
        remedy = "connect it to a network once, or sudo date -s '2030-01-31 12:00'"
        return [Finding("clock", "note", f"{today}, which is before this program was copied here", remedy)]
    by_network = (place.root / "run/systemd/timesync/synchronized").exists()
    return [Finding("clock", "ok", today + (", set by the network" if by_network else ""))]


def _by_amount(amount: float, least: float, little: float) -> State:
    return "fail" if amount < least else "note" if amount < little else "ok"
