from __future__ import annotations

import io
import os
import shutil
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from celcam.errors import MediaError
from datasets.photo import Photo, Rejected
from datasets.sources import check_sources, count_photos, find_photos


def find(*sources: Path) -> tuple[dict[str, bytes], list[Rejected]]:
    """The contents of the photos by name, and the rejected files."""
    photos, rejected = {}, []
    for found in find_photos(sources, frame_interval_s=2.0):
        if isinstance(found, Photo):
            assert found.name not in photos
            photos[found.name] = found.read()
        else:
            rejected.append(found)
    return photos, rejected


def names(*sources: Path) -> set[str]:
    return set(find(*sources)[0])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "holiday"
    for name in ("a.jpg", "B.JPEG", "beach/c.png", "beach/far/d.webp", "notes.txt", "._a.jpg"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    return root


def pack_tar(folder: Path, path: Path) -> Path:
    kind = {".tar": "tar", ".gz": "gztar", ".bz2": "bztar", ".xz": "xztar"}[path.suffix]
    packed = shutil.make_archive(str(path.with_name("packed")), kind, folder.parent, folder.name)
    return Path(shutil.move(packed, path))


def test_a_folder_is_searched_recursively(folder: Path) -> None:
    photos, rejected = find(folder)
    assert photos == {name: name.encode() for name in ("a.jpg", "B.JPEG", "beach/c.png", "beach/far/d.webp")}
    assert not rejected
    assert count_photos([folder]) == 4


def test_with_several_sources_names_start_with_the_source(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "office"
    other.mkdir()
    (other / "a.jpg").write_bytes(b"desk")
    assert {"holiday/a.jpg", "office/a.jpg"} <= names(folder, other)


def test_a_glob_gives_what_it_matches(folder: Path) -> None:
    assert names(folder / "*.jpg") == {"a.jpg"}
    assert names(folder / "**" / "*.webp") == {"beach/far/d.webp"}
    assert names(folder / "b*") == {"beach/c.png", "beach/far/d.webp"}


def test_a_missing_source_is_an_error_before_the_work_begins(folder: Path) -> None:
    check_sources([folder, folder / "*.jpg"])
    with pytest.raises(MediaError, match="no such file or folder"):
        check_sources([folder, folder / "*.gif"])


def test_zip_and_tar_archives_are_read_directly(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*.*")):
            archive.write(path, f"in/{path.relative_to(folder)}")
    inside = {"in/a.jpg", "in/B.JPEG", "in/beach/c.png", "in/beach/far/d.webp"}
    assert names(tmp_path / "p.zip") == {f"p.zip/{name}" for name in inside}
    for name in ("p.tar", "p.tar.gz", "p.tar.bz2", "p.tar.xz"):
        photos, rejected = find(pack_tar(folder, tmp_path / name))
        assert photos[f"{name}/holiday/a.jpg"] == b"a.jpg"
        assert set(photos) == {f"{name}/{member.replace('in/', 'holiday/')}" for member in inside}
        assert not rejected


def test_two_archive_members_with_the_same_name_are_two_photos(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "twice.tar", "w") as archive:
        for data in (b"first", b"second"):
            member = tarfile.TarInfo("a.jpg")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    found = list(find_photos([tmp_path / "twice.tar"], frame_interval_s=1))
    assert len({photo.key for photo in found if isinstance(photo, Photo)}) == 2


def test_a_truncated_archive_gives_the_photos_before_the_damage_and_the_reason(tmp_path: Path) -> None:
    members = {f"{number}.jpg": os.urandom(50_000) for number in range(6)}
    whole = tmp_path / "whole.tar.gz"
    with tarfile.open(whole, "w:gz") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(whole.read_bytes()[:170_000])
    photos, (rejected,) = find(cut)
    assert 1 <= len(photos) <= 3
    assert all(members[name.partition("/")[2]] == data for name, data in photos.items())
    assert rejected.kind == "damaged archive"
    assert "cut.tar.gz" in rejected.reason


@pytest.mark.parametrize("name", ["bad.zip", "bad.tar", "bad.tgz", "bad.tar.xz", "empty.zip", "empty.tgz"])
def test_a_file_that_is_not_an_archive_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"" if name.startswith("empty") else os.urandom(2000))
    photos, (rejected,) = find(path)
    assert not photos
    assert name in rejected.reason


def test_a_damaged_member_of_a_zip_does_not_affect_the_others(tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("a.jpg", "b.jpg", "c.jpg"):
            archive.writestr(name, name * 100)
    path.write_bytes(path.read_bytes().replace(b"b.jpg" * 50, b"x.jpg" * 50))
    photos, (rejected,) = find(path)
    assert set(photos) == {"p.zip/a.jpg", "p.zip/c.jpg"}
    assert "b.jpg" in rejected.reason


def test_a_file_that_is_too_large_to_be_a_photo_is_not_read(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.jpg", bytes(10**6))
    (folder / "a.jpg").write_bytes(bytes(1001))
    monkeypatch.setattr("datasets.photo.MAX_PHOTO_BYTES", 1000)
    monkeypatch.setattr("datasets.archives.MAX_MEMBER_BYTES", 1000)
    photos, rejected = find(folder, tmp_path / "p.zip", pack_tar(folder, tmp_path / "p.tar"))
    assert {one.kind for one in rejected} == {"too large"}
    assert len(rejected) == 3
    assert len(photos) == 6


def test_an_unreadable_folder_is_named_and_the_rest_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "far":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    photos, (rejected,) = find(folder)
    assert len(photos) == 3
    assert rejected.kind == "unreadable folder"
    assert rejected.source.endswith("far")
    assert "Permission denied" in rejected.reason


def test_broken_links_and_pipes_are_named_and_link_cycles_end(folder: Path) -> None:
    (folder / "gone.jpg").symlink_to("nowhere.jpg")
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe.jpg")
    photos, rejected = find(folder)
    assert len(photos) == 4
    assert {Path(one.source).name for one in rejected} == {"gone.jpg", "pipe.jpg"}


def test_names_that_are_not_utf_8_are_escaped(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.jpg")).write_bytes(b"x")
    assert r"caf\xe9.jpg" in names(folder)


def test_memory_does_not_grow_with_the_number_of_photos(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        path = tmp_path / f"{count}.tar"
        with tarfile.open(path, "w") as archive:
            for number in range(count):
                member = tarfile.TarInfo(f"{number}.jpg")
                member.size = 1000
                archive.addfile(member, io.BytesIO(bytes(1000)))
        tracemalloc.start()
        assert sum(1 for _ in find_photos([path], frame_interval_s=1)) == count
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak(3000) < peak(300) + 50_000
