"""Archives that claim, or unpack to, more than a build can take."""

from __future__ import annotations

import io
import struct
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from datasets.archives import photos_in_archive
from datasets.photo import Photo, Rejected

PHOTO = b"\xff\xd8 a photo"


def read(path: Path) -> tuple[dict[str, bytes], list[Rejected]]:
    photos, rejected = {}, []
    for found in photos_in_archive(path, "archive"):
        if isinstance(found, Photo):
            photos[found.name.removeprefix("archive/")] = found.read()
        else:
            rejected.append(found)
    return photos, rejected


def add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


@pytest.fixture
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.archives.FREE_BYTES", 100_000)


def test_a_bomb_in_a_zip_is_named_and_the_rest_is_read(tmp_path: Path, small_bounds: None) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", PHOTO)
        archive.writestr("bomb.jpg", bytes(10**6))
        archive.writestr("b.jpg", PHOTO)
    photos, (rejected,) = read(tmp_path / "a.zip")
    assert photos == {"a.jpg": PHOTO, "b.jpg": PHOTO}
    assert rejected.kind == "too large"
    assert "bomb.jpg" in rejected.reason
    assert "unpack to 1000000; expected at most 100 times the size" in rejected.reason


@pytest.mark.parametrize("mode", ["gz", "bz2", "xz"])
def test_a_bomb_in_a_tar_is_named_and_the_rest_is_read(mode: str, tmp_path: Path, small_bounds: None) -> None:
    with tarfile.open(tmp_path / f"a.tar.{mode}", f"w:{mode}") as archive:  # type: ignore[call-overload]
        add(archive, "a.jpg", PHOTO)
        add(archive, "bomb.jpg", bytes(10**7))
        add(archive, "b.jpg", PHOTO)
    photos, (rejected,) = read(tmp_path / f"a.tar.{mode}")
    assert photos == {"a.jpg": PHOTO, "b.jpg": PHOTO}
    assert rejected.kind == "too large"
    assert "bomb.jpg" in rejected.reason


def test_an_endless_tar_is_left_after_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.archives.FREE_TAR_BYTES", 100_000)
    monkeypatch.setattr("datasets.archives.MAX_TAR_RATIO", 1)
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as archive:
        add(archive, "a.jpg", PHOTO)
        add(archive, "film.bin", bytes(10**6))
        add(archive, "b.jpg", PHOTO)
    photos, (rejected,) = read(tmp_path / "a.tgz")
    assert photos == {"a.jpg": PHOTO}
    assert rejected.kind == "damaged archive"
    assert "film.bin has 1000000 bytes" in rejected.reason
    assert "photos kept from before the damage: 1" in rejected.reason


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGLINK])
def test_a_header_that_claims_a_name_of_gigabytes_takes_no_memory(kind: bytes, tmp_path: Path) -> None:
    member = tarfile.TarInfo("././@LongLink")
    member.type, member.size = kind, 2**32
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        add(archive, "a.jpg", PHOTO)
    whole = (tmp_path / "a.tar").read_bytes()[:1024]
    (tmp_path / "a.tar").write_bytes(whole + member.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    tracemalloc.start()
    photos, (rejected,) = read(tmp_path / "a.tar")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert photos == {"a.jpg": PHOTO}
    assert "a header of 4294967296 bytes; expected at most 1000000" in rejected.reason
    assert peak < 10_000_000


def test_a_long_name_is_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as tar, zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        for name in (f"{'x' * 5000}.jpg", "b.jpg"):
            add(tar, name, PHOTO)
            packed.writestr(name, PHOTO)
    for path in (tmp_path / "a.tar", tmp_path / "a.zip"):
        photos, (rejected,) = read(path)
        assert photos == {"b.jpg": PHOTO}
        assert rejected.kind == "name too long"
        assert len(rejected.reason) < 400


def test_a_zip_whose_list_would_fill_the_memory_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(10):
            archive.writestr(f"{number}.jpg", PHOTO)
    assert len(read(tmp_path / "a.zip")[0]) == 10
    monkeypatch.setattr("datasets.archives.MAX_LIST_BYTES", 100)
    photos, (rejected,) = read(tmp_path / "a.zip")
    assert not photos
    assert "its list of members has" in rejected.reason


def test_a_zip_that_claims_another_size_gives_no_more_than_it_claims(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", bytes(100_000))
        archive.writestr("b.jpg", PHOTO)
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 100_000), struct.pack("<I", 10)))
    photos, rejected = read(path)
    assert set(photos) | {one.source.rpartition("/")[2] for one in rejected} == {"a.jpg", "b.jpg"}
    assert photos["b.jpg"] == PHOTO
    assert len(photos.get("a.jpg", b"")) <= 10
