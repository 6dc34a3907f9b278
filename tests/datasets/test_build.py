from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from celcam.errors import DataError, MediaError, UnknownNameError, UnwritableError
from celcam.image_io import read_image, write_whole
from celcam.manifest import pairs_of, read_manifest
from celcam.styles import STYLES, find_style, stroke_scale
from datasets.build import BuildResult, resolve_styles
from datasets.journal import Drawn, open_journal
from datasets.likeness import split_of
from datasets.photo import Photo

ROOT = Path(__file__).parents[2]
Build = Callable[..., BuildResult]
Contents = Callable[[Path], dict[str, bytes]]


def rejected_in(folder: Path) -> dict[str, str]:
    """Names and kinds of what was rejected."""
    lines = map(json.loads, (folder / "rejected.jsonl").read_text(encoding="utf-8").splitlines())
    return {Path(line["source"]).name: line["kind"] for line in lines}


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


def test_the_bundled_photos_keep_the_digests_and_sides_that_trainings_were_made_with(
    build: Build, samples: list[Path], tmp_path: Path
) -> None:
    build(samples[0].parent)
    sides = {pair.source: (pair.digest[:8], pair.split, pair.group) for pair in read_manifest(tmp_path / "pairs")}
    assert len(sides) == 19
    assert sides["food_debian_lomiri_wallpapers_Picture_0B_by_freespace.jpg"] == ("e60a0740", "validation", "")
    assert sides["animals_scikit_image_chelsea.jpg"] == ("fc898c68", "test", "")
    assert sides["vehicles_scikit_image_rocket.jpg"] == ("e6be2502", "test", "")
    assert all(split == "train" for digest, split, _ in sides.values() if digest < "cc")


def test_the_result_does_not_depend_on_processes_or_order(
    build: Build, photos: Path, tmp_path: Path, contents: Contents
) -> None:
    more = photos / "more"
    build(photos, more, out=tmp_path / "one")
    build(more, photos, out=tmp_path / "many", jobs=3)
    assert contents(tmp_path / "one") == contents(tmp_path / "many")


def test_a_build_that_is_run_again_draws_nothing(
    build: Build, photos: Path, tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(photos)
    before = contents(tmp_path / "pairs")

    def refuse(photo: Photo, plan: object) -> None:
        raise AssertionError(photo)

    monkeypatch.setattr("datasets.build.try_to_draw", refuse)
    build(photos)
    assert contents(tmp_path / "pairs") == before


@pytest.mark.parametrize("pattern", ["", "**/*.*"])
def test_pairs_that_go_into_the_folder_of_the_photos_are_not_taken_for_photos(
    build: Build, photos: Path, pattern: str
) -> None:
    for _ in range(2):
        result = build(photos / "more" / ".." / pattern, out=photos / ".." / photos.name / "pairs")
        assert sum(result.pairs.values()) == 12
        assert result.rejected == 0


def test_a_pair_that_was_removed_is_drawn_again(build: Build, photos: Path, tmp_path: Path, contents: Contents) -> None:
    build(photos)
    before = contents(tmp_path / "pairs")
    next((tmp_path / "pairs" / "comic").iterdir()).unlink()
    build(photos)
    assert contents(tmp_path / "pairs") == before


def count_pictures(folder: Path) -> int:
    return len(list(folder.glob("comic/*.png")))


def test_a_build_killed_at_any_moment_and_resumed_equals_an_undisturbed_one(
    build: Build, photos: Path, tmp_path: Path, contents: Contents
) -> None:
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "datasets", "build", "--photos", str(photos), "--out", str(out)]
    command += ["--sizes", "64", "--jobs", "2"]
    drawn_once: dict[Path, int] = {}
    for target in (1, 4, 8):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline_s = time.monotonic() + 60
        while count_pictures(out) < target and process.poll() is None:
            assert time.monotonic() < deadline_s
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not (out / "manifest.jsonl").exists()
        drawn_once |= {path: path.stat().st_mtime_ns for path in out.glob("*/[0-9a-f]*.png")}
    (out / "comic" / f".x.png.{'0' * 32}.part").write_bytes(b"what a killed process was writing")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "12 pairs" in done.stdout
    build(photos, out=tmp_path / "undisturbed")
    assert contents(out) == contents(tmp_path / "undisturbed")
    assert all(path.stat().st_mtime_ns == time_ns for path, time_ns in drawn_once.items())  # nothing was done twice


