"""How long calls take, measured fairly."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

# The first runs allocate, and warm the caches up.
WARM_UP_RUNS = 5

NameT = TypeVar("NameT", bound=Hashable)


@dataclass(frozen=True)
class Latency:
    """Milliseconds of a call: the median of some, and the one that 95 of 100 stay below."""

    median_ms: float
    p95_ms: float


def measure_latency(calls: Mapping[NameT, Callable[[], object]], runs: int) -> dict[NameT, Latency]:
    """How long each call takes, the calls taken in turn, so that a slow moment hits all.

    Args:
        calls: by any name.
        runs: how many of each are timed, after `WARM_UP_RUNS`.
    """
    times: dict[NameT, list[float]] = {name: [] for name in calls}
    for number in range(WARM_UP_RUNS + runs):
        for name, call in calls.items():
            started_s = time.perf_counter()
            call()
            if number >= WARM_UP_RUNS:
                times[name].append(1000 * (time.perf_counter() - started_s))
    return {name: Latency(*(float(each) for each in np.percentile(taken, (50, 95)))) for name, taken in times.items()}
