from __future__ import annotations

import hashlib
import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from celcam.errors import DataError, UnknownNameError
from celcam.manifest import pairs_of, read_manifest
from celcam.media.photos import read_image
from celcam.styles import STYLES, find_style, stroke_scale
from datasets.build import resolve_styles
from datasets.journal import Drawn
from datasets.near_duplicates import split_of
from datasets.photo import Photo
from tests.datasets.builds import Build, Contents, rejected_in


def test_each_photo_gives_a_pair_named_by_its_digest(build: Build, photos: Path, tmp_path: Path) -> None:
    result = build(photos)
    pairs = read_manifest(tmp_path / "pairs")
    assert sum(result.pairs.values()) == len(pairs) == 12
    for pair in pairs:
        assert pair.photo == f"photo/{pair.digest[:32]}.png"
        assert pair.cartoon == f"comic/{pair.digest[:32]}.png"
        assert pair.split == split_of(pair.digest)
        assert (photos / pair.source).exists()
        photo = read_image(tmp_path / "pairs" / pair.photo)
        assert min(photo.shape[:2]) == 64
        drawn = STYLES["comic"].draw(photo, stroke_scale(photo))
        assert np.array_equal(read_image(tmp_path / "pairs" / pair.cartoon), drawn)


def test_the_bundled_photos_keep_the_digests_and_splits_of_the_shipped_weights(
    build: Build, samples: list[Path], tmp_path: Path
) -> None:
    build(samples[0].parent)
    splits = {pair.source: (pair.digest[:8], pair.split, pair.group) for pair in read_manifest(tmp_path / "pairs")}
    assert len(splits) == 19
    assert splits["food_debian_lomiri_wallpapers_Picture_0B_by_freespace.jpg"] == ("e60a0740", "validation", "")
    assert splits["animals_scikit_image_chelsea.jpg"] == ("fc898c68", "test", "")
    assert splits["vehicles_scikit_image_rocket.jpg"] == ("e6be2502", "test", "")
    assert all(split == "train" for digest, split, _ in splits.values() if digest < "cc")


def test_the_result_does_not_depend_on_processes_or_order(
    build: Build, photos: Path, tmp_path: Path, contents: Contents
) -> None:
    more = photos / "more"
    build(photos, more, out=tmp_path / "one")
    build(more, photos, out=tmp_path / "many", jobs=3)
    assert contents(tmp_path / "one") == contents(tmp_path / "many")


@pytest.mark.parametrize("pattern", ["", "**/*.*"])
def test_pairs_written_into_the_folder_of_the_photos_are_not_read_as_photos(
    build: Build, photos: Path, pattern: str
) -> None:
    for _ in range(2):
        result = build(photos / "more" / ".." / pattern, out=photos / ".." / photos.name / "pairs")
        assert sum(result.pairs.values()) == 12
        assert result.rejected == 0


def test_every_style_and_size_has_a_folder_and_each_style_a_manifest(
    build: Build, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STYLES, "other", find_style("comic"))
    assert set(resolve_styles("all")) == set(STYLES)
    build(photos, styles=("comic", "other"), sizes=(64, 96))
    out = tmp_path / "pairs"
    assert len(read_manifest(out)) == 12 * 2 * 2
    with pytest.raises(DataError, match="2 styles"):
        pairs_of(out, "train")
    own = read_manifest(out / "other")
    assert len(own) == 12 * 2
    for pair in own:
        sizes = [min(read_image(out / "other" / name).shape[:2]) for name in (pair.photo, pair.cartoon)]
        assert sizes in ([64, 64], [96, 96])
    assert pairs_of(out / "other", "train")
    assert list(json.loads((out / "other" / "build.json").read_text())["styles"]) == ["other"]


def test_a_photo_too_small_for_the_largest_size_is_drawn_in_the_others(
    build: Build, photos: Path, tmp_path: Path
) -> None:
    with Image.open(next(photos.glob("*.jpg"))) as picture:
        picture.resize((60, 45)).save(tmp_path / "small.png")
        picture.resize((60, 20)).save(tmp_path / "tiny.png")
    build(tmp_path / "small.png", tmp_path / "tiny.png", sizes=(64, 96))
    assert [pair.photo.split("/")[1] for pair in read_manifest(tmp_path / "pairs")] == ["64"]
    assert rejected_in(tmp_path / "pairs") == {"tiny.png": "too small"}


def test_jpeg_pairs_are_jpeg_files(build: Build, photos: Path, tmp_path: Path) -> None:
    build(photos, suffix=".jpg")
    for pair in read_manifest(tmp_path / "pairs"):
        assert pair.photo.endswith(".jpg")
        data = (tmp_path / "pairs" / pair.cartoon).read_bytes()
        assert data[:2] == b"\xff\xd8"


def test_an_unknown_style_is_an_error_before_the_build_starts() -> None:
    with pytest.raises(UnknownNameError, match="known: "):
        resolve_styles("cubist")


def test_memory_does_not_grow_with_the_number_of_photos(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pretend(photo: Photo, plan: object) -> Drawn:
        digest = hashlib.sha256(photo.name.encode()).hexdigest()
        return Drawn(digest, digest + digest[:16], (64,))

    monkeypatch.setattr("datasets.build.try_to_draw", pretend)

    def peak(count: int) -> int:
        monkeypatch.setattr(
            "datasets.build.find_photos",
            lambda sources, **_: (Photo(str(n), "", str(n), "", data=b"") for n in range(count)),
        )
        tracemalloc.start()
        assert sum(build(tmp_path, out=tmp_path / str(count)).pairs.values()) == count
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    bytes_per_photo = (peak(5000) - peak(1000)) / 4000
    assert bytes_per_photo < 500  # half a gigabyte for a million photos
