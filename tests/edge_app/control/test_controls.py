from __future__ import annotations

import threading
from typing import Any

import pytest

from celcam.errors import UnknownNameError, UsageError
from edge_app.control.controls import Controls, View


def make_controls() -> Controls:
    return Controls(View("comic", (320, 240)), looks=["anime", "comic", "sketch"], sizes_wh=[(160, 120), (640, 480)])


def test_a_change_applies_and_the_other_values_stay() -> None:
    controls = make_controls()
    assert controls.change(look="sketch", strength=0.5) == View("sketch", (320, 240), strength=0.5)
    assert controls.view.look == "sketch"


def test_a_look_is_found_by_its_older_name() -> None:
    controls = Controls(View("comic"), looks=["comic", "pencil"])
    assert controls.change(look="sketch").look == "pencil"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"look": "cubism"}, "unknown look 'cubism'; known: anime, comic, sketch"),
        ({"strength": 1.5}, "strength 1.5: expected a number from 0 to 1"),
        ({"strength": float("nan")}, "strength nan"),
        ({"strength": "much"}, "strength 'much'"),
        ({"strength": True}, "strength True"),
        ({"wipe": -0.1}, "wipe -0.1"),
        ({"sharp": 1}, "sharp 1: expected true or false"),
        ({"recording": None}, "recording None"),
        ({"size_wh": (100, 100)}, "expected one of 160x120, 320x240, 640x480"),
        ({"size_wh": 5}, "expected one of"),
        ({"size_wh": None}, "expected one of"),
        ({"look": None}, "unknown look 'None'"),
        ({"colour": "red"}, "unknown control 'colour'"),
    ],
)
def test_an_invalid_change_is_refused_and_changes_nothing(changes: dict[str, Any], message: str) -> None:
    controls = make_controls()
    with pytest.raises(UsageError, match=message.replace("(", r"\(")):
        controls.change(**{"calm": True, **changes})
    assert controls.view == View("comic", (320, 240))


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="strength"):
        make_controls().change(brightness=1.0)


def test_an_invalid_size_is_refused_with_the_nearest_valid_one() -> None:
    with pytest.raises(UsageError, match="try 320x240"):
        View("comic", (321, 242))


def test_looks_are_stepped_through_in_a_ring() -> None:
    controls = make_controls()
    assert [controls.step_look().look for _ in range(3)] == ["sketch", "anime", "comic"]
    assert controls.step_look(-1).look == "anime"


def test_stepping_through_sizes_stops_at_the_ends() -> None:
    controls = make_controls()
    assert [controls.step_size().size_wh for _ in range(2)] == [(640, 480), (640, 480)]
    assert [controls.step_size(-1).size_wh for _ in range(3)] == [(320, 240), (160, 120), (160, 120)]


def test_changes_from_many_threads_all_apply() -> None:
    controls = make_controls()

    def toggle(name: str) -> None:
        for _ in range(500):
            controls.change(**{name: not getattr(controls.view, name)})
        controls.change(**{name: True})

    threads = [threading.Thread(target=toggle, args=(name,)) for name in ("sharp", "calm", "recording")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (controls.view.sharp, controls.view.calm, controls.view.recording) == (True, True, True)


def test_the_apps_change_applies_only_if_no_viewer_changed_the_same_value() -> None:
    controls = make_controls()
    seen = controls.view
    controls.change(strength=0.5)  # something else
    assert controls.change_from(seen, look="anime", size_wh=(160, 120))
    assert controls.view == View("anime", (160, 120), strength=0.5)
    seen = controls.view
    controls.change(look="sketch")
    before = controls.view
    assert not controls.change_from(seen, look="comic", size_wh=(640, 480))
    assert controls.view == before


def test_a_change_by_the_app_is_validated_too() -> None:
    controls = make_controls()
    with pytest.raises(UsageError, match="unknown look"):
        controls.change_from(controls.view, look="cubism")
    with pytest.raises(UnknownNameError, match="unknown control"):
        controls.change_from(controls.view, colour="red")
    assert controls.view == View("comic", (320, 240))


def test_steps_and_updates_from_many_threads_all_apply() -> None:
    looks = [f"look-{number}" for number in range(400)]
    controls = Controls(View("look-0"), looks=looks)

    def step() -> None:
        for _ in range(100):
            controls.step_look()
            controls.update(lambda view: {"strength": round(view.strength - 0.001, 3)})

    threads = [threading.Thread(target=step) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert controls.view == View("look-300", strength=0.7)


def test_a_source_that_can_not_be_recorded_is_not_recorded() -> None:
    controls = Controls(View("comic"), looks=["comic"], can_record=False)
    with pytest.raises(UsageError, match="still images can't be recorded; take a snapshot instead"):
        controls.change(recording=True)
    assert controls.change(recording=False) == View("comic")
