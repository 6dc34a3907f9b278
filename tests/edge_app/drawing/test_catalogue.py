from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celcam.errors import CelcamError, MediaError, UnknownNameError, UsageError
from celcam.finishes.finish import Finish
from celcam.looks import LOOKS, find_finish
from celcam.model_card import read_card
from celcam.paths import MODELS
from celcam.styles import find_style, stroke_scale
from edge_app.control.governor import build_ladder
from edge_app.drawing.catalogue import Networks, list_looks, look_choices, shipped_choices
from edge_app.drawing.looks import Looks
from edge_app.flow.notices import Notices
from edge_app.sources import synthetic
from tests.edge_app.fakes import quiet_notices

NETWORKS = Networks(threads=1)


def copy_models(folder: Path, *names: str) -> Networks:
    for name in names:
        for suffix in (".tflite", ".json"):
            shutil.copy(MODELS / f"{name}{suffix}", folder)
    return Networks(folder, threads=1)


def test_the_looks_come_in_the_order_of_the_table_then_the_larger_networks_then_others(tmp_path: Path) -> None:
    networks = copy_models(tmp_path, "comic", "comic-quality", "comic-float16")
    for suffix in (".tflite", ".json"):
        shutil.copy(MODELS / f"comic{suffix}", tmp_path / f"banksy{suffix}")
    of_comic = [look.name for look in LOOKS.values() if look.style == "comic"]
    names = list(shipped_choices(networks))
    assert names == [*of_comic, *(f"{name}-quality" for name in of_comic), "banksy"]
    assert names[:2] == ["comic", "poster"]


def test_the_shipped_networks_draw_every_look_of_the_table() -> None:
    names = list(shipped_choices(NETWORKS))
    assert names[: len(LOOKS)] == list(LOOKS)
    assert {"comic-quality", "poster-quality", "noir-quality"} <= set(names)
    assert not [name for name in names if "float" in name]


def test_looks_of_one_style_share_their_network_and_have_finishes_of_their_own() -> None:
    choices = shipped_choices(NETWORKS)
    assert choices["comic"].load is choices["poster"].load
    assert choices["comic"].load is not choices["comic-quality"].load
    assert choices["poster"].finish == choices["poster-quality"].finish == find_finish("poster")
    card = read_card(MODELS / "comic-quality.tflite")
    assert card is not None
    assert choices["noir-quality"].gmac_256 == card.gmac_256
    looks = Looks(choices, quiet_notices())
    looks.load("comic")
    assert looks.state("poster") == "ready"


def test_a_look_of_a_larger_network_steps_down_to_its_lighter_version() -> None:
    looks = Looks(shipped_choices(NETWORKS), quiet_notices())
    rungs = build_ladder(
        "poster-quality", (320, 240), looks=looks.names, sizes_wh=[(160, 120)], gmac_256=looks.gmac_256
    )
    assert [(rung.look, rung.size_wh[1]) for rung in rungs] == [
        ("poster-quality", 240),
        ("poster", 240),
        ("poster", 120),
    ]


@pytest.mark.parametrize(
    ("asked", "first"),
    [("noir", "noir"), ("sketch", "pencil"), ("poster-quality", "poster-quality"), ("comic-float16", "comic-float16")],
)
def test_a_look_is_chosen_by_its_name(asked: str, first: str) -> None:
    name, choices = look_choices(asked, NETWORKS)
    assert name == first
    assert name in choices
    assert "comic" in choices


def test_a_file_has_the_finish_of_the_style_on_its_card(tmp_path: Path) -> None:
    first, choices = look_choices("comic", NETWORKS, model=MODELS / "pencil-float16.tflite")
    assert first == list(choices)[-1] == "pencil-float16"
    assert choices[first].finish == find_finish("pencil")
    bare = tmp_path / "bare.tflite"
    shutil.copy(MODELS / "comic.tflite", bare)
    first, choices = look_choices("comic", NETWORKS, model=bare)
    assert (first, choices[first].finish) == ("bare", Finish())


def test_a_style_filter_is_a_look_with_the_finish_of_its_style() -> None:
    first, choices = look_choices("comic", NETWORKS, style_filter="watercolor")
    assert first == "filter:watercolor"
    assert choices[first].finish == find_finish("watercolor")
    picture = synthetic.test_card(0.0)[:96, :128]
    drawn = choices[first].load()(picture, (128, 96))
    assert np.array_equal(drawn, find_style("watercolor").draw(picture, stroke_scale(picture)))


