from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from edge_app.control.governor import LONGEST_BAR_S, Governor, Rung, build_ladder
from edge_app.device.vitals import Vitals

SIZES = [(160, 120), (212, 160), (256, 192), (320, 240), (424, 320)]
COSTS = {"comic-quality": 1.111, "comic": 0.3385}
COOL = Vitals(temperature_c=50.0, throttled=(), memory_mb=None, peak_memory_mb=None, load_1m=None, cores=4)


def ladder(look: str = "comic-quality", size_wh: tuple[int, int] = (320, 240)) -> list[Rung]:
    return build_ladder(look, size_wh, looks=COSTS, sizes_wh=SIZES, gmac_256=COSTS.get)


@dataclass
class Device:
    """A device whose drawing time is proportional to the cost, and that waits for its camera."""

    ms_per_gmac: float
    camera_fps: Callable[[float], float] = lambda now_s: 30.0
    noise: float = 0.02
    warms_by_c: float = 0.0  # above room temperature, if it is busy all the time
    room_c: Callable[[float], float] = lambda now_s: 40.0
    random: random.Random = field(default_factory=lambda: random.Random(1))
    celsius: float = 40.0

    def second(self, now_s: float, rung: Rung) -> tuple[float, float, Vitals]:
        """Rate, milliseconds and vitals of the second that ends now."""
        slowed = self.celsius >= 80.0
        jitter = 1.0 + self.random.gauss(0.0, self.noise)
        draw_ms = self.ms_per_gmac * rung.gmac * jitter * (2.0 if slowed else 1.0)
        fps = min(self.camera_fps(now_s), 1000 / draw_ms) * (1.0 + self.random.gauss(0.0, self.noise))
        busy = min(1.0, fps * draw_ms / 1000)
        warms_by_c = self.warms_by_c * busy * (0.6 if slowed else 1.0)  # a slower clock needs less power
        self.celsius += (self.room_c(now_s) + warms_by_c - self.celsius) / 60.0
        words = ("throttled now", "throttled since boot") if slowed else ()
        return fps, draw_ms, Vitals(round(self.celsius, 1), words, None, None, None, 4)


@dataclass
class Run:
    rungs: list[Rung]  # each second
    rates: list[float]
    changes: list[tuple[float, Rung, str]]


def simulate(governor: Governor, device: Device, seconds: int = 600) -> Run:
    run = Run([], [], [])
    for now_s in range(1000, 1000 + seconds):
        fps, draw_ms, vitals = device.second(now_s - 1000, governor.rung)
        changed = governor.step(now_s, fps, draw_ms, vitals)
        if changed is not None:
            assert changed == governor.rung
            run.changes.append((now_s - 1000, changed, governor.reason))
        run.rungs.append(governor.rung)
        run.rates.append(fps)
    return run


def best_within(rungs: list[Rung], device: Device, target_fps: float) -> int:
    """The first rung that a cool device draws at that rate."""
    return next(at for at, rung in enumerate(rungs) if device.ms_per_gmac * rung.gmac <= 1000 / target_fps)


def test_each_rung_is_cheaper_than_the_one_before_and_the_choice_is_the_top() -> None:
    rungs = ladder()
    costs = [rung.gmac for rung in rungs]
    assert (rungs[0].look, rungs[0].size_wh) == ("comic-quality", (320, 240))
    assert costs == sorted(set(costs), reverse=True)
    assert str(rungs[-1]) == "comic at 160x120"


def test_the_quality_look_is_replaced_by_the_lighter_one_at_full_size_for_good() -> None:
    names = [rung.look for rung in ladder()]
    assert names == sorted(names, reverse=True)  # all comic-quality before all comic
    assert next(rung for rung in ladder() if rung.look == "comic").size_wh == (320, 240)


def test_sizes_above_the_choice_are_dropped() -> None:
    assert [rung.size_wh for rung in ladder("comic", (256, 192))] == [(256, 192), (212, 160), (160, 120)]


def test_a_look_without_a_card_has_its_sizes_only() -> None:
    rungs = build_ladder("own-quality", (256, 192), looks=["own-quality", "comic"], sizes_wh=SIZES, gmac_256=COSTS.get)
    assert {rung.look for rung in rungs} == {"own-quality"}
    assert len(rungs) == 3


