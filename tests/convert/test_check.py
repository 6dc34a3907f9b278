from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from celcam.image_io import write_image
from celcam.manifest import read_manifest, write_manifest
from celcam.media.photos import read_image
from celcam.model_card import read_card
from celcam.paths import MODELS, SAMPLES
from convert.__main__ import main
from convert.recipes import RECIPES
from tests.convert.cards import copy_with_card


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two of the bundled photos, cut to one size, for which TensorFlow compiles each network once."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for path in sorted(SAMPLES.glob("*.jpg"))[:2]:
        write_image(folder / f"{path.stem}.png", np.ascontiguousarray(read_image(path)[:256, :256]))
    return folder


@pytest.fixture
def whole_photos(tmp_path: Path) -> Path:
    """The same photos, whole."""
    folder = tmp_path / "whole"
    folder.mkdir()
    for path in sorted(SAMPLES.glob("*.jpg"))[:2]:
        shutil.copy(path, folder)
    return folder


@pytest.fixture
def too_strict(tmp_path: Path) -> Path:
    """The comic model with a threshold in its card that no int8 file meets."""
    return copy_with_card(tmp_path, gate={"to_keras_psnr_db": 90.0, "to_keras_ssim": 0.9})


@pytest.mark.parametrize("kind", ["int8", pytest.param("float", marks=pytest.mark.slow)])
def test_every_shipped_file_meets_the_thresholds_in_its_card(
    kind: str, whole_photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [path for path in sorted(MODELS.glob("*.tflite")) if ("float" in path.stem) == (kind == "float")]
    assert files
    assert main(["check", *map(str, files), "--photos", str(whole_photos)]) == 0
    printed = capsys.readouterr().out
    assert all(f"{file}: passed on 2 pictures" in printed for file in files)


def test_shipped_cards_have_the_thresholds_of_their_recipe() -> None:
    for file in MODELS.glob("*.tflite"):
        card = read_card(file)
        assert card is not None
        assert card.gate == RECIPES[card.recipe].gate


def imported_run(tmp_path: Path, pairs: Path) -> Path:
    """The comic run, as if it had been trained on imported ``pairs`` of a look that no style filter draws."""
    from train.run_config import read_config, write_config

    shutil.copytree(MODELS / "comic-keras", tmp_path / "run")
    write_config(tmp_path / "run", replace(read_config(tmp_path / "run"), style="artist", pairs=pairs))
    return tmp_path / "run"


def test_a_file_of_imported_pairs_is_measured_on_their_test_split(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(pairs, tmp_path / "pairs")
    drawn = [replace(pair, style="artist") for pair in read_manifest(pairs)]
    write_manifest(tmp_path / "pairs", drawn)
    file = copy_with_card(tmp_path, style="artist", gate={"to_keras_ssim": 0.9})
    assert main(["check", str(file), "--run", str(imported_run(tmp_path, tmp_path / "pairs"))]) == 0
    pictures = sum(pair.split == "test" for pair in drawn)
    assert f"passed on {pictures} pictures" in capsys.readouterr().out


def test_imported_pairs_that_are_missing_are_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = copy_with_card(tmp_path, style="artist", gate={"to_keras_ssim": 0.9})
    assert main(["check", str(file), "--run", str(imported_run(tmp_path, tmp_path / "gone"))]) == 2
    assert "gone: no such folder; no style filter draws artist" in capsys.readouterr().err


@pytest.mark.parametrize("others", [(), (MODELS / "comic-float16.tflite",)], ids=["alone", "with another"])
def test_a_file_that_misses_a_threshold_fails(
    too_strict: Path, photos: Path, capsys: pytest.CaptureFixture[str], others: tuple[Path, ...]
) -> None:
    run = MODELS / "comic-keras"
    files = map(str, (*others, too_strict))
    assert main(["check", *files, "--photos", str(photos), "--run", str(run)]) == 1
    lines = capsys.readouterr().out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(str(too_strict)))
    assert "FAILED on 2 pictures" in lines[at]
    assert lines[at + 1].endswith("at least 90  <-- not met")
    assert lines[at + 2].endswith("at least 0.9")
    assert sum("FAILED" in line for line in lines) == 1


def test_a_file_without_its_run_is_an_error(too_strict: Path, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = too_strict.with_stem("other")
    for path, renamed in ((too_strict, other), (too_strict.with_suffix(".json"), other.with_suffix(".json"))):
        path.rename(renamed)
    assert main(["check", str(other), "--photos", str(photos)]) == 2
    assert f"its run is not in {other.parent} or {MODELS}; name the run with --run" in capsys.readouterr().err


def test_a_file_made_from_other_weights_is_named_in_one_line(
    too_strict: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = copy_with_card(too_strict.parent, weights_sha256="f" * 64, gate={"to_keras_ssim": 0.9})
    assert main(["check", str(file), "--photos", str(photos)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert f"made from weights {'f' * 12}..., but" in lines[2]


def test_two_files_of_one_name_are_judged_separately(
    too_strict: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = MODELS / "comic.tflite"
    assert main(["check", str(shipped), str(too_strict), "--photos", str(photos)]) == 1
    printed = capsys.readouterr().out
    assert f"{shipped}: passed" in printed
    assert f"{too_strict}: FAILED" in printed


def test_a_card_without_thresholds_or_with_unknown_ones_is_an_error(
    tmp_path: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for gate, message in (
        ({}, "its card has no thresholds"),
        ({"beauty": 1.0}, "its card has a threshold for beauty; expected to_keras"),
    ):
        file = copy_with_card(tmp_path, gate=gate)
        assert main(["check", str(file), "--photos", str(photos)]) == 2
        assert message in capsys.readouterr().err
