from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from celcam.errors import UsageError
from celcam.paths import MODELS, ROOT
from train.__main__ import main
from train.options import DISTILL_WEIGHT, TrainConfig
from train.presets import DEFAULT_PRESET, PRESETS, find_preset
from train.recipe import ADVERSARIAL_KINDS, OPTIMIZERS, Budget, LossWeights
from train.run_config import read_config

LIVE = PRESETS["live"].recipe


def changed(**options: object) -> TrainConfig:
    return TrainConfig(pairs=Path("pairs"), out=Path("run"), **options)  # type: ignore[arg-type]


def test_the_default_is_the_recipe_of_the_shipped_comic() -> None:
    default, shipped = find_preset(DEFAULT_PRESET).recipe, read_config(MODELS / "comic-keras").recipe
    for name in ("generator", "crop", "batch_size", "optimizer", "ema", "degraded_share"):
        assert getattr(default, name) == getattr(shipped, name), name
    for name in ("l1", "adversarial", "ssim", "line", "feature"):
        assert getattr(default.losses, name) == getattr(shipped.losses, name), name
    assert default.losses.temporal > 0


def test_options_that_are_not_given_keep_the_preset() -> None:
    for preset in PRESETS.values():
        assert changed().changed(preset.recipe) == preset.recipe


def test_options_override_the_preset() -> None:
    options = changed(learning_rate=1e-4, temporal_weight=0.0, batch_size=3, steps=100, ema=0.0, optimizer="adam")
    expected = replace(
        LIVE,
        learning_rate=1e-4,
        losses=replace(LIVE.losses, temporal=0.0),
        batch_size=3,
        budget=Budget(100, LIVE.budget.minutes),
        steps_per_epoch=100,
        ema=0.0,
        optimizer="adam",
    )
    assert options.changed(LIVE) == expected
    assert changed(minutes=3.0).changed(LIVE).budget == Budget(0, 3.0)


def test_a_distillation_teacher_brings_its_weight() -> None:
    teacher = Path("runs/teacher")
    assert changed(distill_from=teacher).changed(LIVE).losses.distill == DISTILL_WEIGHT
    assert changed(distill_from=teacher, distill_weight=7.0).changed(LIVE).losses.distill == 7
    taught = replace(LIVE, losses=replace(LIVE.losses, distill=20.0))
    assert changed(distill_from=teacher).changed(taught).losses.distill == 20
    assert changed().changed(taught).losses.distill == 0


def test_without_a_discriminator_there_is_no_feature_matching() -> None:
    gan = PRESETS["live"].recipe
    assert gan.losses.adversarial > 0 < gan.losses.feature
    without = changed(adversarial_weight=0.0).changed(gan).losses
    assert (without.adversarial, without.feature) == (0, 0)
    with pytest.raises(UsageError, match="needs a discriminator"):
        changed(adversarial_weight=0.0, feature_weight=1.0).changed(gan)


def test_options_list_the_existing_losses_and_optimizers() -> None:
    from train.losses import ADVERSARIAL_LOSSES
    from train.optimizers import build_optimizer

    assert set(ADVERSARIAL_KINDS) == set(ADVERSARIAL_LOSSES)
    for name in OPTIMIZERS:
        build_optimizer(name, 1e-3, adversarial=False, ema=0.9)


@pytest.mark.parametrize("changes", [{"crop": 0}, {"batch_size": 0}, {"patience": -1}, {"steps_per_epoch": 0}], ids=str)
def test_a_recipe_that_contradicts_itself_is_refused(changes: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="expected"):
        replace(LIVE, **changes)  # type: ignore[arg-type]


def test_a_loss_without_any_term_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing to learn"):
        LossWeights(l1=0.0, adversarial=0.0)


@pytest.mark.parametrize("preset", PRESETS)
def test_help_and_docs_list_each_preset_and_what_to_expect(preset: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    shown = capsys.readouterr().out
    assert f"  {preset:12} {PRESETS[preset].summary}" in shown
    for line in PRESETS[preset].expect:
        assert line in shown
    assert f"| `{preset}`" in (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
