"""When a driver says that a picture was taken, told on our own clock."""

from __future__ import annotations

from collections.abc import Iterable

# No camera's picture is older than this when it reaches us; a stamp that says so is of another clock.
OLDEST_S = 2.0


def captured_at(stamps_s: Iterable[float], now_s: float) -> float:
    """The first stamp that can be true, else the moment itself.

    Drivers disagree about the clock they stamp with, and some cameras' stamps are wrong.

    Args:
        stamps_s: what the driver's stamp may mean on the monotonic clock, likeliest first.
        now_s: the monotonic clock, read when the picture arrived.

    Returns:
        Seconds on the monotonic clock, never after ``now_s``.
    """
    return next((stamp_s for stamp_s in stamps_s if 0.0 <= now_s - stamp_s <= OLDEST_S), now_s)
