"""Near-duplicates and exact duplicates in a build."""

from __future__ import annotations

import shutil
from pathlib import Path

from PIL import Image

from celcam.manifest import read_manifest
from datasets.near_duplicates import split_of
from tests.datasets.builds import Build


def test_near_duplicates_are_kept_in_the_split_of_the_smallest_digest(
    build: Build, samples: list[Path], tmp_path: Path
) -> None:
    folder = tmp_path / "alike"
    folder.mkdir()
    for number, path in enumerate(samples[:4]):
        with Image.open(path) as picture:
            picture.convert("RGB").save(folder / f"{number}.png")
            for quality in (30, 60, 90):
                picture.convert("RGB").resize((200, 200)).save(folder / f"{number}-{quality}.jpg", quality=quality)
                picture.save(folder / f"{number}-large-{quality}.jpg", quality=quality)
    result = build(folder)
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for pair in read_manifest(tmp_path / "pairs"):
        groups.setdefault(pair.source[0], []).append((pair.digest, pair.split, pair.group))
    assert {len(group) for group in groups.values()} == {7}
    for group in groups.values():
        leader = min(digest for digest, _, _ in group)
        assert {split for _, split, _ in group} == {split_of(leader)}
        assert {named for _, _, named in group} == {leader}
    assert (
        len({split_of(digest) for group in groups.values() for digest, _, _ in group}) > 1
    )  # without groups they would be in several splits
    assert result.near_duplicates == 4 * 6


def test_exact_duplicates_give_one_pair(build: Build, photos: Path, tmp_path: Path) -> None:
    one = next(photos.glob("*.jpg"))
    shutil.copy(one, photos / "zz.jpg")
    result = build(photos)
    assert result.duplicates == 1
    pairs = read_manifest(tmp_path / "pairs")
    assert len(pairs) == 12
    assert one.name in {pair.source for pair in pairs}


def test_frames_of_a_clip_are_kept_in_the_same_split(build: Build, clip: Path, tmp_path: Path) -> None:
    build(clip, frame_interval_s=1.0)
    pairs = read_manifest(tmp_path / "pairs")
    assert len(pairs) == 10
    assert len({pair.split for pair in pairs}) == len({pair.group for pair in pairs}) == 1
