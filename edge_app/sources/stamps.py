"""A driver's time stamp of a picture, on the monotonic clock."""

from __future__ import annotations

from collections.abc import Iterable

# No picture is older than this when it arrives; an older stamp belongs to another clock.
OLDEST_S = 2.0


def captured_at(stamps_s: Iterable[float], now_s: float) -> float:
    """The first stamp that is plausible, else ``now_s``.

    Drivers use different clocks for their stamps, and some cameras' stamps are wrong.

    Args:
        stamps_s: possible values of the driver's stamp on the monotonic clock, most likely first.
        now_s: the monotonic clock, read when the picture arrived.

    Returns:
        Seconds on the monotonic clock, never after ``now_s``.
    """
    return next((stamp_s for stamp_s in stamps_s if 0.0 <= now_s - stamp_s <= OLDEST_S), now_s)
