from __future__ import annotations

import ctypes.util
import dataclasses
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import ModelError, UnknownNameError
from celcam.metrics import psnr, ssim
from celcam.model_card import card_path, find_model, read_card, write_card
from celcam.paths import MODELS
from celcam.pixels import resize
from celcam.styles import find_style
from celcam.tflite_model import TFLiteModel

COMIC = MODELS / "comic.tflite"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the shipped model and its card, for tests to damage."""
    for path in (COMIC, card_path(COMIC)):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path / COMIC.name


@pytest.mark.parametrize("size_wh", [(256, 256), (320, 240), (640, 480), (4, 4)])
def test_one_file_runs_at_any_size(size_wh: tuple[int, int], photo: Uint8Array) -> None:
    model = TFLiteModel(COMIC)
    picture = resize(photo, size_wh)
    drawn = model(picture)
    assert drawn.shape == picture.shape
    assert drawn.dtype == np.uint8


def test_changing_the_size_and_back_gives_the_same_result(photo: Uint8Array) -> None:
    model, large, small = TFLiteModel(COMIC), resize(photo, (320, 240)), resize(photo, (128, 128))
    before = model(large)
    model(small)
    assert np.array_equal(model(large), before)


def test_the_shipped_model_draws_like_its_style_filter(photo: Uint8Array) -> None:
    cup = resize(photo, (384, 256))
    drawn, target = TFLiteModel(COMIC)(cup), find_style("comic").draw(cup, scale=1.0)
    assert ssim(drawn, target) > ssim(cup, target) + 0.1
    saucer = np.s_[170:190, 120:150]
    red, green, blue = drawn[saucer].reshape(-1, 3).mean(axis=0)
    assert red > 2 * max(green, blue)


def test_int8_and_float32_files_agree(photo: Uint8Array) -> None:
    picture = resize(photo, (256, 256))
    assert psnr(TFLiteModel(COMIC)(picture), TFLiteModel(MODELS / "comic-float32.tflite")(picture)) > 36


def test_the_number_of_threads_does_not_change_the_result(photo: Uint8Array) -> None:
    picture = resize(photo, (320, 240))
    assert np.array_equal(TFLiteModel(COMIC, threads=1)(picture), TFLiteModel(COMIC, threads=2)(picture))


def test_the_next_picture_does_not_overwrite_a_result(photo: Uint8Array) -> None:
    model, picture = TFLiteModel(COMIC), resize(photo, (64, 64))
    first = model(picture)
    kept = first.copy()
    model(255 - picture)
    assert np.array_equal(first, kept)


def test_a_file_that_does_not_match_its_card_is_rejected(copied: Path) -> None:
    card = read_card(copied)
    assert card is not None
    write_card(copied, dataclasses.replace(card, sha256="0" * 64))
    with pytest.raises(ModelError, match="disagrees with its card: expected sha256 000000000000"):
        TFLiteModel(copied)


def test_a_truncated_file_is_rejected(copied: Path) -> None:
    copied.write_bytes(copied.read_bytes()[:30_000])
    with pytest.raises(ModelError, match="disagrees with its card"):
        TFLiteModel(copied)
    card_path(copied).unlink()
    with pytest.raises(ModelError, match="refuses it"):
        TFLiteModel(copied)


def test_a_file_that_is_not_a_model_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="can't be read: No such file"):
        TFLiteModel(tmp_path / "none.tflite")
    (tmp_path / "text.tflite").write_text("not a model at all")
    with pytest.raises(ModelError, match="not a TFLite file"):
        TFLiteModel(tmp_path / "text.tflite")


def test_an_unreadable_card_is_named_in_the_error(copied: Path) -> None:
    card_path(copied).write_text("{}")
    with pytest.raises(ModelError, match=r"comic\.json: not a model card"):
        TFLiteModel(copied)


@pytest.mark.parametrize(
    ("shape", "dtype", "message"),
    [
        ((64, 64, 4), np.uint8, "open the source as RGB"),
        ((64, 64), np.uint8, "open the source as RGB"),
        ((64, 64, 3), np.float32, "expects .* uint8"),
        ((62, 64, 3), np.uint8, "multiples of 4, the frame is 64x62"),
    ],
)
def test_each_kind_of_wrong_frame_has_its_message(shape: tuple[int, ...], dtype: type, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        TFLiteModel(COMIC)(np.zeros(shape, dtype))


def test_an_unknown_style_lists_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown style 'cubism'; known: .*comic"):
        find_model("cubism")


@pytest.mark.parametrize(
    ("library", "message"),
    [
        ("libnothing.so.1", "delegate libnothing.so.1: can't be loaded"),
        (ctypes.util.find_library("c"), "expected a library"),
    ],
)
def test_an_invalid_delegate_is_a_one_line_error(library: str, message: str) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        TFLiteModel(find_model("comic"), delegate=library)
    assert "omit the delegate" in str(caught.value)


def test_loading_in_several_threads_restores_stderr() -> None:
    before = os.fstat(2)
    threads = [threading.Thread(target=lambda: [TFLiteModel(find_model("comic")) for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = os.fstat(2)
    assert (after.st_dev, after.st_ino) == (before.st_dev, before.st_ino)
