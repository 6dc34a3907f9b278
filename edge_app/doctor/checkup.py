"""Checks whether this device can run the app, and names the remedies: ``python -m edge_app doctor``."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from celcam.paths import MODELS
from edge_app.device.video_devices import Query
from edge_app.device.vitals import Runner, read_vitals
from edge_app.doctor import check_machine, check_parts
from edge_app.doctor.finding import Finding, System, one_line

Check = Callable[[System], list[Finding]]

# In the order of the report.
CHECKS: dict[str, Check] = {
    "machine": check_machine.check_machine,
    "OpenCV": check_parts.check_numpy_and_opencv,
    "TFLite runtime": check_parts.check_runtime,
    "model": check_parts.check_model,
    "cameras": check_parts.check_cameras,
    "recording": check_parts.check_recording,
    "web page": check_parts.check_web,
    "power": check_machine.check_power,
    "temperature": check_machine.check_temperature,
    "memory": check_machine.check_memory,
    "disk": check_machine.check_disk,
    "screen": check_machine.check_display,
    "clock": check_machine.check_clock,
}


def run_doctor(
    folder: Path,
    *,
    root: Path = Path("/"),
    environ: Mapping[str, str] | None = None,
    models: Path = MODELS,
    load: Callable[[str], Any] = importlib.import_module,
    query: Query | None = None,
    run: Runner | None = None,
    clock: Callable[[], float] = time.time,
    checks: Mapping[str, Check] | None = None,
) -> list[Finding]:
    """Run all checks. They change nothing and start no camera.

    Args:
        folder: for recordings.
        root: root of the file system.
        environ: environment variables; None uses the process's.
        models: the folder of looks.
        load: imports a module by its name.
        query: asks the kernel about a video device.
        run: runs ``vcgencmd``.
        clock: seconds since the epoch.
        checks: by name; None runs all.

    Returns:
        Findings in the order of `CHECKS`; a check that fails itself is a finding too.
    """
    vitals = read_vitals(root=root, run=run)
    system = System(folder, vitals, root, os.environ if environ is None else environ, models, load, query, clock())
    findings: list[Finding] = []
    for name, check in (CHECKS if checks is None else checks).items():
        try:
            findings += check(system)
        except Exception as error:  # a broken library may raise anything; the other checks still help
            found = f"the check failed: {type(error).__name__}: {one_line(error)}"
            findings.append(Finding(name, "fail", found, "report this line with the device's name"))
    return findings


def table(findings: Sequence[Finding]) -> str:
    """A line for each finding with its remedy below, and a last line with the verdict."""
    width = max(len(finding.what) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{finding.state:4}  {finding.what:{width}}  {finding.found}")
        if finding.remedy:
            lines.append(f"{'':4}  {'':{width}}  -> {finding.remedy}")
    states = {"problem": "fail", "note": "note"}
    counts = {word: sum(finding.state == state for finding in findings) for word, state in states.items()}
    verdict = "not ready" if counts["problem"] else "ready"
    totals = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for word, count in counts.items())
    return "\n".join([*lines, f"{verdict}: {totals}"])


def exit_status(findings: Sequence[Finding]) -> int:
    """1 if there is a problem, else 0."""
    return int(any(finding.state == "fail" for finding in findings))
