from __future__ import annotations

import threading
import time

import pytest

from celcam.errors import CelcamError, ModelError
from celcam.finishes.finish import Finish
from celcam.finishes.primitive import Kit
from celcam.finishes.vignette import Vignette
from edge_app.drawing.looks import Choice, Drawer, Looks, LookState, Sizes
from edge_app.flow.notices import Notices
from tests.edge_app.fakes import inverting, make_looks, plain, quiet_notices


def wait_for(looks: Looks, name: str) -> LookState:
    """The state of ``name`` once it is ready or has failed."""
    deadline_s = time.monotonic() + 10
    while (state := looks.state(name)) == "pending":
        assert time.monotonic() < deadline_s, f"{name} never came"
        time.sleep(0.005)
    return state


def test_a_look_is_loaded_in_the_background() -> None:
    may_load = threading.Event()

    def load_slowly() -> Drawer:
        may_load.wait(10)
        return plain

    looks = make_looks({"first": lambda: inverting, "second": load_slowly}, quiet_notices())
    looks.load("first")
    assert looks.drawer("first") is inverting
    started_s = time.monotonic()
    for _ in range(3):
        looks.request("second")
        assert looks.state("second") == "pending"
    assert time.monotonic() - started_s < 1.0
    may_load.set()
    assert wait_for(looks, "second") == "ready"
    assert looks.drawer("second") is plain


def test_reading_a_look_loads_nothing_and_forgets_no_failure() -> None:
    tries: list[str] = []

    def refuse() -> Drawer:
        tries.append("once")
        raise ModelError("broken.tflite: cut short")

    looks = make_looks({"good": lambda: inverting, "broken": refuse}, quiet_notices())
    assert [looks.state("broken") for _ in range(10)] == ["pending"] * 10
    assert not tries
    looks.request("broken")
    assert wait_for(looks, "broken") == "failed"
    assert [looks.state("broken") for _ in range(10)] == ["failed"] * 10
    with pytest.raises(CelcamError, match="look broken is not loaded"):
        looks.drawer("broken")
    assert tries == ["once"]


def test_several_requests_load_a_look_once() -> None:
    tries: list[str] = []
    may_load = threading.Event()

    def load() -> Drawer:
        tries.append("once")
        may_load.wait(10)
        return plain

    looks = make_looks({"second": load}, quiet_notices())
    for _ in range(5):
        looks.request("second")
    may_load.set()
    assert wait_for(looks, "second") == "ready"
    looks.request("second")
    assert tries == ["once"]


def test_a_look_that_can_not_be_loaded_is_reported_once_and_may_be_tried_again() -> None:
    messages: list[str] = []
    works: list[bool] = []

    def load() -> Drawer:
        if not works:
            raise ModelError("second.tflite: cut short")
        return plain

    looks = make_looks({"first": lambda: inverting, "second": load}, Notices(write=messages.append))
    looks.request("second")
    assert wait_for(looks, "second") == "failed"
    assert messages == ["look second can't be loaded: second.tflite: cut short"]
    works.append(True)
    looks.request("second")
    assert wait_for(looks, "second") == "ready"


def test_a_first_look_that_fails_is_an_error() -> None:
    def refuse() -> Drawer:
        raise ModelError("no")

    looks = make_looks({"first": refuse}, quiet_notices())
    with pytest.raises(ModelError):
        looks.load("first")
    with pytest.raises(CelcamError, match="before the first frame"):
        looks.drawer("first")


SIZES = Sizes((32, 24), (64, 48))


def test_looks_of_one_network_load_it_once() -> None:
    tries: list[str] = []

    def load() -> Drawer:
        tries.append("once")
        return plain

    looks = Looks({"one": Choice(load), "other": Choice(load, Finish((Vignette(),)))}, quiet_notices())
    looks.load("one")
    assert looks.state("other") == "ready"
    assert looks.drawer("other") is looks.drawer("one")
    looks.load("other")
    assert tries == ["once"]


def test_a_look_is_ready_for_a_frame_once_its_finish_is() -> None:
    looks = Looks({"one": Choice(lambda: plain, Finish((Vignette(),)))}, quiet_notices())
    looks.load("one")
    assert (looks.state("one"), looks.state("one", SIZES)) == ("ready", "pending")
    looks.request("one", SIZES)
    deadline_s = time.monotonic() + 10
    while looks.state("one", SIZES) == "pending":
        assert time.monotonic() < deadline_s
        time.sleep(0.005)
    assert looks.full_finish("one", SIZES.output_wh) is looks.full_finish("one", SIZES.output_wh)
    assert looks.state("one", Sizes((32, 24), (80, 60))) == "pending"


def test_a_look_that_is_loading_becomes_ready_for_the_last_sizes_that_were_asked_for() -> None:
    may_load = threading.Event()

    def load_slowly() -> Drawer:
        may_load.wait(10)
        return plain

    looks = Looks({"one": Choice(load_slowly, Finish((Vignette(),)))}, quiet_notices())
    other = Sizes((40, 32), (80, 60))
    looks.request("one", SIZES)
    looks.request("one", other)
    may_load.set()
    deadline_s = time.monotonic() + 10
    while looks.state("one", other) == "pending":
        assert time.monotonic() < deadline_s
        time.sleep(0.005)


def test_a_finish_that_can_not_be_made_is_a_look_that_fails() -> None:
    class Broken(Vignette):
        def make_kit(self, size_wh: tuple[int, int]) -> Kit:
            raise MemoryError("no room")

    messages: list[str] = []
    looks = Looks({"one": Choice(lambda: plain, Finish((Broken(),)))}, Notices(write=messages.append))
    looks.request("one", SIZES)
    deadline_s = time.monotonic() + 10
    while looks.state("one") != "failed":  # its network is ready before
        assert time.monotonic() < deadline_s
        time.sleep(0.005)
    assert messages == ["look one can't be loaded: no room"]
