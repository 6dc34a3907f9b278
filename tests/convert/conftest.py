from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celcam.image_io import write_image
from celcam.manifest import read_manifest
from celcam.media.photos import read_image
from celcam.paths import MODELS
from convert.__main__ import main
from train.networks import SMOKE_GENERATOR, build_generator
from train.run_config import read_config, write_config
from train.run_folder import load_generator, save_generator


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files of one run, and their cards."""
    folder = tmp_path_factory.mktemp("lab")
    for name in ("comic-float32", "comic"):
        for suffix in (".tflite", ".json"):
            shutil.copy(MODELS / f"{name}{suffix}", folder)
    return folder


@pytest.fixture
def generator() -> Any:
    """A small tf_keras generator that draws plainly."""
    import tf_keras

    tf_keras.utils.set_random_seed(1)
    generator = build_generator(SMOKE_GENERATOR, tf_keras)
    draw_plainly(generator, 0.05)
    return generator


@pytest.fixture(scope="session")
def settled_run(smoke_run: Path, pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose network draws plainly, and has nothing left to learn: the cartoons of its pairs are its own."""
    import keras

    from train.draw import draw

    run, own_pairs = tmp_path_factory.mktemp("runs") / "settled", tmp_path_factory.mktemp("own") / "pairs"
    shutil.copytree(pairs, own_pairs)
    generator = load_generator(smoke_run, keras)
    draw_plainly(generator, 0.02)
    write_config(run, replace(read_config(smoke_run), pairs=own_pairs))
    save_generator(run, generator)
    for pair in read_manifest(own_pairs):
        write_image(own_pairs / pair.cartoon, draw(generator, read_image(own_pairs / pair.photo)))
    return run


@pytest.fixture(scope="session")
def models(settled_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of every recipe, from few photos and steps so small that what is lost is lost by rounding or pruning."""
    from convert import range_fit, variants

    out = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variants, "CALIBRATION_PHOTOS", 6)
        patch.setattr(range_fit, "STEPS", 80)
        patch.setattr(variants, "LEARNING_RATE", 1e-5)
        patch.setattr(variants, "PRUNING_RATE", 1e-5)
        assert main(["all", str(settled_run), "--out", str(out), "--steps", "4"]) == 0
    return out


def draw_plainly(generator: Any, spread: float) -> None:
    """Give ``generator``, of either Keras, a difference from the photo; untrained it has none."""
    difference = generator.get_layer("difference")
    kernel, bias = difference.get_weights()
    difference.set_weights([np.random.default_rng(1).normal(0, spread, kernel.shape), bias])
