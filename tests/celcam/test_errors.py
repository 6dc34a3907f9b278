from __future__ import annotations

import pickle

import pytest

from celcam.errors import BadPhotoError, UnknownNameError, nearest_name

LOOKS = ("anime", "comic", "colored-pencil", "watercolor")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Comic", "comic"),
        ("COMIC", "comic"),
        ("comik", "comic"),
        ("water-color", "watercolor"),
        ("coloured pencil", "colored-pencil"),
        ("cubism", None),
        ("", None),
    ],
)
def test_a_misspelt_name_has_a_nearest_one(name: str, near: str | None) -> None:
    assert nearest_name(name, LOOKS) == near


def test_an_unknown_name_is_reported_with_a_suggestion_and_all_known_names() -> None:
    message = str(UnknownNameError("style", "Comic", LOOKS))
    assert message == "unknown style 'Comic'; did you mean comic? known: anime, colored-pencil, comic, watercolor"
    assert str(UnknownNameError("style", "cubism", ("comic", "anime"))) == "unknown style 'cubism'; known: anime, comic"


def test_a_bad_photo_keeps_its_kind_in_another_process() -> None:
    error = pickle.loads(pickle.dumps(BadPhotoError("empty", "a.jpg: an empty file")))
    assert (error.kind, str(error)) == ("empty", "a.jpg: an empty file")
