from __future__ import annotations

import os
from pathlib import Path

import pytest

from celcam.errors import MediaError
from edge_app.sources.files import find_media, unique_stems


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as a phone and its owner leave it."""
    for name in (
        "b.JPG",
        "a.png",
        "IMG_1.heic",
        "clip.MP4",
        "notes.txt",
        ".DS_Store",
        ".thumbs/a.jpg",
        "2023/a.png",
        "2023/night/c.webp",
    ):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).write_text("")
    return tmp_path / "photos"


def test_a_folder_is_searched_with_its_subfolders(folder: Path) -> None:
    found = find_media([str(folder)])
    names = ["IMG_1.heic", "a.png", "b.JPG", "clip.MP4", "2023/a.png", "2023/night/c.webp"]
    assert [str(file.name) for file in found.files] == names
    assert [file.path for file in found.files] == [folder / name for name in names]
    assert [file.is_clip for file in found.files] == [False, False, False, True, False, False]
    assert found.ignored == [f"{folder}/notes.txt: not a picture or a clip"]


def test_with_several_sources_a_folder_keeps_its_name(folder: Path) -> None:
    found = find_media([str(folder / "b.JPG"), str(folder / "2023")])
    assert [str(file.name) for file in found.files] == ["b.JPG", "2023/a.png", "2023/night/c.webp"]


def test_a_file_that_is_named_twice_is_used_once(folder: Path) -> None:
    found = find_media([str(folder / "b.JPG"), f"{folder}/2023/../b.JPG", str(folder)])
    assert [str(file.name) for file in found.files].count("b.JPG") == 1
    assert len(found.files) == 6


def test_a_named_file_is_used_whatever_its_suffix(folder: Path) -> None:
    (file,) = find_media([str(folder / "notes.txt")]).files
    assert file.is_clip  # FFmpeg decides


def test_the_folder_of_the_output_is_not_searched(folder: Path) -> None:
    found = find_media([str(folder)], skip=folder / "night" / ".." / "2023")
    assert [str(file.name) for file in found.files] == ["IMG_1.heic", "a.png", "b.JPG", "clip.MP4"]


def test_links_to_folders_and_pipes_are_reported(folder: Path) -> None:
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe.jpg")
    found = find_media([str(folder)])
    assert len(found.files) == 6
    assert f"{folder}/round: a link to a folder, or not a file" in found.ignored
    assert f"{folder}/pipe.jpg: a link to a folder, or not a file" in found.ignored


def test_a_subfolder_that_can_not_be_read_is_reported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "2023":
            raise PermissionError(13, os.strerror(13))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root could read it
    found = find_media([str(folder)])
    assert len(found.files) == 4
    assert f"{folder}/2023: can't be read: Permission denied; check its permissions" in found.ignored


def test_a_missing_file_is_an_error(folder: Path) -> None:
    with pytest.raises(MediaError, match=r"none\.jpg: no such file or folder; expected an image"):
        find_media([str(folder), str(folder / "none.jpg")])


@pytest.mark.parametrize(
    ("names", "stems"),
    [
        (["a.jpg", "b.jpg"], ["a", "b"]),
        (["a.jpg", "a.png"], ["a-jpg", "a-png"]),
        (["a.jpg", "a.png", "a-jpg.png"], ["a-jpg-2", "a-png", "a-jpg"]),
        (["a.jpg", "A.JPG"], ["a-jpg", "A-JPG-2"]),
        (["x/a.jpg", "y/a.jpg"], ["x/a", "y/a"]),
        (["trip/a.jpg", "trip/a.jpg", "trip/a.jpg"], ["trip/a-jpg", "trip/a-jpg-2", "trip/a-jpg-3"]),
        (["a.b.jpg", "a.c.jpg"], ["a.b", "a.c"]),
    ],
)
def test_every_file_gets_a_unique_name(names: list[str], stems: list[str]) -> None:
    assert [str(stem) for stem in unique_stems([Path(name) for name in names])] == stems
