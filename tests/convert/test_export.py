from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from celcam import __version__
from celcam.manifest import pairs_of
from celcam.model_card import ModelCard, read_card, sha256, write_card
from celcam.paths import SAMPLES
from celcam.pixels import to_float
from celcam.tflite_model import TFLiteModel
from convert.__main__ import main
from convert.graph import read_graph
from convert.graph_cost import count_weights
from convert.recipes import DEFAULT_RECIPE, RECIPES, Recipe
from train.run_config import read_config, write_config
from train.unet import UNET256


def test_only_models_and_their_cards_are_left(models: Path) -> None:
    stems = ["comic" + recipe.file_suffix for recipe in RECIPES.values()]
    names = sorted(path.name for path in models.iterdir())
    assert names == sorted(f"{stem}.{suffix}" for stem in stems for suffix in ("json", "tflite"))


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))
def test_every_file_draws_what_its_card_says(models: Path, pairs: Path, recipe: Recipe) -> None:
    from convert.fine_tuning import FLOAT_WEIGHT
    from train.batches import read_pair

    path = models / f"comic{recipe.file_suffix}.tflite"
    model = TFLiteModel(path)
    photo = read_pair(pairs, pairs_of(pairs, "test")[0])[0]
    assert model(photo).shape == photo.shape
    assert model.takes_bytes == recipe.bytes_inside
    assert model.card is not None and model.card.recipe == recipe.name
    assert ("fine_tuning_steps" in model.card.training) == recipe.fine_tunes
    assert model.card.training.get("fine_tuning_float_weight") == (FLOAT_WEIGHT if recipe.fine_tunes else None)
    zeros = count_weights(read_graph(path))
    if recipe.sparsity:
        assert zeros.zeros / zeros.parameters == pytest.approx(recipe.sparsity, abs=0.12)
    else:
        assert zeros.zeros / zeros.parameters < 0.5


