"""LiteRT's CompiledModel draws what its Interpreter draws, through the same class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import ModelError
from celcam.paths import MODELS
from celcam.pixels import resize
from celcam.tflite_model import TFLiteModel

COMIC = MODELS / "comic.tflite"


def test_it_draws_the_same_bytes_at_every_size(photo: Uint8Array) -> None:
    model, expected = TFLiteModel(COMIC, delegate="compiled:cpu"), TFLiteModel(COMIC)
    assert model.takes_bytes
    for size_wh in ((256, 256), (320, 240), (64, 48), (256, 256)):
        picture = resize(photo, size_wh)
        assert np.array_equal(model(picture), expected(picture))


def test_a_float_file_draws_the_same_picture(photo: Uint8Array) -> None:
    path, picture = MODELS / "comic-float16.tflite", resize(photo, (64, 48))
    drawn, expected = TFLiteModel(path, delegate="compiled:cpu")(picture), TFLiteModel(path)(picture)
    assert np.abs(drawn.astype(int) - expected).max() <= 1


def test_a_picture_that_was_returned_stays_as_it_is(photo: Uint8Array) -> None:
    model, picture = TFLiteModel(COMIC, delegate="compiled:cpu"), resize(photo, (64, 48))
    first = model(picture)
    before = first.copy()
    model(255 - picture)
    assert np.array_equal(first, before)


@pytest.mark.parametrize("delegate", ["compiled:", "compiled:tpu"])
def test_an_unknown_device_is_named(delegate: str) -> None:
    with pytest.raises(ModelError, match=f"delegate {delegate}: no such device; expected compiled:cpu or compiled:gpu"):
        TFLiteModel(COMIC, delegate=delegate)


def test_a_damaged_file_is_one_line_of_error(tmp_path: Path) -> None:
    path = tmp_path / "damaged.tflite"
    path.write_bytes(COMIC.read_bytes()[:1000])
    with pytest.raises(ModelError):
        TFLiteModel(path, delegate="compiled:cpu")
