from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from celcam.errors import DataError
from celcam.media.photos import read_image
from train import study_runs
from train.__main__ import main
from train.networks import SMOKE_GENERATOR
from train.presets import PRESETS
from train.recipe import LossWeights
from train.run_config import read_config
from train.studies import STUDIES, Variant, find_study, preset_name, recipe_of
from train.study_runs import StudySettings, read_study, run_study

L1 = LossWeights(adversarial=0.0)
VARIANTS = (
    Variant("pupil", SMOKE_GENERATOR, replace(L1, distill=10.0), distill_from="teacher"),
    Variant("teacher", SMOKE_GENERATOR, L1),
)


@pytest.fixture(scope="module")
def study(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("study")
    run_study(VARIANTS, StudySettings(pairs, out, pictures=1), jobs=2)
    return out


@pytest.mark.slow
def test_each_variant_is_trained_on_the_same_number_of_pictures(study: Path) -> None:
    for variant in VARIANTS:
        recipe = read_config(study / variant.name).recipe
        assert recipe.budget.steps * recipe.batch_size * recipe.crop**2 == 128**2
    assert read_config(study / "teacher").distill_from is None
    assert read_config(study / "pupil").distill_from == study / "teacher"


@pytest.mark.slow
def test_a_variant_is_measured_once(study: Path, pairs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_runs, "_train_on_free_cores", pytest.fail)
    before = {path: path.stat().st_mtime_ns for path in study.glob("*/*")}
    table = run_study(VARIANTS, StudySettings(pairs, study, pictures=1), jobs=1)
    assert {path: path.stat().st_mtime_ns for path in study.glob("*/*")} == before
    rows = {line.split()[0]: line.split() for line in table.splitlines()[1:]}
    figures = read_study(study, VARIANTS)["pupil"]
    assert float(rows["pupil"][4]) == pytest.approx(figures["to_target"]["ssim"], abs=1e-4)
    assert float(rows["pupil"][1]) == pytest.approx(figures["gmac_256"], abs=1e-3)


@pytest.mark.slow
def test_the_sheet_shows_every_variant(study: Path) -> None:
    assert read_image(study / "sheet.png").shape[1] >= (2 + len(VARIANTS)) * 200


def test_a_study_that_is_not_finished_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="run 'python -m train study' to its end"):
        read_study(tmp_path, VARIANTS)


def test_an_unknown_study_is_one_line(pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "colours", "--pairs", str(pairs), "--out", str(tmp_path)]) == 2
    known = "ablation, architectures, discriminators, reference"
    assert f"unknown study 'colours'; known: {known}" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(STUDIES))
def test_the_variants_of_a_study_have_unique_names_and_their_distillation_teachers(name: str) -> None:
    names = [variant.name for variant in find_study(name)]
    assert len(set(names)) == len(names)
    assert {variant.distill_from for variant in find_study(name)} <= {"", *names}


def test_a_variant_has_the_batches_of_the_preset_of_its_network() -> None:
    def batching(variant: Variant) -> tuple[str, int, int]:
        recipe = recipe_of(variant, 1000, 1e-3)
        assert recipe.generator == variant.generator
        return preset_name(variant), recipe.batch_size, recipe.crop

    usual = {name: (name, preset.recipe.batch_size, preset.recipe.crop) for name, preset in PRESETS.items()}
    assert {variant.name: batching(variant) for variant in STUDIES["reference"]} == {
        name: usual[name] for name in ("live", "unet256")
    }
    assert batching(Variant("norm", replace(SMOKE_GENERATOR, norm=True))) == ("norm", *usual["live"][1:])
    assert batching(Variant("large", batch_size=64)) == ("live", 64, usual["live"][2])