@pytest.mark.parametrize("ms_per_gmac", [36.0, 60.0, 120.0, 250.0])
def test_a_slow_device_settles_on_the_best_rung_that_keeps_the_rate(ms_per_gmac: float) -> None:
    device, governor = Device(ms_per_gmac), Governor(20.0, ladder())
    run = simulate(governor, device)
    # There may be one rung between a rate that is too low and enough room.
    expected = best_within(governor.ladder, device, 20.0)
    assert expected <= governor.ladder.index(governor.rung) <= expected + 1
    assert len(run.changes) <= 5
    assert min(run.rates[60:]) > 0.85 * 20.0
    assert governor.sustained_fps is not None and governor.sustained_fps >= 19.0


def test_a_device_that_is_far_too_slow_drops_two_rungs_at_once() -> None:
    governor = Governor(20.0, ladder())
    run = simulate(governor, Device(250.0), seconds=20)
    when_s, rung, _ = run.changes[0]
    assert rung == governor.ladder[2]
    assert when_s <= 5


def test_a_slightly_slow_device_gets_three_seconds() -> None:
    governor = Governor(20.0, ladder())
    for now_s in range(7):
        assert governor.step(now_s, 14.2, 70.0, COOL) is None
    assert governor.step(7, 14.2, 70.0, COOL) == governor.ladder[1]
    assert governor.reason == "20 fps wanted, 14.2 reached: comic-quality at 256x192 now"


def test_the_clock_may_begin_at_zero() -> None:
    governor = Governor(20.0, ladder())
    changed = [governor.step(now_s, 14.0, 70.0, COOL) for now_s in range(10)]
    assert sum(rung is not None for rung in changed) == 1


def test_a_fast_device_stays_at_the_top() -> None:
    assert simulate(Governor(20.0, ladder()), Device(10.0)).changes == []


@pytest.mark.parametrize("camera_fps", [5.0, 10.0, 15.0])
def test_a_camera_that_gives_too_few_frames_changes_nothing(camera_fps: float) -> None:
    device = Device(25.0, camera_fps=lambda now_s: camera_fps)
    assert simulate(Governor(20.0, ladder()), device).changes == []


def test_a_camera_that_is_unplugged_changes_nothing() -> None:
    device = Device(35.0, camera_fps=lambda now_s: 0.001 if 100 < now_s < 200 else 30.0)
    assert simulate(Governor(20.0, ladder()), device).changes == []


@pytest.mark.parametrize("ms_per_gmac", [38.0, 45.0, 60.0, 90.0, 150.0])
def test_noise_causes_no_flapping(ms_per_gmac: float) -> None:
    run = simulate(Governor(20.0, ladder()), Device(ms_per_gmac, noise=0.12), seconds=1800)
    later = [when_s for when_s, _, _ in run.changes if when_s > 120]
    assert len(later) <= 4, run.changes


def test_the_chosen_size_returns_after_a_busy_minute() -> None:
    device, governor = Device(25.0), Governor(20.0, ladder())
    simulate(governor, device, seconds=60)
    device.ms_per_gmac = 90.0  # another program uses the processor too
    busy = [governor.step(1060 + second, *device.second(60 + second, governor.rung)) for second in range(60)]
    assert any(busy)
    assert governor.rung != governor.ladder[0]
    device.ms_per_gmac = 25.0
    for second in range(400):
        governor.step(1120 + second, *device.second(120 + second, governor.rung))
    assert governor.rung == governor.ladder[0]


def test_it_steps_up_by_measured_times_if_they_grow_slower_than_the_cost() -> None:
    # As on x86-64: comic-quality costs 3.3 times as much as comic and takes 1.9 times as long.
    governor = Governor(20.0, ladder("comic-quality", (160, 120))[:2])
    heavy, light = governor.ladder
    now_s = 0.0
    while governor.rung == heavy:
        governor.step(now_s, 12.0, 80.0, COOL)
        now_s += 1.0
    for _ in range(10):  # still as busy
        governor.step(now_s, 24.0, 42.0, COOL)
        now_s += 1.0
    free_s = now_s
    while governor.rung == light:
        governor.step(now_s, 30.0, 15.0, COOL)  # the measured ratio predicts 29 ms above; the cost would predict 49
        now_s += 1.0
    assert now_s - free_s < 20


