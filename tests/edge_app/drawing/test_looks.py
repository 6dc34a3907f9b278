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
from edge_app.drawing.looks import Drawer, Given, Looks, look_loaders, shipped_looks
from edge_app.flow.notices import Notices
from edge_app.sources import synthetic
from tests.edge_app.fakes import inverting, plain


def wait_for(looks: Looks, name: str) -> Given:
    """What draws once ``name`` is there or given up."""
    deadline_s = time.monotonic() + 10
    while time.monotonic() < deadline_s:
        given = looks.get(name)
        if given.name == name or given.given_up:
            return given
        time.sleep(0.005)
    raise AssertionError(f"{name} never came")


def test_while_a_look_is_loaded_the_one_before_it_draws() -> None:
    may_load = threading.Event()

    def load_slowly() -> Drawer:
        may_load.wait(10)
        return plain

    looks = Looks({"first": lambda: inverting, "second": load_slowly}, Notices(tell=lambda text: None))
    looks.load("first")
    started_s = time.monotonic()
    assert [looks.get("second") for _ in range(3)] == [Given("first", inverting, given_up=False)] * 3
    assert time.monotonic() - started_s < 1.0
    may_load.set()
    assert wait_for(looks, "second").draw is plain


def test_a_look_that_can_not_be_loaded_is_told_once_and_may_be_tried_again() -> None:
    told: list[str] = []
    works: list[bool] = []

    def load() -> Drawer:
        if not works:
            raise ModelError("second.tflite: cut short")
        return plain

    looks = Looks({"first": lambda: inverting, "second": load}, Notices(tell=told.append))
    looks.load("first")
    assert wait_for(looks, "second") == Given("first", inverting, given_up=True)
    assert told == ["look second can't be loaded: second.tflite: cut short"]
    works.append(True)
    assert wait_for(looks, "second").name == "second"


def test_a_first_look_that_fails_is_an_error() -> None:
    def refuse() -> Drawer:
        raise ModelError("no")

    looks = Looks({"first": refuse}, Notices())
    with pytest.raises(ModelError):
        looks.load("first")
    with pytest.raises(CelcamError, match="before the first frame"):
        looks.get("first")


def test_the_looks_are_the_files_that_take_bytes() -> None:
    names = shipped_looks()
    assert {"comic", "comic-quality", "anime", "sketch", "watercolor"} <= set(names)
    assert not [name for name in names if "float" in name]


def test_the_first_look_is_the_one_asked_for() -> None:
    first, loaders = look_loaders("sketch", model=None, teacher=None, threads=1)
    assert first == "sketch"
    assert "comic" in loaders
    first, loaders = look_loaders("comic", model=MODELS / "anime-float16.tflite", teacher=None, threads=1)
    assert first == "anime-float16"
    first, loaders = look_loaders("comic", model=None, teacher="comic", threads=1)
    assert first == "teacher:comic"
    picture = synthetic.test_card(0.0)[:96, :128]
    assert np.array_equal(loaders[first]()(picture, (128, 96)), find_style("comic").draw(picture, 0.5))


@pytest.mark.parametrize(("style", "teacher"), [("cubism", None), ("comic", "cubism")])
def test_an_unknown_name_is_refused_before_anything_is_loaded(style: str, teacher: str | None) -> None:
    with pytest.raises(UnknownNameError, match="cubism"):
        look_loaders(style, model=None, teacher=teacher, threads=1)


@pytest.mark.parametrize("fault", ["cut short", "missing", "another model's"])
def test_a_model_file_that_is_wrong_leaves_the_look_before_it(fault: str, tmp_path: Path) -> None:
    for name in ("comic", "anime"):
        for suffix in (".tflite", ".json"):
            shutil.copy(MODELS / f"{name}{suffix}", tmp_path)
    first, loaders = look_loaders("comic", model=None, teacher=None, threads=1, models=tmp_path)
    told: list[str] = []
    looks = Looks(loaders, Notices(tell=told.append))
    looks.load(first)
    spoilt = tmp_path / "anime.tflite"
    if fault == "cut short":
        spoilt.write_bytes(spoilt.read_bytes()[:20_000])
    elif fault == "missing":
        spoilt.unlink()
    else:
        shutil.copy(tmp_path / "comic.tflite", spoilt)
    given = wait_for(looks, "anime")
    assert (given.name, given.given_up) == ("comic", True)
    assert given.draw(synthetic.test_card(0.0), (64, 48)).shape == (48, 64, 3)
    assert len(told) == 1
    assert "anime.tflite" in told[0]
