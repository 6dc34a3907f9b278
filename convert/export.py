"""A trained run to TFLite files and their cards."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from celcam import __version__
from celcam.errors import MediaError, UsageError
from celcam.image_io import read_bytes, write_whole
from celcam.manifest import pairs_of
from celcam.model_card import ModelCard, card_path, sha256, write_card
from celcam.text_files import read_json
from convert.fine_tuning import FLOAT_WEIGHT
from convert.lineup import FLOAT_RECIPE, model_name
from convert.measuring import Measured, measure_files
from convert.npu import NPU_SIZE_WH
from convert.pairs import PairsFolder, find_pairs_folder
from convert.recipes import Recipe, find_recipe
from convert.variants import Workshop, spec_to_convert
from train.cost import count_macs
from train.draw import load_drawing
from train.run_config import RunConfig, config_fields, read_config
from train.run_folder import WEIGHTS_NAME, load_generator

LICENCE = "Apache-2.0"
# A folder in `out` for unfinished work; an export that was stopped continues from it.
WORK_NAME = "unfinished"
# More steps brought no visible gain.
FINE_TUNING_STEPS = 600
TRAINING_FACTS = (
    "preset", "train_pairs", "budget", "batch_size", "crop", "loss_weights", "learning_rate", "optimizer", "ema",
    "degraded_share", "seed", "init", "distill_from", "blend", "versions",
)  # fmt: skip


@dataclass(frozen=True)
class Exported:
    """The files of an export with their cards, and what a reader of their figures must know."""

    files: list[tuple[Path, ModelCard]]
    note: str


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
    npu_size_wh: tuple[int, int] = NPU_SIZE_WH,
    quiet: bool = False,
) -> Exported:
    """Convert the generator of ``run``, measure the files on the test split, and write files and cards to ``out``.

    If it is stopped, the same call continues: unfinished work stays in ``out / WORK_NAME`` until all is done.

    Args:
        run: folder of a run.
        recipes: names from `convert.recipes`.
        out: folder for the model files.
        pairs: folder of pairs; None: the pairs that the run was trained on, or the bundled photos if these are not on
            this machine.
        trained_on: what the photos were, for the cards.
        overwrite: replace models of the same names.
        steps: steps of each fine-tuning.
        float_weight: weight of similarity to the float network in fine-tuning; see
            `convert.fine_tuning.TARGET_WEIGHT`.
        npu_size_wh: the only size of files for NPUs.
        quiet: no progress bars.

    Raises:
        UnknownNameError: there is no such recipe.
        DataError: ``run`` or its pairs can't be used.
        UsageError: a file exists and ``overwrite`` is not set, or the network is of a kind that is not converted.
    """
    chosen = [find_recipe(name) for name in recipes]
    config = read_config(run)
    spec_to_convert(run)
    name = model_name(config)
    paths = [out / f"{name}{recipe.file_suffix}.tflite" for recipe in chosen]
    # Files are made and measured in `work`, so that a model never lies next to the card of another model.
    work, written = out / WORK_NAME / name, out / WORK_NAME / f"{name}.json"
    own = _digests(written)
    for path in paths:
        is_own = path.name in own and path.is_file() and own[path.name] == sha256(read_bytes(path))
        if path.exists() and not overwrite and not is_own:
            raise UsageError(f"{path}: exists; add --overwrite to replace it, or choose another --out")
    folder = find_pairs_folder(config, pairs, work / "pairs")
    workshop = Workshop(run, folder.path, work, steps, float_weight, quiet, npu_size_wh)
    made = {recipe.name: workshop.make(recipe) for recipe in chosen}
    measured = measure_files(
        load_drawing(run),
        made,
        folder.path,
        pairs_of(folder.path, "test"),
        float_file=FLOAT_RECIPE if FLOAT_RECIPE in made else None,
        quiet=quiet,
    )
    facts = _facts(run, config, trained_on)
    files: list[tuple[Path, ModelCard]] = []
    datas = [read_bytes(made[recipe.name]) for recipe in chosen]
    for recipe, path, data in zip(chosen, paths, datas, strict=True):
        card = ModelCard(
            name=path.stem,
            recipe=recipe.name,
            summary=f"Draws a photo in the {config.style} look; {recipe.summary}; {_sizes(recipe, npu_size_wh)}.",
            sha256=sha256(data),
            bytes=len(data),
            tensors=recipe.tensors,
            quality=_quality(measured, recipe, folder),
            gate=recipe.gate,
            channel_factors=workshop.channel_factors(recipe),
            **facts | {"training": facts["training"] | _fine_tuning_facts(workshop, recipe, folder)},
        )
        files.append((path, card))
    write_whole(written, json.dumps({path.name: card.sha256 for path, card in files}).encode())
    for (path, card), data in zip(files, datas, strict=True):
        _replace(path, data, card)
    shutil.rmtree(work)
    written.unlink()
    if not any(work.parent.iterdir()):
        work.parent.rmdir()
    return Exported(files, folder.note)


def _sizes(recipe: Recipe, npu_size_wh: tuple[int, int]) -> str:
    return "{}x{} only".format(*npu_size_wh) if recipe.made_from else "any size that is a multiple of 4"


def _digests(written: Path) -> dict[str, str]:
    """The SHA-256 of each file of an export that was stopped while it wrote them, by name; these may be replaced."""
    try:
        digests = read_json(written)
    except (MediaError, ValueError):
        return {}
    return digests if isinstance(digests, dict) else {}


def _replace(path: Path, data: bytes, card: ModelCard) -> None:
    """Write a model and its card; the old card goes first, so that it never describes the new model."""
    card_path(path).unlink(missing_ok=True)
    write_whole(path, data)
    write_card(path, card)


def _fine_tuning_facts(workshop: Workshop, recipe: Recipe, folder: PairsFolder) -> dict[str, Any]:
    """What a card says about fine-tuning; empty for recipes without it."""
    if not recipe.fine_tunes:
        return {}
    photos = {"fine_tuned_on": "bundled photos"} if folder.note else {}
    return {"fine_tuning_steps": workshop.steps, "fine_tuning_float_weight": workshop.float_weight} | photos


def _facts(run: Path, config: RunConfig, trained_on: str) -> dict[str, Any]:
    """The fields that the cards of all files of a run share."""
    generator, fields = load_generator(run, keras), config_fields(config)
    training = {name: fields[name] for name in TRAINING_FACTS if fields[name] is not None}
    return {
        "style": config.style,
        "licence": LICENCE,
        "parameters": generator.count_params(),
        "gmac_256": round(count_macs(generator, (256, 256)) / 1e9, 4),
        "weights_sha256": sha256(read_bytes(run / WEIGHTS_NAME)),
        "celcam_version": __version__,
        "training": {"trained_on": trained_on} | training,
    }


def _quality(measured: Measured, recipe: Recipe, folder: PairsFolder) -> dict[str, Any]:
    """The figures of one file for its card."""
    return {
        "pictures": len(measured.pictures),
        **folder.facts(),
        "to_target": measured.to_target(recipe.name).as_json(),
        "to_keras": measured.to_keras(recipe.name).as_json(),
        "keras_to_target": measured.keras_to_target.as_json(),
        "photo_to_target": measured.photo_to_target.as_json(),
    }
