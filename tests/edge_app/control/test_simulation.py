"""Monitor, figures and governor together, from 0.2 to 60 frames a second."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from celcam.errors import ModelError
from edge_app.control.governor import Governor, Rung
from edge_app.drawing.looks import Choice, Drawer, Looks
from edge_app.frames import DrawnAs
from tests.edge_app.control.simulation import SIZES_WH, TOP, Simulation
from tests.edge_app.fakes import plain

RATES = [0.2, 0.5, 0.7, 1.0, 2.0, 5.0, 15.0, 30.0, 60.0]
HALF_AN_HOUR_S = 1800.0


def sizes(changes: list[tuple[float, DrawnAs]]) -> list[int]:
    """The heights that the changes choose."""
    return [drawn_as[1][1] for _, drawn_as in changes]


@pytest.mark.parametrize("fps", RATES)
def test_it_measures_the_true_rate_and_does_not_change_a_rate_that_is_kept(fps: float, tmp_path: Path) -> None:
    world = Simulation(tmp_path, target_fps=fps, top_s=0.98 / fps, camera_fps=lambda now_s: 1000.0)
    seen = [figures for figures in world.run(120.0 + 10 / fps) if figures.frames >= 3]
    assert len(seen) > 60
    assert all(figures.fps == pytest.approx(fps / 0.98, rel=0.06) for figures in seen)
    assert all(figures.draw_ms == pytest.approx(980 / fps) for figures in seen)
    assert world.rung == TOP


@pytest.mark.parametrize("fps", RATES)
def test_a_camera_that_is_the_bottleneck_is_recognised(fps: float, tmp_path: Path) -> None:
    world = Simulation(tmp_path, target_fps=2 * fps, top_s=0.3 / fps, camera_fps=lambda now_s: fps)
    seen = [figures for figures in world.run(120.0 + 10 / fps) if figures.frames >= 3]
    assert all(figures.fps == pytest.approx(fps, rel=0.06) for figures in seen)
    assert world.rung == TOP


@pytest.mark.parametrize("fps", RATES)
def test_it_steps_down_until_the_rate_is_kept(fps: float, tmp_path: Path) -> None:
    world = Simulation(tmp_path, target_fps=fps, top_s=1.7 / fps, camera_fps=lambda now_s: 1000.0, noise=0.02)
    changes = world.changes(300.0 + 30 / fps)
    assert sizes(changes) == [192, 160][: len(changes)]
    assert changes[0][0] <= 12.0 + 6 * 1.7 / fps
    assert 1 / world.draw_s(world.rung) >= 0.9 * fps


@pytest.mark.parametrize("draw_s", [1.0, 2.0, 4.0, 5.0])
def test_a_filter_that_takes_seconds_per_frame_steps_down_soon_and_far(draw_s: float, tmp_path: Path) -> None:
    world = Simulation(tmp_path, target_fps=5.0, top_s=draw_s)
    changes = world.changes(120.0)
    assert changes[0][0] <= 5.0 + 4 * draw_s
    assert sizes(changes) == [160, 120]


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("noise", [0.0, 0.03])
def test_it_never_steps_up_to_a_rung_that_can_not_keep_the_rate(fps: float, noise: float, tmp_path: Path) -> None:
    world = Simulation(tmp_path, target_fps=fps, top_s=1.2 / fps, camera_fps=lambda now_s: 1000.0, noise=noise)
    changes = world.changes(HALF_AN_HOUR_S if fps < 10 else 600.0)
    assert sizes(changes) == [192]  # one step down; a frame takes 0.64 of the time there
    governor = world.monitor._governor
    assert governor is not None
    assert governor._units[1] == pytest.approx(0.64, rel=0.05)


@pytest.mark.parametrize("fps", RATES)
def test_the_choice_returns_after_a_busy_time(fps: float, tmp_path: Path) -> None:
    busy_s = 60.0 + 20 / fps
    world = Simulation(
        tmp_path,
        target_fps=fps,
        top_s=0.6 / fps,
        camera_fps=lambda now_s: 1000.0,
        load=lambda now_s: 2.5 if now_s < busy_s else 1.0,
    )
    assert sizes(world.changes(busy_s))
    later = world.changes(600.0 + 100 / fps)
    assert world.rung == TOP
    assert all(one < other for one, other in pairwise(sizes(later)))  # up, and up only


@pytest.mark.parametrize("fps", RATES)
def test_a_camera_that_is_gone_for_minutes_changes_nothing(fps: float, tmp_path: Path) -> None:
    gone_s = 60.0 + 10 / fps
    world = Simulation(
        tmp_path,
        target_fps=fps,
        top_s=0.95 / fps,
        camera_fps=lambda now_s: 0.0 if gone_s < now_s < gone_s + 180.0 else 1000.0,
    )
    assert world.changes(2 * gone_s + 300.0) == []


@pytest.mark.parametrize("top_s", [0.1, 1.0, 3.0])
def test_a_look_is_not_judged_by_the_frames_of_the_previous_look(top_s: float, tmp_path: Path) -> None:
    # The lighter look takes half a minute to load; until then the heavier one draws on.
    loading = {"ends_s": float("inf")}

    def ready(now_s: float, look: str) -> bool:
        if look == "comic-quality":
            return True
        loading["ends_s"] = min(loading["ends_s"], now_s + 30.0)
        return now_s >= loading["ends_s"]

    first = ("comic-quality", (160, 120))  # a quarter of the pixels
    world = Simulation(tmp_path, target_fps=1.9 / top_s, top_s=4 * top_s, first=first, ready=ready)
    changes = world.changes(200.0 + 20 * top_s)
    assert [drawn_as for _, drawn_as in changes] == [("comic", (160, 120))]
    governor = world.monitor._governor
    assert governor is not None
    assert governor._units[1] == pytest.approx(0.4, rel=0.05)


def test_the_governor_avoids_a_lighter_look_that_can_not_be_loaded(tmp_path: Path) -> None:
    def fail() -> Drawer:
        raise ModelError("comic.tflite: cut short")

    world = Simulation(tmp_path, target_fps=20.0, top_s=0.09, first=("comic-quality", (320, 240)))
    looks = Looks(
        {
            "comic-quality": Choice(lambda: plain, gmac_256=1.11),
            "comic": Choice(fail, gmac_256=0.34),
            "filter:comic": Choice(lambda: plain),
        },
        world.session.notices,
    )
    looks.load("comic-quality")
    object.__setattr__(world.session, "looks", looks)
    tried: list[DrawnAs] = []
    for _ in world.run(120.0):
        look, size_wh = world.rung
        tried.append((look, size_wh))
        if look == "comic" and looks.state(look) == "pending":  # as the painter does
            looks.request(look)
            while looks.state(look) == "pending":
                pass
            world.session.controls.change_from(world.session.controls.view, look="comic-quality")
    assert world.rung[0] == "comic-quality"
    assert SIZES_WH[0] <= world.rung[1] < SIZES_WH[-1]
    assert sum(look == "comic" for look, _ in tried) <= 2
    assert 1 / world.draw_s(world.rung) >= 18.0


def test_a_choice_made_while_the_governor_decides_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Simulation(tmp_path, target_fps=5.0, top_s=1.0)
    step = Governor.step

    def choose_meanwhile(governor: Governor, *figures: Any) -> Rung | None:
        rung = step(governor, *figures)
        if rung is not None and world.session.controls.view.look == TOP[0]:
            world.session.controls.change(look="comic", size_wh=(256, 192))
        return rung

    monkeypatch.setattr(Governor, "step", choose_meanwhile)
    changes = world.changes(10.0)
    assert changes[0][1] == ("comic", (256, 192))
    assert [notice.text for notice in world.session.notices.since()] == []
    governor = world.monitor._governor
    assert governor is None or governor.ladder[0].look == "comic"
