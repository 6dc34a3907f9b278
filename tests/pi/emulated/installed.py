"""The app on an emulated Raspberry Pi, put there by the installer from this checkout."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from celcam.paths import ROOT
from tests.pi.emulated import processors
from tests.pi.emulated.processors import HOME, PI_5, Processor
from tests.pi.emulated.roots import Release, build_root

CHECKOUT = f"{HOME}/celcam"
INSTALLER = "edge_app/install-pi.sh"
CELCAM = "/opt/celcam/.venv-pi/bin/celcam"
PYTHON = "/opt/celcam/.venv-pi/bin/python"
# What a clone has that the installer and the tests need.
COPIED = ("celcam", "edge_app", "models", "tests", "pyproject.toml", "README.md", "LICENSE")
# pip finds here what a Pi downloads; compiled files are not needed for one run.
PIP_OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/opt/wheels"}
INTERRUPT_AT = "pip installs the packages"


@dataclass(frozen=True)
class Pi:
    """A root with the app in it.

    Attributes:
        release: of Debian.
        root: folder of its files.
    """

    release: Release
    root: Path

    def run(
        self, *command: str, processor: Processor = PI_5, limit_s: float = processors.LONGEST_S, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the root; its messages are in ``stdout``."""
        return processors.run(self.root, processor, *command, environ=PIP_OFFLINE | environ, limit_s=limit_s)

    def install(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run the installer to its end."""
        return self.run(f"{CHECKOUT}/{INSTALLER}", *options, limit_s=1200)

    def interrupt_install(self) -> list[str]:
        """Run the installer from nothing and kill it while pip installs; returns its lines."""
        process = processors.start(self.root, PI_5, f"{CHECKOUT}/{INSTALLER}", environ=PIP_OFFLINE)
        lines = []
        try:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line.strip())
                if INTERRUPT_AT in line:
                    break
            time.sleep(1)
        finally:
            processors.stop(process)
        return lines


def prepare(release: Release) -> tuple[Pi, list[str]]:
    """A root with a copy of this checkout, and the packages that the installer installs.

    The packages are kept until the root or the installer changes; then the installer starts from nothing and is
    interrupted. The caller runs it to its end.

    Returns:
        The Pi, and the lines of the interrupted installer; those are kept too.
    """
    pi = Pi(release, build_root(release))
    _copy_checkout(pi.root / CHECKOUT.lstrip("/"))
    key = hashlib.sha256((ROOT / INSTALLER).read_bytes()).hexdigest()
    record = pi.root / "opt/interrupted"
    if not record.is_file() or record.read_text(encoding="utf-8").splitlines()[0] != key:
        record.unlink(missing_ok=True)
        shutil.rmtree(pi.root / "opt/celcam", ignore_errors=True)
        lines = pi.interrupt_install()
        record.write_text("\n".join([key, *lines]), encoding="utf-8")
    return pi, record.read_text(encoding="utf-8").splitlines()[1:]


def state_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of each file below a folder, without compiled ones."""
    paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths}


def _copy_checkout(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "*-keras")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    shutil.copytree(ROOT / "datasets/samples", folder / "datasets/samples")
