from __future__ import annotations

import os
from pathlib import Path

import pytest

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.image_io import write_image
from edge_app.sources import open_source
from edge_app.sources.images import ImagesSource

SAMPLES = Path(__file__).parents[3] / "datasets" / "samples"


def test_an_image_is_one_frame_and_a_folder_one_each() -> None:
    with open_source(str(SAMPLES / "food_scikit_image_coffee.jpg")) as source:
        assert [frame.name for frame in source.frames()] == ["food_scikit_image_coffee"]
    with open_source(str(SAMPLES)) as source:
        names = [frame.name for frame in source.frames()]
    assert names == sorted(names)
    assert len(names) == source.info.frames == 19


def test_images_that_differ_in_suffix_alone_keep_names_of_their_own(tmp_path: Path, photo: Uint8Array) -> None:
    for name in ("a.jpg", "a.png", "b.png"):
        write_image(tmp_path / name, photo)
    with open_source(str(tmp_path)) as source:
        assert [frame.name for frame in source.frames()] == ["a-jpg", "a-png", "b"]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no image in it"):
        open_source(str(tmp_path))


def test_a_folder_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> object:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "iterdir", refuse)  # root could read it
    with pytest.raises(MediaError, match=r"Permission denied.*; check its permissions"):
        ImagesSource.of_folder(tmp_path)