def test_near_duplicates_stand_on_the_side_of_the_smallest_digest(
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
    assert len({split_of(digest) for group in groups.values() for digest, _, _ in group}) > 1  # alone, they would part
    assert result.alike == 4 * 6


def test_exact_duplicates_are_one_pair(build: Build, photos: Path, tmp_path: Path) -> None:
    one = next(photos.glob("*.jpg"))
    shutil.copy(one, photos / "zz.jpg")
    result = build(photos)
    assert result.duplicates == 1
    pairs = read_manifest(tmp_path / "pairs")
    assert len(pairs) == 12
    assert one.name in {pair.source for pair in pairs}


def test_frames_of_a_clip_stand_on_one_side(build: Build, clip: Path, tmp_path: Path) -> None:
    build(clip, seconds_per_frame=1.0)
    pairs = read_manifest(tmp_path / "pairs")
    assert len(pairs) == 10
    assert len({pair.split for pair in pairs}) == len({pair.group for pair in pairs}) == 1


def test_every_style_and_size_has_its_folder_and_each_style_its_manifest(
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


def test_a_photo_too_small_for_the_largest_size_gives_the_others(build: Build, photos: Path, tmp_path: Path) -> None:
    with Image.open(next(photos.glob("*.jpg"))) as picture:
        picture.resize((60, 45)).save(tmp_path / "small.png")
        picture.resize((60, 20)).save(tmp_path / "tiny.png")
    build(tmp_path / "small.png", tmp_path / "tiny.png", sizes=(64, 96))
    assert [pair.photo.split("/")[1] for pair in read_manifest(tmp_path / "pairs")] == ["64"]
    assert rejected_in(tmp_path / "pairs") == {"tiny.png": "too small"}


def test_jpeg_pairs_take_less_room(build: Build, photos: Path, tmp_path: Path) -> None:
    build(photos, suffix=".jpg")
    for pair in read_manifest(tmp_path / "pairs"):
        assert pair.photo.endswith(".jpg")
        data = (tmp_path / "pairs" / pair.cartoon).read_bytes()
        assert data[:2] == b"\xff\xd8"


def test_bad_photos_are_named_with_their_fault_and_the_rest_goes_on(build: Build, photos: Path, tmp_path: Path) -> None:
    good = next(photos.glob("*.jpg")).read_bytes()
    (photos / "zero.jpg").write_bytes(b"")
    (photos / "cut.jpg").write_bytes(good[: len(good) // 2])
    (photos / "page.jpg").write_text("<html>")
    (photos / "gone.jpg").symlink_to("nowhere.jpg")
    (photos / "more" / "more.zip").write_bytes(good)
    Image.new("RGB", (30, 30)).save(photos / "tiny.png")
    cv2.imwrite(str(photos / "huge.png"), np.zeros((10_001, 10_001), np.uint8))
    result = build(photos, photos / "more" / "more.zip")
    assert sum(result.pairs.values()) == 12
    assert rejected_in(tmp_path / "pairs") == {
        "zero.jpg": "empty",
        "cut.jpg": "cut off or damaged",
        "page.jpg": "not an image",
        "gone.jpg": "unreadable",
        "tiny.png": "too small",
        "huge.png": "too large",
        "more.zip": "damaged archive",
    }
    assert result.rejected == 7


def test_a_style_that_fails_on_one_photo_costs_that_photo_alone(
    build: Build, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Moody:
        calls = 0

        def draw(self, rgb_u8: object, scale: float) -> object:
            self.calls += 1
            if self.calls == 3:
                raise ZeroDivisionError("no colour left")
            return rgb_u8

    monkeypatch.setitem(STYLES, "moody", Moody())
    result = build(photos, styles=("moody",))
    assert sum(result.pairs.values()) == 11
    assert list(rejected_in(tmp_path / "pairs").values()) == ["failed"]


def test_no_photo_at_all_is_an_error(build: Build, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(MediaError, match="no photo in it"):
        build(tmp_path / "empty")


def test_no_good_photo_is_an_error_that_points_to_the_reasons(build: Build, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.jpg").write_bytes(b"")
    with pytest.raises(MediaError, match="none of 1 photos gave a pair"):
        build(tmp_path / "bad")
    assert rejected_in(tmp_path / "pairs") == {"a.jpg": "empty"}


def test_an_unknown_style_is_known_before_the_work_begins() -> None:
    with pytest.raises(UnknownNameError, match="known: "):
        resolve_styles("cubist")


def test_a_folder_made_with_other_options_is_refused(build: Build, photos: Path) -> None:
    build(photos)
    with pytest.raises(DataError, match="made with other options"):
        build(photos, sizes=(96,))


def test_a_second_build_of_the_folder_at_the_same_time_is_refused(build: Build, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "pairs").mkdir()
    with open_journal(tmp_path / "pairs"), pytest.raises(DataError, match="another build is at work"):
        build(photos)


def test_a_picture_that_can_not_be_written_is_named_and_made_in_the_next_build(
    build: Build, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contents: Contents
) -> None:
    left = 7

    def write(path: Path, data: bytes) -> None:
        nonlocal left
        left -= 1
        if left in (0, 1):
            raise UnwritableError(f"{path}: can't be written: No space left on device")
        write_whole(path, data)

    monkeypatch.setattr("datasets.pair.write_whole", write)
    result = build(photos)
    assert (sum(result.pairs.values()), result.rejected) == (10, 2)
    assert set(rejected_in(tmp_path / "pairs").values()) == {"unwritable"}
    assert build(photos).rejected == 0
    build(photos, out=tmp_path / "undisturbed")
    assert contents(tmp_path / "pairs") == contents(tmp_path / "undisturbed")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 kB; only root may make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk)]
    if not shutil.which("mount") or os.getuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_ends_the_build_with_a_remedy_and_the_next_one_goes_on(
    build: Build, photos: Path, tmp_path: Path, small_disk: Path, contents: Contents
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    for number, path in enumerate(sorted(photos.rglob("*.jpg")) * 3):
        with Image.open(path) as picture:
            picture.rotate(number // 12 * 90, expand=True).save(more / f"{number}.png")
    with pytest.raises(MediaError, match=r"can't be written|No space left|full") as caught:
        build(more, out=small_disk / "pairs")
    assert "\n" not in str(caught.value)
    assert not (small_disk / "pairs" / "manifest.jsonl").exists()
    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    build(more, out=small_disk / "pairs")
    build(more, out=tmp_path / "undisturbed")
    assert contents(small_disk / "pairs") == contents(tmp_path / "undisturbed")


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

    bytes_a_photo = (peak(5000) - peak(1000)) / 4000
    assert bytes_a_photo < 500  # half a gigabyte for a million
