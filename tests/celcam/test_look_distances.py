"""The distances between looks, and the table that shows them."""

from __future__ import annotations

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.finishes.finish import Finish
from celcam.look_distances import Distances, measure_distances
from celcam.looks import LOOKS, Look
from celcam.pixels import resize


def test_looks_lie_apart_on_a_photo(photo: Uint8Array) -> None:
    names = ("comic", "manga", "anime")
    measured = measure_distances([photo], {name: LOOKS[name] for name in names})
    assert measured.names == [*names, "photo"]
    assert measured.photos == 1
    assert np.array_equal(measured.matrix, measured.matrix.T)
    assert not measured.matrix.diagonal().any()
    assert measured.between("comic", "anime") < measured.between("comic", "manga")


def test_a_look_without_a_finish_is_its_network(photo: Uint8Array) -> None:
    bare = {"one": Look("one", "comic", Finish()), "other": Look("other", "comic", Finish())}
    assert measure_distances([resize(photo, (90, 60))], bare).between("one", "other") == 0.0


def test_the_table_marks_pairs_that_are_too_close() -> None:
    matrix = np.array([[0.0, 9.0, 11.0], [9.0, 0.0, 11.0], [11.0, 11.0, 0.0]])
    comic, other = Distances(["comic", "other", "photo"], matrix, 3).table().splitlines()[2:]
    assert comic.split() == ["comic", "9.0*", "11.0"]
    assert other.split() == ["other", "11.0*"]


def test_no_photos_is_one_line() -> None:
    with pytest.raises(MediaError, match="no photos"):
        measure_distances([])
