"""The table of looks, and a user's own look."""

from __future__ import annotations

from pathlib import Path

import pytest

from celcam.errors import MediaError, UnknownNameError, UsageError
from celcam.finishes.finish import Finish
from celcam.finishes.paper import Paper
from celcam.finishes.shipped import FINISHES
from celcam.looks import DEFAULT_LOOK, LOOKS, find_finish, find_look, finish_of_style, read_look
from celcam.model_card import card_path, find_model, read_card

NAMES = ["comic", "poster", "noir", "riso", "manga", "pixel", "watercolor", "pencil", "colored-pencil", "anime"]
OWN = """
[look]
style = "watercolor"
about = "mine"

[[finish]]
kind = "grade"
vivid = 0.5

[[finish]]
kind = "paper"
grain = 0.03
"""


def test_the_looks_that_are_shipped() -> None:
    assert list(LOOKS) == NAMES == list(FINISHES)
    assert DEFAULT_LOOK == "comic"
    assert all(look.about and look.finish.primitives for look in LOOKS.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_network_of_its_style_feeds_each_look(name: str) -> None:
    model = find_model(LOOKS[name].style)
    card = read_card(model)
    assert card is not None, card_path(model)
    assert card.style == LOOKS[name].style


def test_sketch_is_an_older_name_of_pencil() -> None:
    assert find_look("sketch") is LOOKS["pencil"]
    assert finish_of_style("sketch") is FINISHES["pencil"]


def test_a_near_miss_gets_a_hint() -> None:
    with pytest.raises(UnknownNameError, match="unknown look 'Postr'; did you mean poster"):
        find_look("Postr")


def test_a_finish_is_found_by_its_look_and_none_is_none() -> None:
    assert find_finish("riso") is FINISHES["riso"]
    assert find_finish("none") == Finish()
    assert finish_of_style("comic") is FINISHES["comic"]
    assert finish_of_style("of-my-own") == Finish()


def test_an_own_look_is_one_short_file(tmp_path: Path) -> None:
    path = tmp_path / "wet.toml"
    path.write_text(OWN)
    look = read_look(path)
    assert (look.name, look.style, look.about) == ("wet", "watercolor", "mine")
    assert [each.kind for each in look.finish.primitives] == ["grade", "paper"]
    assert look.finish.primitives[1] == Paper(grain=0.03)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[look", "not TOML"),
        ("", "has no style"),
        ("[look]\nstyle = 3", "has no style"),
        ("[looks]\nstyle = 'comic'", "unknown table 'looks'; did you mean look"),
        ("[look]\nstyle = 'comic'\nname = 3", "name is 3; expected text"),
        ("[look]\nstyle = 'comic'\nfinnish = 'x'", "unknown entry of [look] 'finnish'"),
        ("finish = 3\n[look]\nstyle = 'comic'", "finish is no list of tables"),
        ("[look]\nstyle = 'comic'\n[[finish]]\nkind = 'paprika'", "unknown kind of finish 'paprika'"),
        ("[look]\nstyle = 'comic'\n[[finish]]\nkind = 'paper'\ngrain = 'x'", "grain is 'x'; expected a number"),
    ],
)
def test_a_mistake_in_a_look_is_one_line_with_the_file(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as raised:
        read_look(path)
    assert message in str(raised.value)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


def test_a_look_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="can't be read"):
        read_look(tmp_path / "none.toml")
