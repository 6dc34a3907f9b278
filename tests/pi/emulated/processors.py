"""Runs programs of an arm64 root on this machine, on an emulated processor of a Raspberry Pi.

qemu emulates the processor. The kernel starts it for each arm64 program (binfmt_misc), so programs may start others.
The registration belongs to a user namespace of its own: this machine's own registrations stay as they are.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
QEMU = Path("/usr/bin/qemu-aarch64-static")
ALL_IDS = "0 0 4294967295"
LONGEST_S = 600.0
HOME = "/home/pi"  # in the root
ENVIRON = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": HOME,
    "LANG": "C.UTF-8",
}


@dataclass(frozen=True)
class Processor:
    """The processor of a Raspberry Pi.

    Attributes:
        board: for names of tests.
        model: name of qemu's model.
        cpuinfo: what the board's ``/proc/cpuinfo`` holds. Libraries read it to choose their kernels; without it they
            would see this machine's own processor.
    """

    board: str
    model: str
    cpuinfo: Path


PI_4 = Processor("pi4", "cortex-a72", HERE / "pi4.cpuinfo")
PI_5 = Processor("pi5", "cortex-a76", HERE / "pi5.cpuinfo")
PROCESSORS = (PI_4, PI_5)


def start(
    root: Path, processor: Processor, *command: str, environ: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start a program of ``root``, in a process group of its own; the caller waits for it.

    Args:
        root: folder with the files of an arm64 system.
        processor: emulated for this program and those that it starts.
        command: the program and its arguments, with paths inside ``root``.
        environ: variables in addition to `ENVIRON`.
    """
    reading, writing = os.pipe()
    process = subprocess.Popen(
        ["unshare", "--user", "--mount", "bash", str(HERE / "enter_root.sh"), str(reading), str(root),
         str(processor.cpuinfo), *command],
        env=ENVIRON | {"QEMU_CPU": processor.model} | dict(environ or {}),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        pass_fds=[reading], start_new_session=True,
    )  # fmt: skip
    os.close(reading)
    with os.fdopen(writing, "w") as ready:
        _map_all_ids(process.pid)
        ready.write("ready\n")
    return process


def run(
    root: Path,
    processor: Processor,
    *command: str,
    environ: Mapping[str, str] | None = None,
    limit_s: float = LONGEST_S,
) -> subprocess.CompletedProcess[str]:
    """Run a program of ``root`` to its end; ``stdout`` of the result also holds its messages.

    Raises:
        subprocess.TimeoutExpired: it took longer than ``limit_s``; it is stopped.
    """
    process = start(root, processor, *command, environ=environ)
    try:
        output, _ = process.communicate(timeout=limit_s)
    finally:
        stop(process)
    return subprocess.CompletedProcess(command, process.returncode, output)


def stop(process: subprocess.Popen[str]) -> None:
    """Kill what `start` started, with all that it started itself."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _map_all_ids(pid: int) -> None:
    """Let the process's user namespace have the users and groups of this machine."""
    # Until `unshare` has made the namespace, the maps are those of this machine and can't be written.
    for name in ("uid_map", "gid_map"):
        _write_when_possible(Path(f"/proc/{pid}/{name}"), ALL_IDS)


def _write_when_possible(path: Path, text: str) -> None:
    for _ in range(200):
        try:
            path.write_text(text, encoding="utf-8")
            return
        except PermissionError:
            time.sleep(0.01)
    path.write_text(text, encoding="utf-8")
