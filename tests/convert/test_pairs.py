from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from celcam.errors import MediaError, UnknownNameError
from celcam.manifest import pairs_of
from celcam.media.photos import read_image
from celcam.paths import MODELS, SAMPLES


def test_pairs_are_drawn_of_the_bundled_photos_if_those_of_the_run_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    from convert import pairs as pairs_module
    from convert.pairs import find_pairs_folder
    from train.run_config import read_config

    photos = tmp_path / "photos"
    photos.mkdir()
    for path in sorted(SAMPLES.glob("*.jpg"))[:5]:
        shutil.copy(path, photos)
    monkeypatch.setattr(pairs_module, "SAMPLES", photos)
    config = dataclasses.replace(read_config(MODELS / "comic-keras"), pairs=tmp_path / "none")
    folder = find_pairs_folder(config, None, tmp_path / "scratch")
    assert "the 5 bundled photos are used" in folder.note
    assert "the figures flatter" in folder.note
    assert folder.facts() == {"split": "bundled photos", "note": folder.note}
    measured = folder.pairs_to_measure()
    assert len(measured) == 5
    assert len(folder.pairs_to_measure(most=3)) == 3
    assert [len(pairs_of(folder.path, split)) for split in ("train", "test")] == [3, 2]
    for pair in measured:
        photo, target = read_image(folder.path / pair.photo), read_image(folder.path / pair.cartoon)
        assert photo.shape == target.shape
        assert min(photo.shape[:2]) == 256
        assert (photo != target).any()


def test_pairs_of_the_run_are_its_test_split(pairs: Path, tmp_path: Path) -> None:
    from convert.pairs import find_pairs_folder
    from train.run_config import read_config

    config = dataclasses.replace(read_config(MODELS / "comic-keras"), pairs=pairs)
    folder = find_pairs_folder(config, None, tmp_path / "scratch")
    assert folder.path == pairs
    assert folder.note == ""
    assert folder.facts() == {"split": "test"}
    assert list(folder.pairs_to_measure()) == pairs_of(pairs, "test")
    assert not (tmp_path / "scratch").exists()


def test_photos_that_are_missing_and_unknown_styles_are_refused(tmp_path: Path) -> None:
    from convert.pairs import draw_pairs

    with pytest.raises(MediaError, match="no photo in it"):
        draw_pairs(tmp_path, "comic", tmp_path / "pairs")
    with pytest.raises(UnknownNameError, match="unknown style 'beauty'"):
        draw_pairs(SAMPLES, "beauty", tmp_path / "pairs")
