from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from celcam.comparison import METRICS
from celcam.errors import DataError
from celcam.model_card import ModelCard, read_card, write_card
from tests.convert.report.measured import Report

if TYPE_CHECKING:
    from convert.report.assess import Assessment


def card_of(path: Path) -> ModelCard:
    card = read_card(path)
    assert card is not None
    return card


@pytest.fixture(scope="module")
def described(report: Report) -> dict[str, Any]:
    """The JSON file of the report."""
    read: dict[str, Any] = json.loads(report.page.with_suffix(".json").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def figures(described: dict[str, Any]) -> dict[str, Any]:
    """What the JSON says of ``comic``."""
    found: dict[str, Any] = next(file for file in described["groups"][0]["files"] if file["name"] == "comic")
    return found


@pytest.fixture
def moved(report: Report, tmp_path: Path) -> Assessment:
    """The figures of files that lie in ``tmp_path`` now, with the cards they had before they were measured."""
    (group,) = report.assessment.groups
    files = []
    for file in group.files:
        path = tmp_path / file.variant.path.name
        shutil.copy(file.variant.path, path)
        write_card(path, file.variant.card)
        files.append(dataclasses.replace(file, variant=dataclasses.replace(file.variant, path=path)))
    return dataclasses.replace(report.assessment, groups=(dataclasses.replace(group, files=tuple(files)),))


def test_a_card_holds_the_row_of_the_report(report: Report, described: dict[str, Any], figures: dict[str, Any]) -> None:
    card = card_of(report.models / "comic.tflite")
    (group,) = described["groups"]
    gaps = figures["gaps"] | {name: group[name] for name in ("keras_to_target", "photo_to_target")}
    assert card.quality["pictures"] == 2
    assert card.quality["clips"] == ["street_walk"]
    assert card.quality["float"] == "comic-float32"
    for name, gap in gaps.items():
        assert card.quality[name] == {
            key: None if value is None else pytest.approx(value, abs=5e-5) for key, value in gap.items()
        }
        assert set(card.quality[name]) == {*METRICS, "flicker_ratio"}
    assert card.cost["zipped_bytes"] == figures["zipped_bytes"]
    assert card.cost["zero_share"] == pytest.approx(figures["zero_weights"] / card.parameters, abs=5e-5)
    assert card.cost["start"]["first_picture_ms"] == pytest.approx(figures["start"]["first_picture_ms"], abs=5e-5)


def test_a_card_holds_time_as_ratios_and_the_device(
    report: Report, described: dict[str, Any], figures: dict[str, Any]
) -> None:
    int8, float32 = (card_of(report.models / f"{name}.tflite").cost for name in ("comic", "comic-float32"))
    assert (int8["device"], int8["cores"]) == (described["made_on"]["cpu"], described["made_on"]["cores"])
    assert int8["runtime"].startswith("ai-edge-litert 2") and int8["size"] == "256x256"
    assert set(int8["time_by_threads"]) == set(figures["latency_256_by_threads"])
    for count, ratios in int8["time_by_threads"].items():
        timed = figures["latency_256_by_threads"][count]
        assert ratios == {name: pytest.approx(timed[name], abs=5e-5) for name in ratios}
        assert set(ratios) == {"over_float32", "over_mobilenetv2_224_int8"}
        assert float32["time_by_threads"][count]["over_float32"] == 1.0


def test_everything_else_in_the_card_stays(report: Report, lab: Path) -> None:
    before, after = (card_of(folder / "comic.tflite") for folder in (lab, report.models))
    assert dataclasses.replace(after, quality=before.quality, cost=before.cost) == before


def test_a_change_of_the_card_during_the_report_is_kept(moved: Assessment, tmp_path: Path) -> None:
    from convert.report.rows import write_rows

    file = tmp_path / "comic.tflite"
    write_card(file, dataclasses.replace(card_of(file), gate={"to_keras_ssim": 0.5}))
    assert [path.name for path in write_rows(moved)] == ["comic-float32.json", "comic.json"]
    assert card_of(file).gate == {"to_keras_ssim": 0.5}
    assert card_of(file).cost["zipped_bytes"] > 0


def test_no_card_is_written_if_a_file_was_replaced(moved: Assessment, tmp_path: Path) -> None:
    from convert.report.rows import write_rows

    before = (tmp_path / "comic-float32.json").read_bytes()
    (tmp_path / "comic.json").unlink()
    with pytest.raises(DataError, match=r"comic\.json: not the card of the file that was measured"):
        write_rows(moved)
    assert (tmp_path / "comic-float32.json").read_bytes() == before


def test_no_card_is_written_if_the_run_has_other_weights(moved: Assessment, tmp_path: Path) -> None:
    from convert.report.rows import write_rows

    (group,) = moved.groups
    exact = group.files[0]
    far = dataclasses.replace(
        exact,
        to_keras=dataclasses.replace(exact.to_keras, figures=dataclasses.replace(exact.to_keras.figures, psnr_db=30.0)),
    )
    group = dataclasses.replace(group, files=(far, *group.files[1:]))
    with pytest.raises(DataError, match=r"no card was written: .*comic-float32.* PSNR to them is 30\.0 dB"):
        write_rows(dataclasses.replace(moved, groups=(group,)))
    assert card_of(tmp_path / "comic.tflite") == group.files[1].variant.card
