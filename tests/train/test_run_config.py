from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from celcam.errors import DataError
from celcam.paths import MODELS
from train.networks import GeneratorSpec
from train.presets import PRESETS
from train.recipe import Budget, Hardware, LossWeights
from train.run_config import Blend, RunConfig, read_config, write_config

SHIPPED = sorted(path.parent.name for path in MODELS.glob("*-keras/config.json"))


def a_config() -> RunConfig:
    recipe = replace(PRESETS["quality"].recipe, losses=LossWeights(temporal=5.0, distill=2.0))
    return RunConfig(
        preset="quality",
        recipe=recipe,
        hardware=Hardware(precision="mixed_bfloat16", devices=2),
        style="comic",
        pairs=Path("pairs/comic"),
        train_pairs=7,
        pairs_recipe={"sizes": [256]},
        init=Path("runs/before"),
        distill_from=Path("runs/teacher"),
        seed=3,
        versions={"keras": "3"},
        blend=Blend("a", "b", 0.5),
    )


def write_fields(run: Path, fields: Any) -> None:
    run.mkdir(parents=True, exist_ok=True)
    (run / "config.json").write_text(json.dumps(fields))


def fields_of(run: str) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads((MODELS / run / "config.json").read_text())
    return fields


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_reading_a_config_returns_what_was_written(preset: str, tmp_path: Path) -> None:
    config = replace(a_config(), preset=preset, recipe=PRESETS[preset].recipe)
    write_config(tmp_path, config)
    assert read_config(tmp_path) == config


def test_the_shipped_runs_are_found() -> None:
    assert {"anime-keras", "comic-keras", "comic-quality-keras", "pencil-keras", "watercolor-keras"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_run_is_read(name: str) -> None:
    config, fields = read_config(MODELS / name), fields_of(name)
    losses, recipe = fields["loss_weights"], config.recipe
    assert name in (f"{config.style}-keras", f"{config.style}-{config.preset}-keras")
    assert isinstance(recipe.generator, GeneratorSpec)
    assert vars(recipe.generator) == fields["generator"]
    assert recipe.losses.ssim == losses["ssim"]
    assert recipe.losses.temporal == losses.get("temporal", losses.get("steady")) > 0
    assert recipe.losses.distill == losses.get("distill", losses.get("mentor"))
    teacher = fields.get("distill_from", fields.get("mentor"))
    assert (str(config.distill_from) if config.distill_from else None) == teacher
    assert (recipe.optimizer, recipe.ema, recipe.crop) == (fields["optimizer"], fields["ema"], fields["crop"])
    assert config.hardware.augment_on == fields.get("augment_on", fields.get("feed"))
    assert (config.pairs, config.seed) == (Path(fields["pairs"]), fields["seed"])


def test_the_names_of_older_runs_are_read(tmp_path: Path) -> None:
    fields = fields_of("comic-keras")
    for old in ("optimizer", "ema", "patience", "precision", "devices", "augment_on", "feed", "versions", "seed"):
        fields.pop(old, None)
    fields |= {
        "mentor": "runs/teacher",
        "feed": "device",
        "loss_weights": {"l1": 10, "steady": 200.0, "mentor": 50},
        "blend": {"one": "a", "other": "b", "share": 0.3},
        "generator": {"half_width": 16, "quarter_width": 32, "quarter_blocks": 2, "half_blocks": 1},
        "heads": 8,
    }
    write_fields(tmp_path, fields)
    config = read_config(tmp_path)
    assert config.recipe.losses == LossWeights(l1=10.0, temporal=200.0, distill=50.0)
    assert (config.distill_from, config.hardware.augment_on) == (Path("runs/teacher"), "device")
    assert config.blend == Blend("a", "b", 0.3)
    assert (config.recipe.optimizer, config.recipe.ema, config.recipe.patience) == ("adam", 0.0, 0)
    assert config.recipe.budget == Budget(steps=0, minutes=19.0)
    # What the photo adds, and a ReLU on the way up, were the only way before there was a field for them.
    assert isinstance(config.recipe.generator, GeneratorSpec)
    assert config.recipe.generator.residual
    assert not config.recipe.generator.linear_up


def test_configs_of_older_runs_with_fewer_losses_are_read(tmp_path: Path) -> None:
    fields = fields_of("comic-keras")
    del fields["loss_weights"]
    write_fields(tmp_path, fields | {"l1_weight": 80.0, "adversarial_weight": 0.0})
    assert read_config(tmp_path).recipe.losses == LossWeights(l1=80.0, adversarial=0.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"crop": "128"},
        {"crop": None},
        {"crop": True},
        {"crop": 128.5},
        {"learning_rate": float("nan")},
        {"learning_rate": 10**400},
        {"batch_size": [4]},
        {"style": 7},
        {"budget": 60},
        {"budget": {"steps": 4}},
        {"loss_weights": []},
        {"loss_weights": {"l1": "much"}},
        {"blend": {"one": "a"}},
        {"discriminator": None},
        {"network": ["shuffle"]},
        {"network": "transformer"},
        {"generator": None},
        {"generator": {"half_width": 20}},
        {"generator": {"half_width": 0, "quarter_width": 8, "quarter_blocks": 1, "half_blocks": 0}},
        {"generator": {"half_width": "20", "quarter_width": 8, "quarter_blocks": 1, "half_blocks": 0}},
        {"versions": []},
    ],
    ids=str,
)
def test_a_damaged_config_is_one_line(changes: dict[str, Any], tmp_path: Path) -> None:
    write_fields(tmp_path, fields_of("comic-keras") | changes)
    with pytest.raises(DataError, match=r"config\.json: not the config of a run") as caught:
        read_config(tmp_path)
    assert "\n" not in str(caught.value)
    field = next(iter(changes)).replace("loss_weights", "losses")
    assert f"({field}" in str(caught.value) or "describes a network" in str(caught.value)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"\0" * 40, b"null", b"[]", b'"comic"', b"{}", None]
)
def test_a_file_that_holds_no_config_is_refused(data: bytes | None, tmp_path: Path) -> None:
    if data is not None:
        (tmp_path / "config.json").write_bytes(data)
    with pytest.raises(DataError, match=r"config\.json"):
        read_config(tmp_path)
