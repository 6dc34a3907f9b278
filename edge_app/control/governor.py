"""Keeps a frame rate: draws smaller or with a lighter look if drawing is too slow, and steps up if there is room.

The governor is a pure state machine: time, rate and the machine's state come in once a second, a change comes out. It
changes the drawing alone. If the camera itself gives too few frames, as in the dark, drawing less would not help, so
the governor changes nothing: drawing is the bottleneck only if it is busy most of the time.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from edge_app.device.vitals import Vitals

LIGHTER = "-quality"  # a look with this ending has a lighter version without it

SLOW_SHARE = 0.9  # below this share of the wanted rate it is too slow
FAR_SHARE = 0.5  # below this share it steps down at once
BUSY_SHARE = 0.7  # drawing takes at least this share of the time if it is the bottleneck
ROOM_SHARE = 0.8  # a better rung may take this share of a frame's time
# How long a state must last before it leads to a step. For slow drawing, it must also last for some frames.
SLOW_S, SLOW_FRAMES = 3.0, 2  # too slow, or too hot: step down
ROOM_S, ROOM_FRAMES = 15.0, 4  # room: step up
# A prediction can be wrong for good: if drawing has taken at most this share of a frame's time for so long, it tries.
TRY_S, TRY_SHARE = 300.0, 0.4
SETTLE_S = 4.0  # after a change, the processor's load and clock settle
HOT_C, COOL_C = 80.0, 75.0  # a Pi slows down from 80 degrees on
# Heat follows slowly. The next step down because of heat comes no sooner than this. For half an hour after such a step,
# it steps up only after two cool minutes.
HEAT_DOWN_S, HEAT_UP_S, HEAT_MEMORY_S = 20.0, 120.0, 1800.0
FAILED_S = 120.0  # a rung that is left this soon after the step up has failed
BAR_S, LONGEST_BAR_S = 60.0, 1800.0  # how long a failed rung is barred: first, and at most
HELD_S = 600.0  # a rung that is held for so long is no longer counted as failed
SUSTAINED_S = 300.0


@dataclass(frozen=True)
class Rung:
    """A look at a size."""

    look: str
    size_wh: tuple[int, int]
    gmac: float  # 10^9 multiply-accumulates for a picture, or any other measure in proportion to the cost

    def __str__(self) -> str:
        return f"{self.look} at {self.size_wh[0]}x{self.size_wh[1]}"


def build_ladder(
    look: str,
    size_wh: tuple[int, int],
    *,
    looks: Collection[str],
    sizes_wh: Sequence[tuple[int, int]],
    gmac_256: Callable[[str], float | None],
) -> list[Rung]:
    """The user's choice, then what may be drawn instead; each rung is cheaper than the one before.

    A ``-quality`` look steps down through the sizes until its lighter version at full size is the next cheaper rung.
    From there on, the lighter look steps down.

    Args:
        look: the user's look.
        size_wh: the user's size.
        looks: the looks that can be drawn.
        sizes_wh: the sizes that can be drawn; the ladder takes only those smaller than the user's.
        gmac_256: the cost of a look's network for 256x256. A look without a cost has only its sizes.
    """
    chain = [look]
    light = look.removesuffix(LIGHTER)
    if light != look and light in looks and gmac_256(look) is not None and gmac_256(light) is not None:
        chain.append(light)
    sizes = [size_wh, *(each for each in set(sizes_wh) if _pixels(each) < _pixels(size_wh))]
    rungs = [Rung(name, each, (gmac_256(name) or 1.0) * _pixels(each) / 256**2) for name in chain for each in sizes]
    ladder = rungs[:1]
    for rung in sorted(rungs[1:], key=lambda rung: -rung.gmac):
        # Once the lighter look is reached, the heavier one at a tiny size is no gain.
        if rung.gmac < ladder[-1].gmac and chain.index(rung.look) >= chain.index(ladder[-1].look):
            ladder.append(rung)
    return ladder


class Governor:
    """Starts at the top of its ladder; one thread uses it. A new choice of the user needs a new governor."""

    def __init__(self, target_fps: float, ladder: Sequence[Rung]) -> None:
        """Keep ``target_fps`` with one of the rungs of ``ladder``, which comes from `build_ladder`."""
        self.target_fps, self.ladder = target_fps, list(ladder)
        self.reason = ""  # for the last change, for people
        self.changes = 0
        self._at = 0
        self._since_s: float | None = None  # of the first figures of this rung
        self._climbed = False  # whether it stepped up to this rung
        self._slow_since_s: float | None = None
        self._hot_since_s: float | None = None
        self._room_since_s: float | None = None
        self._heat_step_s = -math.inf
        self._barred_until_s = [-math.inf] * len(self.ladder)
        self._bar_s = [BAR_S] * len(self.ladder)
        # The drawing time of each rung, relative to the first one's; measured before and after each change.
        self._units: dict[int, float] = {0: 1.0}
        self._left: tuple[int, float] | None = None  # the previous rung and its milliseconds, until this one is settled
        self._rates: deque[tuple[float, float]] = deque()

    @property
    def rung(self) -> Rung:
        """What to draw now."""
        return self.ladder[self._at]

    @property
    def sustained_fps(self) -> float | None:
        """The mean rate of the last five minutes at this rung; None before the first figures."""
        return sum(fps for _, fps in self._rates) / len(self._rates) if self._rates else None

    def step(self, now_s: float, fps: float, draw_ms: float | None, vitals: Vitals) -> Rung | None:
        """Judge the figures of this moment. All of them must belong to the present rung.

        Args:
            now_s: any monotonic clock; about once a second.
            fps: the recent rate of drawn frames.
            draw_ms: the recent median drawing time; None before the first.
            vitals: of the machine.

        Returns:
            The rung to change to, for the `reason` given there; None to change nothing.
        """
        if self._since_s is None:
            self._since_s = now_s
        held_s = now_s - self._since_s
        if draw_ms is None or draw_ms <= 0 or held_s < SETTLE_S:
            return None
        self._learn(draw_ms)
        self._keep_rate(now_s, fps)
        if held_s >= HELD_S:
            self._bar_s[self._at] = BAR_S
        down, reason = self._down(now_s, fps, draw_ms, vitals)
        if down and self._at < len(self.ladder) - 1:
            return self._move(now_s, min(self._at + down, len(self.ladder) - 1), draw_ms, reason)
        if self._has_room(now_s, held_s, draw_ms, vitals):
            return self._move(now_s, self._at - 1, draw_ms, f"room for more at {self.target_fps:g} fps")
        return None

    def _down(self, now_s: float, fps: float, draw_ms: float, vitals: Vitals) -> tuple[int, str]:
        """How many rungs to step down, and why; 0 is none."""
        busy = fps * draw_ms / 1000 >= BUSY_SHARE
        slow = busy and fps < SLOW_SHARE * self.target_fps
        far = busy and fps < FAR_SHARE * self.target_fps
        hot = vitals.throttled_now or (vitals.temperature_c is not None and vitals.temperature_c >= HOT_C)
        self._slow_since_s = _since(self._slow_since_s, now_s, slow)
        self._hot_since_s = _since(self._hot_since_s, now_s, hot)
        if far or _lasted(self._slow_since_s, now_s, max(SLOW_S, SLOW_FRAMES * draw_ms / 1000)):
            if self._climbed and not _lasted(self._since_s, now_s, FAILED_S):
                self._bar(now_s)
            return 2 if far else 1, f"{self.target_fps:g} fps wanted, {fps:.1f} reached"
        if _lasted(self._hot_since_s, now_s, SLOW_S) and _lasted(self._heat_step_s, now_s, HEAT_DOWN_S):
            self._heat_step_s = now_s
            self._bar(now_s)  # this rung would be as hot again: each time it waits longer
            degrees = "" if vitals.temperature_c is None else f"{vitals.temperature_c:.0f} °C"
            slowed = "slowed down by the firmware" if vitals.throttled_now else ""
            return 1, ", ".join(filter(None, (degrees, slowed)))
        return 0, ""

    def _has_room(self, now_s: float, held_s: float, draw_ms: float, vitals: Vitals) -> bool:
        if self._at == 0:
            return False
        budget_ms = 1000 / self.target_fps
        cool = not vitals.throttled_now and (vitals.temperature_c is None or vitals.temperature_c < COOL_C)
        fits = draw_ms * self._dearer(self._at - 1) <= ROOM_SHARE * budget_ms
        tries = held_s >= TRY_S and draw_ms <= TRY_SHARE * budget_ms
        self._room_since_s = _since(self._room_since_s, now_s, cool and (fits or tries))
        room_s = ROOM_S if _lasted(self._heat_step_s, now_s, HEAT_MEMORY_S) else HEAT_UP_S
        lasts_s = max(room_s, ROOM_FRAMES * draw_ms / 1000)
        return _lasted(self._room_since_s, now_s, lasts_s) and now_s >= self._barred_until_s[self._at - 1]

    def _dearer(self, better: int) -> float:
        """The drawing time of a better rung, relative to this one's."""
        by_cost = self.ladder[better].gmac / self.rung.gmac
        # A rung that was never drawn takes no longer than a better one that was drawn; the first one always was.
        known = min(unit for at, unit in self._units.items() if at <= better)
        return min(by_cost, known / self._units[self._at])

    def _learn(self, draw_ms: float) -> None:
        """Compare this rung's time, once it is settled, with the previous one's: seconds apart and equally hot."""
        if self._left is not None:
            before, before_ms = self._left
            self._left = None
            self._units[self._at] = self._units[before] * draw_ms / before_ms

    def _keep_rate(self, now_s: float, fps: float) -> None:
        self._rates.append((now_s, fps))
        while now_s - self._rates[0][0] > SUSTAINED_S:
            self._rates.popleft()

    def _bar(self, now_s: float) -> None:
        self._barred_until_s[self._at] = now_s + self._bar_s[self._at]
        self._bar_s[self._at] = min(2 * self._bar_s[self._at], LONGEST_BAR_S)

    def _move(self, now_s: float, to: int, draw_ms: float, reason: str) -> Rung:
        self._left = (self._at, draw_ms)
        self._climbed = to < self._at
        self._at, self._since_s = to, None
        self._slow_since_s = self._hot_since_s = self._room_since_s = None
        self._rates.clear()
        self.changes += 1
        self.reason = f"{reason}: {self.rung} now"
        return self.rung


def _since(since_s: float | None, now_s: float, holds: bool) -> float | None:
    """When a condition began to hold; None if it does not hold."""
    return (now_s if since_s is None else since_s) if holds else None


def _lasted(since_s: float | None, now_s: float, enough_s: float) -> bool:
    return since_s is not None and now_s - since_s >= enough_s


def _pixels(size_wh: tuple[int, int]) -> int:
    return size_wh[0] * size_wh[1]
