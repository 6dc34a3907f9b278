from __future__ import annotations

import os
from pathlib import Path

import pytest

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.image_io import write_image
from edge_app.sources import open_source
from edge_app.sources.images import ImagesSource
from tests.edge_app.fakes import quiet_notices

SAMPLES = Path(__file__).parents[3] / "datasets" / "samples"


def test_an_image_is_one_frame_and_a_folder_one_each() -> None:
    with open_source(str(SAMPLES / "food_scikit_image_coffee.jpg")) as source:
        assert [frame.name for frame in source.frames()] == ["food_scikit_image_coffee"]
    with open_source(str(SAMPLES)) as source:
        names = [frame.name for frame in source.frames()]
    assert names == sorted(names)
    assert len(names) == source.info.frames == 19


def test_images_that_differ_only_in_the_suffix_keep_different_names(tmp_path: Path, photo: Uint8Array) -> None:
    for name in ("a.jpg", "a.png", "a-jpg.png", "b.png"):
        write_image(tmp_path / name, photo)
    with open_source(str(tmp_path)) as source:
        assert [frame.name for frame in source.frames()] == ["a-jpg", "a-jpg-2", "a-png", "b"]


def test_images_of_subfolders_are_named_after_them_and_other_files_are_counted(
    tmp_path: Path, photo: Uint8Array
) -> None:
    for name in ("a.png", "sub/a.png", "sub/.hidden.png"):
        write_image(tmp_path / name, photo)
    for name in ("notes.txt", "clip.mp4"):
        (tmp_path / name).write_text("")
    notices = quiet_notices()
    with open_source(str(tmp_path), notices=notices) as source:
        assert [frame.name for frame in source.frames()] == ["a", "sub/a"]
    assert [notice.text for notice in notices.since()] == [f"{tmp_path}: 2 other files ignored; only images are shown"]


def test_unreadable_images_among_several_are_reported_once_and_skipped(tmp_path: Path, photo: Uint8Array) -> None:
    for name in ("a.jpg", "b.jpg", "d.jpg"):
        (tmp_path / name).write_text("no picture")
    write_image(tmp_path / "c.png", photo)
    notices = quiet_notices()
    with ImagesSource.of_specs([str(tmp_path)], notices) as source:
        assert [frame.name for frame in source.frames()] == ["c"]
        assert source.info.size_wh == (photo.shape[1], photo.shape[0])
    texts = [notice.text for notice in notices.since()]
    assert [text.partition(": not a readable image")[0] for text in texts] == [
        str(tmp_path / name) for name in ("a.jpg", "b.jpg", "d.jpg")
    ]


def test_a_photo_that_lacks_its_end_mark_is_shown_with_one_notice(tmp_path: Path, photo: Uint8Array) -> None:
    write_image(tmp_path / "a.jpg", photo)
    (tmp_path / "a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:-2])
    notices = quiet_notices()
    with open_source(str(tmp_path / "a.jpg"), notices=notices) as source:
        assert len(list(source.frames())) == 1
    assert [notice.text for notice in notices.since()] == [
        f"{tmp_path}/a.jpg: its end mark is missing; the picture is complete"
    ]


def test_the_largest_accepted_photo_is_an_option(tmp_path: Path, photo: Uint8Array) -> None:
    write_image(tmp_path / "a.png", photo)  # 0.24 megapixels
    with open_source(str(tmp_path / "a.png"), max_megapixels=0.25) as source:
        assert source.info.size_wh == (600, 400)
    with pytest.raises(MediaError, match=r"600x400 is 0.24 megapixels; .* or raise --max-megapixels"):
        open_source(str(tmp_path / "a.png"), max_megapixels=0.2)


def test_a_folder_of_unreadable_images_is_refused(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_text("no picture")
    with pytest.raises(MediaError, match="not a readable image"):
        ImagesSource.of_specs([str(tmp_path)], quiet_notices())


def test_several_images_are_one_source(tmp_path: Path, photo: Uint8Array) -> None:
    for name in ("b.png", "a.png"):
        write_image(tmp_path / name, photo)
    with ImagesSource.of_specs([str(tmp_path / "b.png"), str(tmp_path / "a.png")]) as source:
        assert [frame.name for frame in source.frames()] == ["b", "a"]
        assert source.info.name == f"{tmp_path}/b.png and 1 more"


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no image in it"):
        open_source(str(tmp_path))


def test_a_folder_without_read_permission_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> object:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(os, "scandir", refuse)  # root could read it
    with pytest.raises(MediaError, match=r"Permission denied; check its permissions"):
        ImagesSource.of_specs([str(tmp_path)])
