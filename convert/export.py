"""A trained run to TFLite files and their cards."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import keras

from celcam.errors import DataError, UsageError
from celcam.image_io import read_bytes, write_whole
from celcam.manifest import pairs_of
from celcam.model_card import ModelCard, card_path, sha256, write_card
from convert.fine_tuning import FLOAT_WEIGHT
from convert.measure import measure_quality
from convert.recipes import find_recipe
from convert.variants import Workshop, spec_to_convert
from train.cost import count_macs
from train.run_config import RunConfig, config_fields, read_config
from train.run_folder import load_generator

LICENCE = "Apache-2.0"
# In `out`, until all is made: what a killed export goes on from.
WORK_NAME = "unfinished"
# After these, more brought nothing that is seen.
FINE_TUNING_STEPS = 600
TRAINING_FACTS = (
    "preset", "train_pairs", "budget", "batch_size", "crop", "loss_weights", "learning_rate", "optimizer", "ema",
    "degraded_share", "seed", "init", "distill_from", "blend", "versions",
)  # fmt: skip


def export(
    run: Path,
    recipes: Sequence[str],
    out: Path,
    *,
    pairs: Path | None,
    trained_on: str,
    overwrite: bool,
    steps: int = FINE_TUNING_STEPS,
    float_weight: float = FLOAT_WEIGHT,
    quiet: bool = False,
) -> list[tuple[Path, ModelCard]]:
    """Convert the generator of ``run``, measure it on the test part and write files and cards to ``out``.

    Killed, the same call goes on where it was, from what lies in ``out / WORK_NAME`` until all is done.

    Args:
        run: folder of a run.
        recipes: names from `convert.recipes`.
        out: folder of the model files.
        pairs: folder of pairs; those that the run was trained on where None.
        trained_on: what the photos were, for the cards.
        overwrite: replace models of those names.
        steps: of each fine-tuning, where a recipe has one.
        float_weight: of likeness to the float network in fine-tuning, beside `convert.fine_tuning.TEACHER_WEIGHT`.
        quiet: no progress bars.

    Returns:
        For each recipe the path of the ``.tflite`` file, and its card.

    Raises:
        UnknownNameError: no such recipe.
        DataError: ``run`` or its pairs can't be used.
        UsageError: a file exists and ``overwrite`` is not set, or the network is of a kind that is not converted.
    """
    chosen = [find_recipe(name) for name in recipes]
    config = read_config(run)
    spec_to_convert(run)
    paths = [out / f"{model_name(config)}{recipe.file_suffix}.tflite" for recipe in chosen]
    for path in paths:
        if path.exists() and not overwrite:
            raise UsageError(f"{path}: exists; add --overwrite to replace it, or choose another --out")
    folder = pairs_folder(config, pairs)
    test_pairs = pairs_of(folder, "test")
    # Made and measured under names of their own, so that a model and a card of different make never stand together.
    work = out / WORK_NAME / model_name(config)
    workshop = Workshop(run, folder, work, steps, float_weight, quiet)
    made = [workshop.make(recipe) for recipe in chosen]
    generator = load_generator(run, keras)
    quality = measure_quality(made, generator, folder, test_pairs, quiet=quiet)
    fields = config_fields(config)
    facts = {"trained_on": trained_on} | {name: fields[name] for name in TRAINING_FACTS}
    tuned = {"fine_tuning_steps": steps, "fine_tuning_float_weight": float_weight}
    cards = []
    for recipe, file, path in zip(chosen, made, paths, strict=True):
        data = read_bytes(file)
        card = ModelCard(
            name=path.stem,
            style=config.style,
            recipe=recipe.name,
            summary=f"Draws a photo in the {config.style} look; {recipe.summary}; any size that is a multiple of 4.",
            licence=LICENCE,
            sha256=sha256(data),
            bytes=len(data),
            parameters=generator.count_params(),
            gmac_256=round(count_macs(generator, (256, 256)) / 1e9, 4),
            tensors=recipe.tensors,
            training=facts | (tuned if recipe.fine_tunes else {}),
            quality={
                "pictures": quality.pictures,
                "part": "test",
                "to_teacher": asdict(quality.to_teacher[file.stem]),
                "to_keras": asdict(quality.to_keras[file.stem]),
                "keras_to_teacher": asdict(quality.keras_to_teacher),
                "photo_to_teacher": asdict(quality.photo_to_teacher),
            },
            gate=recipe.gate,
            channel_factors=workshop.channel_factors(recipe),
        )
        card_path(path).unlink(missing_ok=True)
        write_whole(path, data)
        write_card(path, card)
        cards.append((path, card))
    shutil.rmtree(work)
    if not any(work.parent.iterdir()):
        work.parent.rmdir()
    return cards


def model_name(config: RunConfig) -> str:
    """What the default file of a run is called: its look, and the preset where that is not live."""
    return f"{config.style}-quality" if config.preset == "quality" else config.style


def pairs_folder(config: RunConfig, pairs: Path | None) -> Path:
    """The folder of pairs that was asked for, else the one that the run was trained on."""
    if pairs is None and not config.pairs.is_dir():
        raise DataError(f"{config.pairs}: the run's pairs are not here; build them, or name others with --pairs")
    return pairs or config.pairs