def test_a_stopped_export_continues(smoke_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from convert.export import export
    from convert.variants import Workshop

    made: list[str] = []
    make = Workshop._convert

    def until_float16(workshop: Workshop, recipe: Recipe) -> bytes:
        if recipe.name == "float16" and "float16" not in made:
            made.append("float16")
            raise KeyboardInterrupt
        made.append(recipe.name)
        return make(workshop, recipe)

    monkeypatch.setattr(Workshop, "_convert", until_float16)
    stopped_export = partial(export, pairs=None, trained_on="", overwrite=False, quiet=True)
    with pytest.raises(KeyboardInterrupt):
        stopped_export(smoke_run, ["float32", "float16"], tmp_path)
    assert not list(tmp_path.glob("*.tflite"))
    stopped_export(smoke_run, ["float32", "float16"], tmp_path)
    assert made == ["float32", "float16", "float16"]
    assert len(list(tmp_path.iterdir())) == 4


def test_a_stopped_export_exits_130_and_names_what_is_left(
    smoke_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from convert.variants import Workshop

    make = Workshop.make

    def until_float16(workshop: Workshop, recipe: Recipe) -> Path:
        if recipe.name == "float16":
            raise KeyboardInterrupt
        return make(workshop, recipe)

    monkeypatch.setattr(Workshop, "make", until_float16)
    assert main(["export", str(smoke_run), "--recipe", "float32", "float16", "--out", str(tmp_path)]) == 130
    error = capsys.readouterr().err
    assert "partial: the models are not written yet" in error
    assert f"finished steps are in {tmp_path / 'unfinished'}; run the same command to continue" in error
    assert list(tmp_path.iterdir()) == [tmp_path / "unfinished"]


@pytest.mark.parametrize("number", [1, 2])
def test_an_export_that_stopped_while_it_wrote_its_files_continues(
    smoke_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    def stop_at(path: Path, card: ModelCard) -> None:
        cards.append(path)
        if len(cards) == number:
            raise KeyboardInterrupt
        write_card(path, card)

    cards: list[Path] = []
    words = ["export", str(smoke_run), "--recipe", "float32", "float16", "--out", str(tmp_path)]
    with monkeypatch.context() as patch:
        patch.setattr("convert.export.write_card", stop_at)
        assert main(words) == 130
    assert cards[-1].exists()
    assert not cards[-1].with_suffix(".json").exists()
    assert main(words) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "comic-float16.json", "comic-float16.tflite", "comic-float32.json", "comic-float32.tflite",
    ]  # fmt: skip
    assert main(words) == 2
    assert "add --overwrite" in capsys.readouterr().err


def test_a_file_that_is_not_the_stopped_exports_own_is_not_replaced(
    smoke_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(path: Path, card: ModelCard) -> None:
        raise KeyboardInterrupt

    words = ["export", str(smoke_run), "--recipe", "float32", "--out", str(tmp_path)]
    with monkeypatch.context() as patch:
        patch.setattr("convert.export.write_card", stop)
        assert main(words) == 130
    (tmp_path / "comic-float32.tflite").write_bytes(b"precious")
    assert main(words) == 2
    assert "add --overwrite" in capsys.readouterr().err
    assert (tmp_path / "comic-float32.tflite").read_bytes() == b"precious"


def test_unfinished_work_of_other_pairs_is_not_used(pairs: Path, smoke_run: Path, tmp_path: Path) -> None:
    from convert.variants import Workshop

    own = tmp_path / "pairs"
    shutil.copytree(pairs, own)
    workshop = Workshop(smoke_run, own, tmp_path / "work", 600, 100.0)
    before = workshop._folder("int8-qat")
    assert workshop._folder("int8-qat") == before
    manifest = own / "manifest.jsonl"
    lines = manifest.read_text(encoding="utf-8").splitlines(keepends=True)
    manifest.write_text("".join(lines[:4]), encoding="utf-8")
    assert workshop._folder("int8-qat") != before


@pytest.mark.slow
def test_a_run_without_its_pairs_is_measured_on_the_bundled_photos(
    smoke_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from convert import pairs as pairs_module
    from train.run_config import read_config, write_config

    photos, run, out = (tmp_path / name for name in ("photos", "run", "out"))
    photos.mkdir()
    for path in sorted(SAMPLES.glob("*.jpg"))[:5]:
        shutil.copy(path, photos)
    shutil.copytree(smoke_run, run)
    write_config(run, replace(read_config(run), pairs=tmp_path / "none"))
    monkeypatch.setattr(pairs_module, "SAMPLES", photos)
    assert main(["export", str(run), "--recipe", "float32", "--out", str(out)]) == 0
    assert "so the 5 bundled photos are used" in capsys.readouterr().out
    card = read_card(out / "comic-float32.tflite")
    assert card is not None
    assert (card.quality["pictures"], card.quality["split"]) == (2, "bundled photos")
    assert "the figures flatter" in card.quality["note"]


def test_the_float32_file_agrees_with_keras(models: Path, settled_run: Path, pairs: Path) -> None:
    import keras
    from ai_edge_litert.interpreter import Interpreter

    from train.batches import read_pair
    from train.run_folder import load_generator

    photo = to_float(read_pair(pairs, pairs_of(pairs, "test")[0])[0])[np.newaxis]
    expected = np.clip(np.asarray(load_generator(settled_run, keras)(photo, training=False)), 0, 1)
    interpreter = Interpreter(model_path=str(models / "comic-float32.tflite"))
    interpreter.resize_tensor_input(interpreter.get_input_details()[0]["index"], photo.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], photo)
    interpreter.invoke()
    drawn = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    assert np.abs(drawn - photo).max() > 1e-3
    assert np.abs(drawn - expected).max() < 1e-4


def test_the_int8_file_takes_and_returns_bytes(models: Path) -> None:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(models / "comic.tflite"))
    for tensor in (*interpreter.get_input_details(), *interpreter.get_output_details()):
        scale, zero_point = tensor["quantization"]
        assert tensor["dtype"] == np.uint8
        assert scale == pytest.approx(1 / 255, abs=1e-9)
        assert zero_point == 0


@pytest.mark.parametrize("recipe", ["int8", DEFAULT_RECIPE])
def test_int8_is_as_close_to_keras_as_256_steps_allow(models: Path, recipe: str) -> None:
    path = models / f"comic{RECIPES[recipe].file_suffix}.tflite"
    card = read_card(path)
    assert card is not None
    # Ranges a fifth too narrow, or kernels of 6 bits, stay below.
    assert card.quality["to_keras"]["psnr_db"] > 51.5
    assert card.quality["to_target"]["ssim"] > card.quality["keras_to_target"]["ssim"] - 0.005
    assert card.bytes == path.stat().st_size


def test_the_card_says_how_the_file_was_made(models: Path, settled_run: Path) -> None:
    path = models / "comic.tflite"
    card = read_card(path)
    assert card is not None
    assert card.sha256 == sha256(path.read_bytes())
    assert (card.style, card.recipe, card.training["preset"]) == ("comic", "int8-qat", "smoke")
    assert card.weights_sha256 == sha256((settled_run / "generator.weights.h5").read_bytes())
    assert card.celcam_version == __version__
    assert card.quality["pictures"] == 2
    assert card.quality["split"] == "test"
    assert 0 < card.quality["photo_to_target"]["ssim"] < 1


def test_no_file_is_replaced_without_overwrite(
    models: Path, smoke_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "comic-float32.tflite"
    shutil.copy(models / file.name, file)
    shutil.copy(models / "comic-float32.json", tmp_path)
    words = ["export", str(smoke_run), "--recipe", "float32", "--out", str(tmp_path)]
    before = file.read_bytes()
    assert main(words) == 2
    assert "add --overwrite" in capsys.readouterr().err
    assert file.read_bytes() == before
    assert main([*words, "--overwrite"]) == 0
    assert file.read_bytes() != before
    TFLiteModel(file)


def test_a_network_for_comparison_is_refused(
    smoke_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = read_config(smoke_run)
    write_config(tmp_path, replace(config, preset="other", recipe=replace(config.recipe, generator=UNET256, crop=256)))
    assert main(["export", str(tmp_path), "--out", str(tmp_path / "models")]) == 2
    assert "preset other is for comparison and not converted; train live or quality" in capsys.readouterr().err
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--recipe", "int3"),
            "unknown recipe 'int3'; did you mean int8? known: dynamic, float16, float32, int8, int8-npu, int8-qat",
        ),
        (("--steps", "0"), "--steps 0: expected 1 or more"),
        (("--float-weight", "-1"), "--float-weight -1.0: expected 0 or more"),
        (("--pairs", "nowhere"), "nowhere/manifest.jsonl: can't be read"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    smoke_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    assert main(["export", str(smoke_run), "--out", str(tmp_path), *words]) == 2
    error = capsys.readouterr().err.strip()
    assert message in error
    assert "\n" not in error
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_a_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(tmp_path)]) == 2
    assert "expected the folder of a run" in capsys.readouterr().err
