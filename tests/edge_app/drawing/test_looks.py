from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from celcam.errors import CelcamError, ModelError, UnknownNameError
from celcam.paths import MODELS
from celcam.styles import find_style
from edge_app.drawing.looks import Drawer, Looks, LookState, look_loaders, shipped_looks
from edge_app.flow.notices import Notices
from edge_app.sources import synthetic
from tests.edge_app.fakes import inverting, plain, quiet_notices


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

    looks = Looks({"first": lambda: inverting, "second": load_slowly}, quiet_notices())
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

    looks = Looks({"good": lambda: inverting, "broken": refuse}, quiet_notices())
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

    looks = Looks({"second": load}, quiet_notices())
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

    looks = Looks({"first": lambda: inverting, "second": load}, Notices(write=messages.append))
    looks.request("second")
    assert wait_for(looks, "second") == "failed"
    assert messages == ["look second can't be loaded: second.tflite: cut short"]
    works.append(True)
    looks.request("second")
    assert wait_for(looks, "second") == "ready"


def test_a_first_look_that_fails_is_an_error() -> None:
    def refuse() -> Drawer:
        raise ModelError("no")

    looks = Looks({"first": refuse}, quiet_notices())
    with pytest.raises(ModelError):
        looks.load("first")
    with pytest.raises(CelcamError, match="before the first frame"):
        looks.drawer("first")


def test_the_looks_are_the_files_that_take_bytes() -> None:
    names = shipped_looks()
    assert {"comic", "comic-quality", "anime", "sketch", "watercolor"} <= set(names)
    assert not [name for name in names if "float" in name]


def test_the_first_look_is_the_requested_one() -> None:
    first, loaders = look_loaders("sketch", model=None, style_filter=None, threads=1)
    assert first == "sketch"
    assert "comic" in loaders
    first, loaders = look_loaders("comic", model=MODELS / "anime-float16.tflite", style_filter=None, threads=1)
    assert first == "anime-float16"
    first, loaders = look_loaders("comic", model=None, style_filter="comic", threads=1)
    assert first == "filter:comic"
    picture = synthetic.test_card(0.0)[:96, :128]
    assert np.array_equal(loaders[first]()(picture, (128, 96)), find_style("comic").draw(picture, 0.5))


@pytest.mark.parametrize(("style", "style_filter"), [("cubism", None), ("comic", "cubism")])
def test_an_unknown_name_is_refused_before_anything_is_loaded(style: str, style_filter: str | None) -> None:
    with pytest.raises(UnknownNameError, match="cubism"):
        look_loaders(style, model=None, style_filter=style_filter, threads=1)


@pytest.mark.parametrize("fault", ["cut short", "missing", "another model's"])
def test_a_model_file_that_is_wrong_is_reported_once(fault: str, tmp_path: Path) -> None:
    for name in ("comic", "anime"):
        for suffix in (".tflite", ".json"):
            shutil.copy(MODELS / f"{name}{suffix}", tmp_path)
    first, loaders = look_loaders("comic", model=None, style_filter=None, threads=1, models=tmp_path)
    messages: list[str] = []
    looks = Looks(loaders, Notices(write=messages.append))
    looks.load(first)
    spoilt = tmp_path / "anime.tflite"
    if fault == "cut short":
        spoilt.write_bytes(spoilt.read_bytes()[:20_000])
    elif fault == "missing":
        spoilt.unlink()
    else:
        shutil.copy(tmp_path / "comic.tflite", spoilt)
    looks.request("anime")
    assert wait_for(looks, "anime") == "failed"
    assert looks.drawer("comic")(synthetic.test_card(0.0), (64, 48)).shape == (48, 64, 3)
    assert len(messages) == 1
    assert "anime.tflite" in messages[0]
