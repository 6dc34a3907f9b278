"""Every shipped int8 file and every look draws the golden pictures, to the bit.

After a network or a finish was changed on purpose, write the digests again: ``python -m tests.golden.looks``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from celcam.paths import MODELS
from celcam.tflite_model import TFLiteModel
from tests.golden import looks


def test_the_pictures_are_the_fixed_ones() -> None:
    drawn = {name: {name: looks.digest(picture)} for name, picture in looks.pictures().items()}
    assert drawn == looks.golden()["pictures"]


@pytest.mark.parametrize("threads", [1, 3])
def test_every_int8_file_draws_the_golden_pictures(threads: int) -> None:
    drawn = {"files": looks.file_digests(threads=threads)}
    assert drawn["files"]
    assert not looks.differences(drawn, {"files": looks.golden()["files"]})


def test_every_look_draws_the_golden_pictures() -> None:
    drawn = {"looks": looks.look_digests()}
    assert drawn["looks"]
    assert not looks.differences(drawn, {"looks": looks.golden()["looks"]})


def test_one_changed_bit_of_a_weight_is_seen(tmp_path: Path) -> None:
    shutil.copy(MODELS / "comic.tflite", tmp_path)  # without its card, so the damaged file loads
    path = tmp_path / "comic.tflite"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x40
    path.write_bytes(data)
    assert TFLiteModel(path).card is None
    expected = {"files": {"comic.tflite": looks.golden()["files"]["comic.tflite"]}}
    assert looks.differences({"files": looks.file_digests(tmp_path)}, expected)


def test_a_missing_look_and_a_new_look_are_differences() -> None:
    digests = {"looks": {"comic": dict.fromkeys(looks.PICTURES, "a")}}
    assert not looks.differences(digests, digests)
    assert len(looks.differences({"looks": {}}, digests)) == len(looks.PICTURES)
    assert len(looks.differences(digests, {"looks": {}})) == len(looks.PICTURES)
