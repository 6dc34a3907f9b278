"""A trained run to a TFLite file and its card."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import DataError, UsageError
from celcam.image_io import read_image, write_whole
from celcam.manifest import pairs_of
from celcam.model_card import ModelCard, card_path, sha256, write_card
from convert.converter import (
    TRACED_SIDE,
    calibration_batches,
    clipped,
    convert_float32,
    convert_int8,
    to_tf_keras,
)
from convert.measure import measure_quality
from convert.ranges import with_searched_ranges
from convert.recipes import Recipe, find_recipe
from train.cost import count_macs
from train.generators import spec_of
from train.networks import GeneratorSpec
from train.run_folder import load_generator, read_config

LICENCE = "Apache-2.0"
# Few, because the search for ranges runs the network on all of them some hundred times.
CALIBRATION_PHOTOS = 24
TRAINING_FACTS = (
    "preset", "train_pairs", "budget", "batch_size", "crop", "loss_weights", "learning_rate", "optimizer", "ema",
    "degraded_share", "seed", "init", "mentor", "versions",
)  # fmt: skip


def export(
    run: Path,
    recipe_name: str,
    out: Path,
    *,
    pairs: Path | None,
    trained_on: str,
    overwrite: bool,
    quiet: bool = False,
) -> tuple[Path, ModelCard]:
    """Convert the generator of ``run``, measure it on the test part and write file and card to ``out``.

    Args:
        run: folder of a run.
        recipe_name: float32 or int8.
        out: folder of the model file.
        pairs: folder of pairs; those that the run was trained on where None.
        trained_on: what the photos were, for the card.
        overwrite: replace a model of that name.
        quiet: no progress bar.

    Returns:
        The path of the ``.tflite`` file, and its card.

    Raises:
        UnknownNameError: no such recipe.
        DataError: ``run`` or its pairs can't be used.
        UsageError: the file exists and ``overwrite`` is not set, or the network is of a kind that is not converted.
    """
    recipe = find_recipe(recipe_name)
    config = read_config(run)
    spec = spec_of(config)
    # A U-Net is slow at int8; what does not start from the photo need not span 0..1, so its bytes would not be ours.
    if not isinstance(spec, GeneratorSpec) or not spec.residual:
        raise UsageError(f"{run}: preset {config['preset']} is for comparison and not converted; train live or quality")
    path = out / f"{model_name(config)}{recipe.file_suffix}.tflite"
    if path.exists() and not overwrite:
        raise UsageError(f"{path}: exists; add --overwrite to replace it, or choose another --out")
    folder = pairs_folder(config, pairs)
    test_pairs = pairs_of(folder, "test")
    generator = load_generator(run, keras)
    data = _convert(spec, generator, folder, recipe, quiet=quiet)
    # The file is measured under a name of its own, so that a model and a card of different make never stand together.
    candidate = out / f"{path.stem}.candidate.tflite"
    try:
        write_whole(candidate, data)
        quality = measure_quality([candidate], generator, folder, test_pairs, quiet=quiet)
        card = ModelCard(
            name=path.stem,
            style=config["style"],
            recipe=recipe.name,
            summary=f"Draws a photo in the {config['style']} look; {recipe.name}, any size that is a multiple of 4.",
            licence=LICENCE,
            sha256=sha256(data),
            bytes=len(data),
            parameters=generator.count_params(),
            gmac_256=round(count_macs(generator, (256, 256)) / 1e9, 4),
            tensors=recipe.tensors,
            training={"trained_on": trained_on} | {name: config[name] for name in TRAINING_FACTS if name in config},
            quality={
                "pictures": quality.pictures,
                "part": "test",
                "to_teacher": asdict(quality.to_teacher[candidate.stem]),
                "to_keras": asdict(quality.to_keras[candidate.stem]),
                "keras_to_teacher": asdict(quality.keras_to_teacher),
                "photo_to_teacher": asdict(quality.photo_to_teacher),
            },
        )
        card_path(path).unlink(missing_ok=True)
        candidate.replace(path)
        write_card(path, card)
    finally:
        candidate.unlink(missing_ok=True)
    return path, card


def model_name(config: dict[str, Any]) -> str:
    """What the default file of a run is called: its look, and the preset where that is not live."""
    style: str = config["style"]
    return f"{style}-quality" if config["preset"] == "quality" else style


def pairs_folder(config: dict[str, Any], pairs: Path | None) -> Path:
    """The folder of pairs that was asked for, else the one that the run was trained on."""
    if pairs is None and not Path(config["pairs"]).is_dir():
        raise DataError(f"{config['pairs']}: the run's pairs are not here; build them, or name others with --pairs")
    return pairs or Path(config["pairs"])


def _convert(spec: GeneratorSpec, generator: Any, folder: Path, recipe: Recipe, *, quiet: bool) -> bytes:
    model = to_tf_keras(spec, generator)
    if not recipe.quantizes:
        return convert_float32(clipped(model))
    chosen = pairs_of(folder, "train")[:CALIBRATION_PHOTOS]  # sorted by digest: as good as shuffled
    photos = calibration_batches([_square(read_image(folder / pair.photo)) for pair in chosen])
    quantized = with_searched_ranges(model, np.concatenate(photos), quiet=quiet)
    return convert_int8(clipped(quantized), photos)


def _square(rgb_u8: Uint8Array) -> Uint8Array:
    """The top left ``(TRACED_SIDE, TRACED_SIDE, 3)`` of a photo, mirrored outwards where it is smaller."""
    height, width = rgb_u8.shape[:2]
    fill = ((0, max(0, TRACED_SIDE - height)), (0, max(0, TRACED_SIDE - width)), (0, 0))
    return np.pad(rgb_u8, fill, mode="symmetric")[:TRACED_SIDE, :TRACED_SIDE]
