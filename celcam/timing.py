"""Measure the latency of function calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

# The first runs allocate memory and fill the caches.
WARM_UP_RUNS = 5

NameT = TypeVar("NameT", bound=Hashable)


@dataclass(frozen=True)
class Latency:
    """The time of a call in milliseconds: median and 95th percentile."""

    median_ms: float
    p95_ms: float


def measure_latency(
    calls: Mapping[NameT, Callable[[], object]], runs: int, on_round: Callable[[], None] = lambda: None
) -> dict[NameT, Latency]:
    """Measure several calls in turn, so that a slow moment of the machine affects all of them alike.

    Args:
        calls: functions by name.
        runs: number of timed runs of each function, after `WARM_UP_RUNS`.
        on_round: called after each run of all functions, `WARM_UP_RUNS` + ``runs`` times.

    Returns:
        The latency of each function by name.
    """
    times: dict[NameT, list[float]] = {name: [] for name in calls}
    for number in range(WARM_UP_RUNS + runs):
        for name, call in calls.items():
            started_s = time.perf_counter()
            call()
            if number >= WARM_UP_RUNS:
                times[name].append(1000 * (time.perf_counter() - started_s))
        on_round()
    return {name: Latency(*(float(each) for each in np.percentile(taken, (50, 95)))) for name, taken in times.items()}
