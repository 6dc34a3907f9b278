from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celcam.arrays import FloatArray, Uint8Array
from celcam.model_card import read_card, sha256, write_card
from celcam.paths import MODELS
from convert.recipes import RECIPES
from tests.convert.spoiled import with_noisy_kernel, with_scaled_kernel
from train.run_folder import load_generator

INT8, FLOAT32 = MODELS / "comic.tflite", MODELS / "comic-float32.tflite"


@pytest.fixture(scope="module")
def generator() -> Any:
    import keras

    return load_generator(MODELS / "comic-keras", keras)


def errors(path: Path, generator: Any, photo: Uint8Array) -> dict[str, float]:
    from convert.report.layers import layer_errors

    return {layer.layer: layer.sqnr_db for layer in layer_errors(path, generator, [photo[:256, :256]])}


def beside_its_card(spoiled: bytes, models: Path, folder: Path) -> Path:
    """A file with the card of ``comic``, which holds the factors of its channels."""
    card = read_card(models / "comic.tflite")
    assert card is not None
    path = folder / "spoiled.tflite"
    path.write_bytes(spoiled)
    write_card(path, dataclasses.replace(card, sha256=sha256(spoiled)))
    return path


def test_each_layer_of_the_float32_file_equals_keras(generator: Any, photo: Uint8Array) -> None:
    from convert.report.layers import MOST_DB

    found = errors(FLOAT32, generator, photo)
    assert min(found.values()) > 100
    assert max(found.values()) <= MOST_DB


def test_the_layers_of_an_int8_file_are_named_in_their_order(generator: Any, photo: Uint8Array) -> None:
    assert list(errors(INT8, generator, photo)) == [
        "stem_relu", "down_relu", "quarter0_a_relu", "quarter0_b", "quarter0_relu", "up", "skip", "half0_a_relu",
        "half0_b", "half0_relu", "difference",
    ]  # fmt: skip


def test_the_error_by_layer_shows_which_layer_is_wrong(models: Path, settled_run: Path, photo: Uint8Array) -> None:
    import keras

    path, spoiled = models / f"comic{RECIPES['int8'].file_suffix}.tflite", load_generator(settled_run, keras)
    before = errors(path, spoiled, photo)
    kernel, bias = spoiled.get_layer("quarter0_a").get_weights()
    spoiled.get_layer("quarter0_a").set_weights([2 * kernel, bias])
    after = errors(path, spoiled, photo)
    assert after["down_relu"] == pytest.approx(before["down_relu"])
    assert after["quarter0_a_relu"] < before["quarter0_a_relu"] - 20


@pytest.mark.parametrize("recipe", ["int8", "int8-qat"])
def test_every_layer_of_a_good_int8_file_is_close_to_float(
    models: Path, settled_run: Path, photo: Uint8Array, recipe: str
) -> None:
    import keras

    path = models / f"comic{RECIPES[recipe].file_suffix}.tflite"
    found = errors(path, load_generator(settled_run, keras), photo)
    difference = found.pop("difference")  # its range is narrow: most of what it could draw would be cut off anyway
    assert min(found.values()) > 33
    assert difference > 20


@pytest.mark.parametrize("layer", ["stem", "down", "quarter0_a", "quarter0_b", "up", "difference"])
def test_a_kernel_of_the_wrong_scale_makes_its_layer_the_worst(
    models: Path, settled_run: Path, photo: Uint8Array, tmp_path: Path, layer: str
) -> None:
    import keras

    path = beside_its_card(with_scaled_kernel((models / "comic.tflite").read_bytes(), layer, 1.5), models, tmp_path)
    found = errors(path, load_generator(settled_run, keras), photo)
    worst = min(found, key=lambda name: found[name])
    assert worst.removesuffix("_relu") == layer
    assert found[worst] < 10


@pytest.mark.parametrize("layer", ["stem", "down", "quarter0_a", "quarter0_b", "up", "difference"])
def test_a_noisy_kernel_makes_its_layer_the_first_that_falls(
    models: Path, settled_run: Path, photo: Uint8Array, tmp_path: Path, layer: str
) -> None:
    import keras

    generator = load_generator(settled_run, keras)
    path = beside_its_card(with_noisy_kernel((models / "comic.tflite").read_bytes(), layer, 40), models, tmp_path)
    before, after = errors(models / "comic.tflite", generator, photo), errors(path, generator, photo)
    fallen = [name for name in after if after[name] < before[name] - 10]
    assert fallen[0].removesuffix("_relu") == layer
    for name in list(after)[: list(after).index(fallen[0])]:
        assert after[name] == before[name]


def as_large_as_in_the_network(path: Path) -> dict[str, FloatArray]:
    """The kernels of an int8 file, without what scales their channels."""
    from convert.report.layers import kernels

    card = read_card(path)
    assert card is not None and card.channel_factors
    factors = {name: np.array(values) for name, values in card.channel_factors.items()}
    between = {  # what each convolution reads and draws
        "stem": ("", "stem_relu"), "down": ("stem_relu", "down_relu"), "quarter0_a": ("down_relu", "quarter0_a_relu"),
        "quarter0_b": ("quarter0_a_relu", "quarter0_b"), "up": ("quarter0_relu", "up"),
        "half0_a": ("skip", "half0_a_relu"), "half0_b": ("half0_a_relu", "half0_b"), "difference": ("half0_relu", ""),
    }  # fmt: skip
    found = {}
    for layer, kernel in kernels(path).items():  # (O, h, w, I)
        read, drawn = between[layer]
        if layer == "difference" and read not in factors:  # a network of no blocks at half resolution
            read = "skip"
        found[layer] = kernel * factors.get(read, np.ones(1)) / factors.get(drawn, np.ones(1))[:, None, None, None]
    return found


@pytest.mark.parametrize("recipe", ["int8", "int8-qat"])
def test_the_kernels_of_an_int8_file_are_close_to_those_of_float(models: Path, recipe: str) -> None:
    from convert.report.layers import kernels

    floats = kernels(models / "comic-float32.tflite")
    rounded = as_large_as_in_the_network(models / f"comic{RECIPES[recipe].file_suffix}.tflite")
    assert list(floats) == list(rounded)
    for layer, kernel in floats.items():
        assert np.abs(kernel - rounded[layer]).max() < 0.05 * np.abs(kernel).max()


def test_the_kernels_of_a_shipped_file_are_steps_close_to_those_of_float() -> None:
    from convert.report.layers import kernels

    floats, rounded, stored = kernels(FLOAT32), as_large_as_in_the_network(INT8), kernels(INT8)
    assert list(floats) == list(rounded)
    for layer, kernel in floats.items():
        assert all(len(np.unique(channel)) <= 255 for channel in stored[layer])
        assert np.corrcoef(kernel.ravel(), rounded[layer].ravel())[0, 1] > 0.9


def test_pruned_kernels_have_their_own_ranges_and_factors(models: Path) -> None:
    whole, pruned = (read_card(models / f"comic-{recipe}.tflite") for recipe in ("int8", "pruned-int8"))
    assert whole is not None and pruned is not None
    assert list(whole.channel_factors) == list(pruned.channel_factors)
    assert whole.channel_factors != pruned.channel_factors


def test_a_histogram_holds_every_weight() -> None:
    from convert.report.layers import kernels, weight_histograms

    for layer, kernel in zip(weight_histograms(INT8, {}), kernels(INT8).values(), strict=True):
        assert sum(layer.shares) == pytest.approx(1)
        assert layer.weights == kernel.size
        assert layer.zeros == np.count_nonzero(kernel == 0) > 0
