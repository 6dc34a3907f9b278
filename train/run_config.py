"""The config of a run, ``config.json``: read and written here alone."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celcam.errors import CelcamError, DataError, MediaError
from celcam.image_io import write_whole
from celcam.text_files import read_json
from celcam.typed_json import build
from train.generators import describe_generator, spec_of
from train.recipe import Hardware, Recipe

CONFIG_NAME = "config.json"
# Fields that had another name in older runs, and what was true of runs that did not write a field yet.
RENAMED = {"mentor": "distill_from", "feed": "augment_on"}
RENAMED_LOSSES = {"steady": "temporal", "mentor": "distill"}
BEFORE: dict[str, Any] = {
    "preset": "",
    "optimizer": "adam",
    "ema": 0.0,
    "degraded_share": 0.5,
    "seed": 1,
    "discriminator_rate": 1.0,
}


@dataclass(frozen=True)
class Blend:
    """A run whose weights were interpolated between those of two others."""

    one: str
    other: str
    share: float  # of the other's weights, 0..1


@dataclass(frozen=True)
class RunConfig:
    """What a run was trained by, and on what."""

    preset: str
    recipe: Recipe
    hardware: Hardware
    style: str
    pairs: Path
    train_pairs: int = 0
    validation_pairs: int = 0
    pairs_recipe: dict[str, Any] | None = None  # how the pairs were built: their build.json
    init: Path | None = None  # the run whose generator this one started from
    distill_from: Path | None = None  # the run whose generator was the distillation teacher
    seed: int = 1
    versions: dict[str, Any] = dataclasses.field(default_factory=dict)
    blend: Blend | None = None


def config_fields(config: RunConfig) -> dict[str, Any]:
    """``config`` as the JSON object that `write_config` stores: the recipe and the hardware lie flat in it."""
    nested = dataclasses.asdict(config)
    recipe, hardware = nested.pop("recipe"), nested.pop("hardware")
    del recipe["generator"]
    recipe["loss_weights"] = recipe.pop("losses")
    preset = {"preset": nested.pop("preset")}
    fields = {**preset, **describe_generator(config.recipe.generator), **recipe, **hardware, **nested}
    return {name: str(value) if isinstance(value, Path) else value for name, value in fields.items()}


def write_config(run: Path, config: RunConfig) -> None:
    """Write the config of ``run`` atomically.

    Raises:
        UnwritableError: the folder can't be made or written.
    """
    text = json.dumps(config_fields(config), indent=1, ensure_ascii=False)
    write_whole(run / CONFIG_NAME, (text + "\n").encode())


def read_config(run: Path) -> RunConfig:
    """The config of ``run``, made by this version or an earlier one.

    Fields that are not known are ignored, and fields that are missing get the value that was true before they existed.

    Raises:
        DataError: ``run`` is not a run folder, or its config is damaged.
    """
    path = run / CONFIG_NAME
    try:
        fields = read_json(path)
    except (MediaError, ValueError) as error:
        raise DataError(
            f"{path}: can't be read ({error}); expected the folder of a run of 'python -m train'"
        ) from error
    try:
        return _from_fields(fields)
    except (TypeError, ValueError, CelcamError) as error:
        raise DataError(f"{path}: not the config of a run ({error}); train the run again, or copy it again") from error


def _from_fields(fields: Any) -> RunConfig:
    """The config that the JSON value ``fields`` holds; the error says which field is wrong."""
    if not isinstance(fields, dict):
        raise TypeError(f"expected an object, got {type(fields).__name__}")
    known = BEFORE | _renamed(fields, RENAMED)
    losses = known.get("loss_weights")
    if losses is None:  # the first runs had two terms
        losses = {"l1": known.get("l1_weight", 100.0), "adversarial": known.get("adversarial_weight", 1.0)}
    if isinstance(losses, dict):
        losses = _renamed(losses, RENAMED_LOSSES)
    known |= {"losses": losses, "generator": spec_of(known)}
    if isinstance(width := _width_of_2017(known.get("discriminator")), int):
        known["discriminator"] = {"strided": [width, 2 * width], "plain": [], "verdict_kernel": 4, "spectral": False}
    recipe, hardware = build(Recipe, known), build(Hardware, known)
    config: RunConfig = build(RunConfig, known | {"recipe": recipe, "hardware": hardware})
    return config


def _width_of_2017(discriminator: Any) -> Any:
    """The width of the discriminator of older runs, which had two layers and no normalization; else None."""
    return discriminator.get("width") if isinstance(discriminator, dict) else None


def _renamed(fields: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """``fields`` with today's name of each."""
    return {names.get(name, name): value for name, value in fields.items()}