def test_a_wrong_prediction_does_not_keep_the_size_down_forever() -> None:
    governor = Governor(20.0, ladder("comic-quality", (160, 120))[:2])
    assert governor.ladder[1].look == "comic"
    for second in range(9):
        governor.step(second, 12.0, 80.0, COOL)
    assert governor.rung == governor.ladder[1]
    # The load ended at that moment: 80 ms before, 15 after, so the prediction for the top is 49 ms.
    for second in range(9, 330):
        governor.step(second, 30.0, 15.0, COOL)
    assert governor.rung == governor.ladder[0]


def test_heat_makes_it_step_down_and_cooling_brings_it_back() -> None:
    device = Device(28.0, warms_by_c=45.0, room_c=lambda now_s: 45.0 if now_s < 400 else 10.0)
    governor = Governor(20.0, ladder())
    run = simulate(governor, device, seconds=1200)
    reasons = [reason for _, _, reason in run.changes]
    assert reasons[0].startswith("80 °C")
    assert reasons[-1] == "room for more at 20 fps: comic-quality at 320x240 now"
    assert 300 < run.changes[-1][0] < 900
    assert len(run.changes) <= 4


def test_under_lasting_heat_it_steps_up_less_and_less_often() -> None:
    device = Device(38.0, warms_by_c=45.0, room_c=lambda now_s: 45.0)
    run = simulate(Governor(20.0, ladder()), device, seconds=4 * 3600)
    climbs = [when_s for when_s, _, reason in run.changes if reason.startswith("room")]
    in_first_hour, in_last_hour = (sum(start <= when_s < start + 3600 for when_s in climbs) for start in (0, 3 * 3600))
    assert in_first_hour <= 6
    assert in_last_hour <= 3600 / LONGEST_BAR_S


def test_after_heat_it_waits_until_it_is_sure_to_stay_cool() -> None:
    governor = Governor(20.0, ladder())
    hot = Vitals(81.0, (), None, None, None, 4)
    steps = [governor.step(now_s, 30.0, 25.0, hot) for now_s in range(9)]
    down_s = next(now_s for now_s, rung in enumerate(steps) if rung is not None)
    now_s = 9.0
    while governor.step(now_s, 30.0, 15.0, COOL) is None:
        now_s += 1.0
    assert 120 <= now_s - down_s <= 130


def test_throttling_without_a_temperature_also_steps_down() -> None:
    slowed = Vitals(None, ("throttled now",), None, None, None, 4)
    governor = Governor(20.0, ladder())
    for now_s in range(9):
        governor.step(now_s, 20.0, 45.0, slowed)
    assert governor.rung == governor.ladder[1]
    assert governor.reason.startswith("slowed down by the firmware: comic-quality at")


def test_a_failed_rung_is_avoided_twice_as_long_each_time() -> None:
    governor = Governor(20.0, ladder("comic", (256, 192))[:2])
    climbed: list[float] = []
    for now_s in range(2000):
        # The lower rung shows room, but the upper one is always too slow.
        fps, draw_ms = (14.0, 70.0) if governor.rung == governor.ladder[0] else (30.0, 20.0)
        if governor.step(now_s, fps, draw_ms, COOL) == governor.ladder[0]:
            climbed.append(now_s)
    waits = [later - before for before, later in pairwise(climbed)]
    assert len(climbed) <= 6
    assert waits == sorted(waits) and waits[-1] > 1.8 * waits[-2]


def test_the_governor_waits_for_the_first_frame() -> None:
    governor = Governor(20.0, ladder())
    assert all(governor.step(now_s, 0.0, None, COOL) is None for now_s in range(30))
    assert governor.sustained_fps is None


def test_a_ladder_with_one_rung_has_no_steps() -> None:
    device = Device(400.0, warms_by_c=60.0)
    assert simulate(Governor(20.0, ladder("comic", (160, 120))), device).changes == []


def test_the_sustained_rate_is_that_of_the_present_rung() -> None:
    governor = Governor(20.0, ladder())
    for now_s in range(8):
        governor.step(now_s, 14.0, 70.0, COOL)
    assert governor.rung == governor.ladder[1]
    assert governor.sustained_fps is None
    for now_s in range(8, 40):
        governor.step(now_s, 22.0, 41.0, COOL)
    assert governor.sustained_fps == 22.0