def test_a_finish_can_be_replaced_for_both_versions_of_the_first_look_alone() -> None:
    before = shipped_choices(NETWORKS)
    first, choices = look_choices("comic-quality", NETWORKS, finish="noir")
    assert choices["comic"].finish == choices["comic-quality"].finish == find_finish("noir")
    assert first == "comic-quality"
    assert list(choices) == list(before)
    for name in choices:
        if name not in ("comic", "comic-quality"):
            assert choices[name] == before[name]
    assert look_choices("comic", NETWORKS, finish="none")[1]["comic"].finish == Finish()


def test_a_look_of_the_users_own_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "night.toml"
    path.write_text('[look]\nstyle = "comic"\nabout = "dark corners"\n\n[[finish]]\nkind = "vignette"\n')
    first, choices = look_choices(str(path), NETWORKS)
    assert first == list(choices)[-1] == "night"
    assert [each.kind for each in choices["night"].finish.primitives] == ["vignette"]
    assert choices["night"].load is choices["comic"].load
    assert list_looks(choices).splitlines()[-1].split(maxsplit=1) == ["night", "dark corners"]


def test_a_look_of_the_users_own_may_replace_one_of_the_table(tmp_path: Path) -> None:
    path = tmp_path / "poster.toml"
    path.write_text('[look]\nstyle = "anime"\n')
    first, choices = look_choices(str(path), NETWORKS)
    assert first == list(choices)[-1] == "poster"
    assert choices["poster"].load is choices["anime"].load


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[look", "not TOML"),
        ("[look]\nname = 'x'\n", "has no style"),
        ("[look]\nstyle = 'cubism'\n", "unknown style 'cubism'"),
        ("[look]\nstyle = 'comic'\n[[finish]]\nkind = 'glitter'\n", "unknown kind of finish 'glitter'"),
    ],
)
def test_a_fault_in_a_look_of_the_users_own_is_named(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        look_choices(str(path), NETWORKS)
    with pytest.raises(MediaError, match=r"none\.toml: can't be read"):
        look_choices(str(tmp_path / "none.toml"), NETWORKS)


@pytest.mark.parametrize(
    ("style", "style_filter", "finish"),
    [("cubism", None, None), ("comic", "cubism", None), ("comic", None, "cubism"), ("cubism-quality", None, None)],
)
def test_an_unknown_name_is_refused_before_anything_is_loaded(
    style: str, style_filter: str | None, finish: str | None
) -> None:
    with pytest.raises(UnknownNameError, match="cubism"):
        look_choices(style, NETWORKS, style_filter=style_filter, finish=finish)


def test_a_look_whose_network_is_missing_is_refused(tmp_path: Path) -> None:
    networks = copy_models(tmp_path, "comic")
    with pytest.raises(UnknownNameError, match="unknown style 'watercolor'"):
        look_choices("watercolor", networks)
    with pytest.raises(UnknownNameError, match="unknown look 'comic-quality'; known: comic, manga"):
        look_choices("comic-quality", networks)


@pytest.mark.parametrize("fault", ["cut short", "missing", "another model's"])
def test_a_model_file_that_is_wrong_is_reported_once(fault: str, tmp_path: Path) -> None:
    first, choices = look_choices("comic", copy_models(tmp_path, "comic", "anime"))
    messages: list[str] = []
    looks = Looks(choices, Notices(write=messages.append))
    looks.load(first)
    spoilt = tmp_path / "anime.tflite"
    if fault == "cut short":
        spoilt.write_bytes(spoilt.read_bytes()[:20_000])
    elif fault == "missing":
        spoilt.unlink()
    else:
        shutil.copy(tmp_path / "comic.tflite", spoilt)
    looks.request("anime")
    deadline_s = time.monotonic() + 10
    while looks.state("anime") == "pending":
        assert time.monotonic() < deadline_s
        time.sleep(0.005)
    assert looks.state("anime") == "failed"
    assert looks.drawer("comic")(synthetic.test_card(0.0), (64, 48)).shape == (48, 64, 3)
    assert len(messages) == 1
    assert "anime.tflite" in messages[0]


@pytest.mark.parametrize(
    "change",
    [
        {"tensors": None},
        {"sha256": 5},
        {"gmac_256": float("nan")},
        {"gmac_256": "1"},
        {"style": ["comic"]},
        {"gate": []},
        None,
    ],
)
def test_a_bad_card_costs_one_look(change: dict[str, Any] | None, tmp_path: Path) -> None:
    for name in ("comic", "anime"):
        for suffix in (".tflite", ".json"):
            shutil.copy(MODELS / f"{name}{suffix}", tmp_path)
    card = tmp_path / "anime.json"
    fields = json.loads(card.read_text())
    card.write_text("[" * 100_000 if change is None else json.dumps(fields | change))
    choices = shipped_choices(Networks(tmp_path))
    assert "comic" in choices
    assert "anime" not in choices
    with pytest.raises(CelcamError, match=r"anime\.json: not a model card"):
        look_choices("anime", Networks(tmp_path))
