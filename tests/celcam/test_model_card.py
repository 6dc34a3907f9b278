from __future__ import annotations

import json
from pathlib import Path

import pytest

from celcam.errors import ModelError
from celcam.model_card import ModelCard, card_path, read_card, write_card

CARD = ModelCard(
    name="comic",
    style="comic",
    recipe="int8",
    summary="Draws a photo in the comic look.",
    licence="Apache-2.0",
    sha256="0" * 64,
    bytes=66_280,
    parameters=50_332,
    gmac_256=0.3385,
    tensors="(1, H, W, 3) uint8 RGB",
    quality={"pictures": 2, "to_keras": {"psnr_db": 46.4, "ms_ssim": None}},
    cost={"zipped_bytes": 48_527, "time_by_threads": {"1": {"over_float32": 0.31}}},
    channel_factors={"stem_relu": [1.0, 0.0125, 2.5e-05]},
)


def test_reading_a_card_returns_what_was_written(tmp_path: Path) -> None:
    model = tmp_path / "sub" / "comic.tflite"
    assert read_card(model) is None
    assert write_card(model, CARD) == card_path(model) == tmp_path / "sub" / "comic.json"
    assert read_card(model) == CARD
    assert [path.name for path in model.parent.iterdir()] == ["comic.json"]


def test_a_list_of_numbers_is_written_on_one_line(tmp_path: Path) -> None:
    text = write_card(tmp_path / "comic.tflite", CARD).read_text(encoding="utf-8")
    assert '  "stem_relu": [1.0, 0.0125, 2.5e-05]\n' in text


def test_a_card_without_costs_can_be_read(tmp_path: Path) -> None:
    path = write_card(tmp_path / "comic.tflite", CARD)
    written = json.loads(path.read_text(encoding="utf-8"))
    del written["cost"]
    path.write_text(json.dumps(written), encoding="utf-8")
    card = read_card(tmp_path / "comic.tflite")
    assert card is not None
    assert card.cost == {}
    assert card.quality == CARD.quality


def test_fields_of_a_newer_version_are_ignored(tmp_path: Path) -> None:
    path = write_card(tmp_path / "comic.tflite", CARD)
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"beauty": {"score": 1}}))
    assert read_card(tmp_path / "comic.tflite") == CARD


@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000, '{"name": "comic"}', '{"beauty": 1}'])
def test_an_invalid_card_is_named_with_a_remedy(tmp_path: Path, text: str) -> None:
    (tmp_path / "comic.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"comic\.json: not a model card .*; export the model again"):
        read_card(tmp_path / "comic.tflite")


@pytest.mark.parametrize(("name", "value"), [("tensors", None), ("sha256", 5), ("bytes", "many"), ("gate", [])])
def test_a_value_of_the_wrong_type_is_named(tmp_path: Path, name: str, value: object) -> None:
    path = write_card(tmp_path / "comic.tflite", CARD)
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {name: value}))
    with pytest.raises(ModelError, match=rf"comic\.json: not a model card \({name} is .*, expected"):
        read_card(tmp_path / "comic.tflite")
