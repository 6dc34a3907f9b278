from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from celcam import model_trial
from celcam.errors import ModelError
from celcam.model_card import find_model, sha256
from celcam.model_trial import try_model
from celcam.tflite_model import TFLiteModel

DAMAGED = Path(__file__).parent / "damaged"
COMIC = find_model("comic")


@pytest.fixture
def without_card(tmp_path: Path) -> Path:
    return Path(shutil.copy(COMIC, tmp_path / "own.tflite"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lacks_data.tflite", "the runtime refuses it: Input tensor 1 lacks data; get an intact copy"),
        ("crashes.tflite", "damaged, or too large: the runtime crashes with SIGSEGV; get an intact copy"),
    ],
)
def test_a_damaged_file_without_a_card_is_one_error(name: str, message: str) -> None:
    with pytest.raises(ModelError) as error:
        TFLiteModel(DAMAGED / name)
    assert message in str(error.value)


def test_a_good_file_without_a_card_draws_and_is_tried_once(
    without_card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = np.full((64, 64, 3), 90, np.uint8)
    assert np.array_equal(TFLiteModel(without_card)(picture), TFLiteModel(COMIC)(picture))
    monkeypatch.setattr(subprocess, "run", None)
    TFLiteModel(without_card)


def test_a_file_with_a_card_needs_no_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", None)
    TFLiteModel(COMIC)


def test_a_file_that_takes_too_long_is_refused(without_card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_trial, "TIMEOUT_S", 0.001)
    with pytest.raises(ModelError, match="it draws nothing in"):
        try_model(without_card, "another digest", None)


def test_a_file_that_needs_too_much_memory_is_refused(without_card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(without_card.read_bytes())
    own = np.array([1, 256, 256, 3], "<i4").tobytes()
    huge = np.array([1, 16384, 16384, 3], "<i4").tobytes()
    assert own in data
    without_card.write_bytes(data.replace(own, huge))
    with pytest.raises(ModelError) as error:
        TFLiteModel(without_card)
    assert "\n" not in str(error.value)


def test_a_pipe_as_a_model_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tflite")
    with pytest.raises(ModelError, match="a folder, a pipe or a device; expected a file"):
        TFLiteModel(tmp_path / "pipe.tflite")


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.tflite").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(ModelError, match="1099511627776 bytes; expected at most 100000000"):
        TFLiteModel(tmp_path / "huge.tflite")


def test_the_digest_is_that_of_the_contents(without_card: Path) -> None:
    assert sha256(without_card.read_bytes()) == sha256(COMIC.read_bytes())
