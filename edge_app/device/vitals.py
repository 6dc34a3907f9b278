"""The machine's vitals: temperature, power, memory and load, from Linux's own files; None if there is no such file."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

# Thermal zones of the processor itself; if no zone has such a name, the hottest of all counts.
CPU_ZONES = frozenset({"cpu-thermal", "x86-pkg-temp"})
# Bits of `vcgencmd get_throttled`, by Raspberry Pi's documentation: these now, the same 16 bits higher since boot.
THROTTLE_BITS = ("under-voltage", "frequency capped", "throttled", "soft temperature limit")
SINCE_BOOT_SHIFT = 16
NOW_MASK = (1 << len(THROTTLE_BITS)) - 1
# The command runs no more often than the first; if it gives no answer, it is tried again after the second.
COMMAND_EVERY_S = 5.0
COMMAND_RETRY_S = 60.0
COMMAND_TIMEOUT_S = 1.0
THROTTLED_FILE = "sys/devices/platform/soc/soc:firmware/get_throttled"

# Returns what a command prints, or None if it can't be run.
Runner = Callable[[Sequence[str]], str | None]


@dataclass(frozen=True)
class Vitals:
    """One reading; None is unknown."""

    temperature_c: float | None
    throttled: tuple[str, ...] | None  # such as "under-voltage now", "throttled since boot"; () if all is well
    memory_mb: float | None  # resident, of this process
    peak_memory_mb: float | None
    load_1m: float | None  # running and waiting processes, mean over a minute
    cores: int

    @property
    def throttled_now(self) -> bool:
        """Whether the firmware slows the processor down now."""
        return "throttled now" in (self.throttled or ())


class VitalsReader:
    """``reader()`` reads the vitals; it is cheap enough for once a second."""

    def __init__(
        self,
        *,
        root: Path = Path("/"),
        run: Runner | None = None,
        clock: Callable[[], float] = time.monotonic,
        cores: int | None = None,
    ) -> None:
        """Find the files that can be read.

        Args:
            root: root of the file system.
            run: runs ``vcgencmd``.
            clock: seconds.
            cores: processor cores that this process may use; None counts them.
        """
        self._root, self._run, self._clock = root, run or run_quietly, clock
        self._cores = cores or usable_cores()
        self._zones = _cpu_zones(root / "sys/class/thermal")
        self._flags: int | None = None
        self._ask_at_s = clock()
        self._reads_file = False

    def __call__(self) -> Vitals:
        """Read now; never raises."""
        status = _read(self._root / "proc/self/status")
        load = _number(_read(self._root / "proc/loadavg"), r"([\d.]+)")
        return Vitals(
            temperature_c=self._temperature_c(),
            throttled=self._throttled(),
            memory_mb=_megabytes(status, "VmRSS"),
            peak_memory_mb=_megabytes(status, "VmHWM"),
            load_1m=load,
            cores=self._cores,
        )

    def _temperature_c(self) -> float | None:
        degrees = [_number(_read(zone / "temp"), r"(-?\d+)") for zone in self._zones]
        return max((round(value / 1000, 1) for value in degrees if value is not None), default=None)

    def _throttled(self) -> tuple[str, ...] | None:
        flags = self._new_flags()
        if flags is not None:
            # What happened once has happened since boot, even if the firmware forgets it: the kernel clears the
            # firmware's memory every two seconds for its file.
            before = self._flags or 0
            happened = before | flags | (flags << SINCE_BOOT_SHIFT)
            self._flags = (flags & NOW_MASK) | (happened & (NOW_MASK << SINCE_BOOT_SHIFT))
        return None if self._flags is None else throttle_words(self._flags)

    def _new_flags(self) -> int | None:
        """The firmware's flags, if it is time to read them; else None."""
        now_s = self._clock()
        if now_s >= self._ask_at_s:
            flags = _flags(self._run(["vcgencmd", "get_throttled"]))
            self._ask_at_s = now_s + (COMMAND_RETRY_S if flags is None else COMMAND_EVERY_S)
            self._reads_file = flags is None
            if flags is not None:
                return flags
        # Only if the command gives no answer: newer kernels call the file deprecated and warn in their log.
        return _flags(_read(self._root / THROTTLED_FILE)) if self._reads_file else None


def read_vitals(
    *,
    root: Path = Path("/"),
    run: Runner | None = None,
    cores: int | None = None,
) -> Vitals:
    """One reading; for more than one, keep a `VitalsReader`."""
    return VitalsReader(root=root, run=run, cores=cores)()


def throttle_words(flags: int) -> tuple[str, ...]:
    """``0x50001`` to ``("under-voltage now", "under-voltage since boot", "throttled since boot")``."""
    moments = ((0, "now"), (SINCE_BOOT_SHIFT, "since boot"))
    words = [(bit + shift, f"{word} {when}") for shift, when in moments for bit, word in enumerate(THROTTLE_BITS)]
    return tuple(word for bit, word in words if (flags >> bit) & 1)


def process_age_s(root: Path = Path("/")) -> float | None:
    """Seconds since the start of this process, to a hundredth; None if the system does not say."""
    uptime_s = _number(_read(root / "proc/uptime"), r"^([\d.]+)")
    # The name in brackets may hold any character; the 20th field after it is the start of the process, in ticks.
    fields = (_read(root / "proc/self/stat") or "").rpartition(")")[2].split()
    if uptime_s is None or len(fields) < 20:
        return None
    return uptime_s - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def usable_cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_quietly(words: Sequence[str]) -> str | None:
    """What a command prints; None if it is missing, fails or hangs."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def _cpu_zones(thermal: Path) -> list[Path]:
    try:
        zones = sorted(zone for zone in thermal.iterdir() if zone.name.startswith("thermal_zone"))
    except OSError:
        return []
    named = [zone for zone in zones if (_read(zone / "type") or "").strip().replace("_", "-") in CPU_ZONES]
    return named or zones


def _flags(text: str | None) -> int | None:
    """The flags in the command's ``throttled=0x50000``, or in the file's ``50000``, which is hexadecimal too."""
    match = re.fullmatch(r"(?:throttled=)?(?:0x)?([0-9a-fA-F]{1,8})\s*", text or "")
    return int(match[1], 16) if match else None


def _megabytes(status: str | None, name: str) -> float | None:
    kilobytes = _number(status, rf"^{name}:\s*(\d+) kB")
    return None if kilobytes is None else round(kilobytes / 1024, 1)


def _number(text: str | None, pattern: str) -> float | None:
    match = re.search(pattern, text or "", re.MULTILINE)
    return float(match[1]) if match else None


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
