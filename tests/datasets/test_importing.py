from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from celcam.errors import CelcamError, DataError, MediaError
from celcam.image_io import write_image
from celcam.manifest import pairs_of, read_manifest
from celcam.media.photos import read_image
from celcam.pixels import resize
from datasets.importing import import_pairs
from datasets.near_duplicates import split_of
from datasets.own_pairs import FoundPairs, find_side_by_side, match_folders, read_list
from datasets.pair import Plan
from datasets.report import write_report
from tests.datasets.builds import Contents, rejected_in
from tests.datasets.conftest import InlineWorkers


@pytest.fixture
def targets(photos: Path, tmp_path: Path) -> Path:
    """A grey target of another size and format for each photo."""
    folder = tmp_path / "targets"
    for path in photos.rglob("*.jpg"):
        out = (folder / path.relative_to(photos)).with_suffix(".png")
        out.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(path) as picture:
            ImageOps.grayscale(picture).resize((picture.width * 2, picture.height * 2)).save(out)
    return folder


@pytest.fixture(autouse=True)
def _inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw in this process, which saves the time to start another."""
    monkeypatch.setattr("datasets.workers.LocalWorkers", InlineWorkers)


def run(found: FoundPairs, out: Path, *, align: bool = True, suffix: str = ".png") -> Path:
    import_pairs(found, Plan(out, ("artist",), (64,), suffix, 100.0), jobs=1, align=align, quiet=True)
    return out


def grey(rgb_u8: object) -> bool:
    channels = np.moveaxis(np.asarray(rgb_u8), -1, 0)
    return bool(np.ptp(channels.astype(int), axis=0).max() <= 2)


def require_photos_and_grey_targets(out: Path) -> None:
    for pair in read_manifest(out):
        photo, target = (read_image(out / path) for path in (pair.photo, pair.cartoon))
        assert photo.shape == target.shape
        assert min(photo.shape[:2]) == 64
        assert grey(target)
        assert not grey(photo)


def test_files_of_the_same_name_become_pairs_of_one_size(photos: Path, targets: Path, tmp_path: Path) -> None:
    out = run(match_folders(photos, targets, tmp_path / "out"), tmp_path / "out")
    pairs = read_manifest(out)
    assert len(pairs) == 12
    require_photos_and_grey_targets(out)
    for pair in pairs:
        assert (photos / pair.source).is_file()
        assert pair.photo == f"photo/{pair.digest[:32]}.png"
        assert pair.cartoon == f"artist/{pair.digest[:32]}.png"
        assert pair.split == split_of(pair.digest)
    assert pairs_of(out, "train")
    assert list(json.loads((out / "build.json").read_text())["styles"]) == ["artist"]
    assert "artist" in write_report(out, tmp_path / "report.html", rows=4).read_text(encoding="utf-8")


def test_a_list_names_the_files_of_each_pair(photos: Path, targets: Path, tmp_path: Path) -> None:
    names = sorted(path.relative_to(tmp_path) for path in photos.glob("*.jpg"))
    lines = [f"{name},targets/{name.stem}.png,x" for name in names]
    (tmp_path / "pairs.csv").write_text("\n".join(["photo,target,artist", *lines]))
    out = run(read_list(tmp_path / "pairs.csv"), tmp_path / "out")
    assert len(read_manifest(out)) == len(names)
    require_photos_and_grey_targets(out)


@pytest.mark.parametrize("photo_side", ["left", "right"])
def test_pictures_side_by_side_are_cut_in_half(photo_side: str, photos: Path, targets: Path, tmp_path: Path) -> None:
    for path in photos.glob("*.jpg"):
        photo, target = read_image(path), read_image(targets / f"{path.stem}.png")
        halves = [np.repeat(np.repeat(photo, 2, 0), 2, 1), target]
        both = np.hstack(halves if photo_side == "left" else halves[::-1])
        write_image(tmp_path / "both" / f"{path.stem}.png", both)
    out = run(find_side_by_side(tmp_path / "both", photo_side, tmp_path / "out"), tmp_path / "out")
    assert len(read_manifest(out)) == len(list(photos.glob("*.jpg")))
    require_photos_and_grey_targets(out)


def test_unfit_pairs_are_rejected_with_the_reason(photos: Path, targets: Path, tmp_path: Path) -> None:
    names = [path.stem for path in sorted(photos.glob("*.jpg"))]
    files = [targets / f"{name}.png" for name in names]
    (targets / f"{names[0]}.png").unlink()
    (photos / f"{names[1]}.jpg").unlink()
    files[2].write_bytes(b"")
    shifted = np.roll(read_image(files[3]), 20, axis=1)
    write_image(files[3], shifted)
    cropped = read_image(files[4])[:, : shifted.shape[1] // 2]
    write_image(files[4], cropped)
    other = read_image(sorted((targets / "more").iterdir())[1])
    write_image(files[5], resize(other, read_image(files[5]).shape[1::-1]))
    with Image.open(files[6]) as picture:
        picture.resize((picture.width // 16, picture.height // 16)).save(files[6])
    shutil.copy(photos / f"{names[7]}.jpg", photos / "zz.jpg")
    shutil.copy(files[7], targets / "zz.png")
    out = run(match_folders(photos, targets, tmp_path / "out"), tmp_path / "out")
    assert rejected_in(out) == {
        f"{names[0]}.jpg": "no target",
        f"{names[1]}.png": "no photo",
        f"{names[2]}.png": "empty",
        f"{names[3]}.png": "not aligned",
        f"{names[4]}.png": "other shape",
        f"{names[5]}.png": "not aligned",
        f"{names[6]}.png": "too small",
        "zz.png": "duplicate",
    }
    assert len(read_manifest(out)) == 5


def test_pairs_that_are_not_aligned_can_be_kept(photos: Path, targets: Path, tmp_path: Path) -> None:
    for path in targets.rglob("*.png"):
        write_image(path, np.ascontiguousarray(read_image(path)[::-1]))
    with pytest.raises(MediaError, match="none of the 12 pairs can be used"):
        run(match_folders(photos, targets, tmp_path / "out"), tmp_path / "out")
    assert set(rejected_in(tmp_path / "out").values()) == {"not aligned"}
    out = run(match_folders(photos, targets, tmp_path / "kept"), tmp_path / "kept", align=False)
    assert len(read_manifest(out)) == 12


def test_a_target_of_several_photos_is_rejected(photos: Path, targets: Path, tmp_path: Path) -> None:
    one, other = sorted(targets.glob("*.png"))[:2]
    shutil.copy(one, other)
    out = run(match_folders(photos, targets, tmp_path / "out"), tmp_path / "out")
    assert rejected_in(out) == {one.name: "repeated target", other.name: "repeated target"}


def test_near_duplicates_are_kept_in_the_same_split(photos: Path, targets: Path, tmp_path: Path) -> None:
    for path in sorted(photos.glob("*.jpg")):
        with Image.open(path) as picture:
            picture.resize((picture.width - 4, picture.height - 4)).save(photos / f"copy-{path.name}")
        write_image(targets / f"copy-{path.stem}.png", 255 - read_image(targets / f"{path.stem}.png"))
    out = run(match_folders(photos, targets, tmp_path / "out"), tmp_path / "out")
    by_source = {pair.source: pair for pair in read_manifest(out)}
    copies = [name for name in by_source if name.startswith("copy-")]
    assert len(copies) == len(list(photos.glob("copy-*.jpg")))
    for name in copies:
        one, other = by_source[name], by_source[name.removeprefix("copy-")]
        assert one.split == other.split
        assert one.group == other.group == min(one.digest, other.digest)


def test_another_import_of_the_same_files_gives_the_same_folder_and_of_a_new_target_the_new_pair(
    photos: Path, targets: Path, tmp_path: Path, contents: Contents
) -> None:
    out = tmp_path / "out"
    first = contents(run(match_folders(photos, targets, out), out))
    assert contents(run(match_folders(photos, targets, out), out)) == first
    changed = sorted(targets.glob("*.png"))[0]
    write_image(changed, 255 - read_image(changed))
    second = contents(run(match_folders(photos, targets, out), out))
    assert [name.split("/")[0] for name in first if first[name] != second[name]] == ["artist"]


def test_a_folder_with_other_pairs_is_refused(photos: Path, targets: Path, tmp_path: Path) -> None:
    run(match_folders(photos, targets, tmp_path / "out"), tmp_path / "out")
    with pytest.raises(DataError, match="choose another --out"):
        run(match_folders(photos, targets, tmp_path / "out"), tmp_path / "out", suffix=".jpg")


def test_folders_without_a_common_name_are_an_error(photos: Path, targets: Path, tmp_path: Path) -> None:
    for path in list(targets.rglob("*.png")):
        path.rename(path.with_name(f"drawn-{path.name}"))
    with pytest.raises(CelcamError, match="no file names match"):
        run(match_folders(photos, targets, tmp_path / "out"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a.jpg,b.png\n", "no column photo and target; expected"),
        ("photo,cartoon\n", "no column target"),
        ("", "got an empty file"),
        ("photo,target\na.jpg,\n", "line 2: expected a photo and a target"),
    ],
)
def test_an_unfit_list_is_an_error(text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text(text)
    with pytest.raises(DataError, match=reason):
        list(read_list(tmp_path / "pairs.csv"))
