"""Reads measurements of devices: the files that ``python -m edge_app bench --to FILE`` writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celcam.cli import parse_size
from celcam.errors import CelcamError, DataError
from celcam.image_io import read_bytes

LINE_STARTS = b"celcam-bench:"  # of the line that users may send in place of the file


@dataclass(frozen=True)
class Measurement:
    """The time of one file on one device.

    Attributes:
        device: its name, such as ``Raspberry Pi 5 Model B Rev 1.0``.
        runtime: name and version of the TFLite runtime.
        sha256: the first digits of the file's.
        size_wh: of the picture.
        threads: of the CPU.
        median_ms: for one picture.
    """

    device: str
    runtime: str
    sha256: str
    size_wh: tuple[int, int]
    threads: int
    median_ms: float


def read_measurements(paths: Sequence[Path]) -> list[Measurement]:
    """All measurements of some files.

    Raises:
        DataError: a file is not one of ``bench``.
        MediaError: a file can't be read.
    """
    return [measurement for path in paths for measurement in _read(path)]


def fastest(measurements: Sequence[Measurement], digest: str, size_wh: tuple[int, int]) -> dict[str, Measurement]:
    """For each device the fastest measurement of a file.

    Args:
        measurements: of any files and sizes.
        digest: SHA-256 of the file.
        size_wh: of the picture.
    """
    found: dict[str, Measurement] = {}
    for each in sorted(measurements, key=lambda each: each.median_ms):
        if digest.startswith(each.sha256) and each.size_wh == size_wh:
            found.setdefault(each.device, each)
    return found


def _read(path: Path) -> list[Measurement]:
    data = read_bytes(path)
    try:
        facts: dict[str, Any] = json.loads(data.strip().rpartition(LINE_STARTS)[2])
        measurements = [
            Measurement(
                str(facts["device"]), str(facts["runtime"]), str(result["sha256"]), parse_size(result["size"]),
                int(result["threads"]), float(result["median_ms"]),
            )
            for result in facts["results"]
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, CelcamError) as error:
        raise DataError(f"{path}: not measurements ({error}); expected a file of 'edge_app bench --to FILE'") from error
    if any(not each.sha256 or each.median_ms <= 0 for each in measurements):
        raise DataError(
            f"{path}: a measurement has no sha256, or no time above 0; run 'edge_app bench --to FILE' again"
        )
    return measurements
