from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge_app.web.gallery import UnsatisfiableRangeError, chosen_bytes, list_files, open_file

BAD_NAMES = [
    "",
    ".",
    "..",
    "../secret.png",
    "celcam-1.png/../../secret.png",
    "/etc/passwd",
    "celcam-1.png\0",
    "celcam-1.png\n",
    "celcam-\0.png",
    "celcam-..png",
    "celcam-" + "1" * 5000 + ".png",
    "celcam-1.PNG",
    "celcam-1.png.part",
    "celcam-1.html",
    ".celcam.abc.part",
    "holiday.png",
    "celcam-１.png",
    "C:\\celcam-1.png",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_only_names_that_the_app_gives_are_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    folder = tmp_path / "kept"
    folder.mkdir()
    for there in ("holiday.png", "celcam-1.png.part", "celcam-1.html"):
        (folder / there).write_bytes(b"x")
    with pytest.raises(FileNotFoundError):
        open_file(folder, name)


def test_links_folders_and_pipes_are_neither_listed_nor_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "celcam-1.png").symlink_to(secret)
    (folder / "celcam-2.png").symlink_to(folder / "celcam-9.png")
    (folder / "celcam-3.png").mkdir()
    os.mkfifo(folder / "celcam-4.png")
    (folder / "celcam-9.png").write_bytes(b"picture")
    assert [kept.name for kept in list_files(folder)] == ["celcam-9.png"]
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number in (1, 2, 3, 4):
        with pytest.raises(FileNotFoundError):
            open_file(folder, f"celcam-{number}.png")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "celcam-1.png").write_bytes(b"picture")
    (tmp_path / "kept").symlink_to(tmp_path / "disk")
    kept, file = open_file(tmp_path / "kept", "celcam-1.png")
    with file:
        assert (kept.size_bytes, kept.content_type, file.read()) == (7, "image/png", b"picture")


def test_the_newest_comes_first_and_a_missing_folder_is_empty(tmp_path: Path) -> None:
    for number in (1, 3, 2):
        path = tmp_path / f"celcam-{number}.mp4"
        path.write_bytes(b"x" * number)
        os.utime(path, (number, number))
    assert [kept.size_bytes for kept in list_files(tmp_path)] == [3, 2, 1]
    assert list_files(tmp_path / "nowhere") == []


def test_a_file_that_grows_gets_another_tag(tmp_path: Path) -> None:
    path = tmp_path / "celcam-1.mp4"
    path.write_bytes(b"x")
    (first,) = list_files(tmp_path)
    path.write_bytes(b"xx")
    (second,) = list_files(tmp_path)
    assert first.tag != second.tag


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, None),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=10-9999", (10, 100)),
        ("bytes=99-99", (99, 100)),
        ("bytes=-5", (95, 100)),
        ("bytes=-500", (0, 100)),
        ("bytes=0-1,5-6", None),
        ("bytes=-", None),
        ("bytes=9-3", None),
        ("bytes=a-b", None),
        ("lines=1-2", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_ranges_follow_http(header: str | None, chosen: tuple[int, int] | None) -> None:
    assert chosen_bytes(header, 100) == chosen


@pytest.mark.parametrize(("header", "size_bytes"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-", 0)])
def test_a_range_beyond_the_end_can_not_be_satisfied(header: str, size_bytes: int) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        chosen_bytes(header, size_bytes)
