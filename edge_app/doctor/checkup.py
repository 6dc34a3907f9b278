"""Looks whether this device is fit for the app, and says what to mend: ``python -m edge_app doctor``."""

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
from edge_app.doctor.finding import Finding, Place, one_line

Check = Callable[[Place], list[Finding]]

# In the order in which they are told.
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
    """Look at everything; nothing is changed, and no camera is started.

    Args:
        folder: where recordings will go.
        root: of the file system.
        environ: variables of the environment; the process's where None.
        models: the folder of looks.
        load: imports a module by its name.
        query: asks the kernel about a video device.
        run: runs ``vcgencmd``.
        clock: seconds since the epoch.
        checks: by name; all where None.

    Returns:
        Findings in the order of `CHECKS`; a check that breaks is a finding too.
    """
    vitals = read_vitals(root=root, run=run)
    place = Place(folder, vitals, root, os.environ if environ is None else environ, models, load, query, clock())
    findings: list[Finding] = []
    for name, check in (CHECKS if checks is None else checks).items():
        try:
            findings += check(place)
        except Exception as error:  # a broken part may raise anything; the other checks still help
            found = f"the check broke: {type(error).__name__}: {one_line(error)}"
            findings.append(Finding(name, "fail", found, "report this line with the device's name"))
    return findings


def table(findings: Sequence[Finding]) -> str:
    """A line for each finding, remedies below, and a last line with the verdict."""
    width = max(len(finding.what) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{finding.state:4}  {finding.what:{width}}  {finding.found}")
        if finding.remedy:
            lines.append(f"{'':4}  {'':{width}}  -> {finding.remedy}")
    counts = {state: sum(finding.state == state for finding in findings) for state in ("fail", "note")}
    verdict = "not fit yet" if counts["fail"] else "fit"
    return "\n".join([*lines, f"{verdict}: {counts['fail']} to mend, {counts['note']} to know"])


def exit_status(findings: Sequence[Finding]) -> int:
    """1 where something must be mended first, else 0."""
    return int(any(finding.state == "fail" for finding in findings))
