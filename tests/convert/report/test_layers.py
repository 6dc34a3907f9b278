from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.paths import MODELS
from convert.report.layers import MOST_DB, kernels, layer_errors, weight_histograms
from train.run_folder import load_generator

INT8, FLOAT32 = MODELS / "comic.tflite", MODELS / "comic-float32.tflite"


@pytest.fixture(scope="module")
def generator() -> Any:
    return load_generator(MODELS / "comic-keras", keras)


def errors(path: Path, generator: Any, photo: Uint8Array) -> dict[str, float]:
    return {layer.layer: layer.sqnr_db for layer in layer_errors(path, generator, [photo[:256, :256]])}


def test_each_layer_of_the_float32_file_equals_keras(generator: Any, photo: Uint8Array) -> None:
    found = errors(FLOAT32, generator, photo)
    assert min(found.values()) > 100
    assert max(found.values()) <= MOST_DB


def test_the_layers_of_an_int8_file_are_named_in_their_order(generator: Any, photo: Uint8Array) -> None:
    assert list(errors(INT8, generator, photo)) == [
        "stem_relu", "down_relu", "quarter0_a_relu", "quarter0_b", "quarter0_relu", "up_relu", "skip", "half0_a_relu",
        "half0_b", "half0_relu", "difference", "cartoon",
    ]  # fmt: skip


def test_the_error_tells_which_layer_was_spoiled(generator: Any, photo: Uint8Array) -> None:
    before = errors(INT8, generator, photo)
    spoiled = load_generator(MODELS / "comic-keras", keras)
    kernel, bias = spoiled.get_layer("up").get_weights()
    spoiled.get_layer("up").set_weights([2 * kernel, bias])
    after = errors(INT8, spoiled, photo)
    assert after["quarter0_relu"] == pytest.approx(before["quarter0_relu"])
    assert after["up_relu"] < before["up_relu"] - 10


def test_the_kernels_of_an_int8_file_are_steps_near_those_of_float() -> None:
    floats, rounded = kernels(FLOAT32), kernels(INT8)
    assert list(floats) == list(rounded)
    for layer, kernel in floats.items():
        found = rounded[layer]
        assert all(len(np.unique(channel)) <= 255 for channel in found)
        assert np.corrcoef(kernel.ravel(), found.ravel())[0, 1] > 0.9


def test_a_histogram_holds_every_weight() -> None:
    for layer, kernel in zip(weight_histograms(INT8, {}), kernels(INT8).values(), strict=True):
        assert sum(layer.shares) == pytest.approx(1)
        assert layer.weights == kernel.size
        assert layer.zeros == np.count_nonzero(kernel == 0) > 0
