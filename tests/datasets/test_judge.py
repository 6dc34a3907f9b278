from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from celcam.errors import CelcamError
from celcam.image_io import write_image
from celcam.media.photos import read_image
from datasets.__main__ import main
from datasets.judge import write_test

RED, GREEN, BLUE = (200, 0, 0), (0, 200, 0), (0, 0, 200)
NAMES = [f"{group}_{number}" for group in ("dogs", "faces") for number in range(4)]


def fill(folder: Path, color: tuple[int, int, int], suffix: str, size_wh: tuple[int, int]) -> Path:
    for name in NAMES:
        write_image(folder / f"{name}{suffix}", np.full((size_wh[1], size_wh[0], 3), color, np.uint8))
    return folder


@pytest.fixture
def a(tmp_path: Path) -> Path:
    return fill(tmp_path / "a", RED, ".png", (96, 64))


@pytest.fixture
def b(tmp_path: Path) -> Path:
    return fill(tmp_path / "b", GREEN, ".jpg", (200, 132))


def firsts(out: Path) -> str:
    return "".join(row["first"] for row in json.loads((out / "key.json").read_text())["rows"])


def color_at(sheet: Path, x: int, y: int) -> str:
    """The name of the strongest channel."""
    return "RGB"[int(read_image(sheet)[y, x].argmax())]


def test_each_sheet_shows_its_rows_in_the_order_of_the_key(a: Path, b: Path, tmp_path: Path) -> None:
    photos = fill(tmp_path / "photos", BLUE, ".png", (300, 200))
    sheets = write_test(a, b, tmp_path / "out", photos=photos, height=100, per_sheet=3, seed=1)
    assert [sheet.name for sheet in sheets] == ["sheet-1.jpg", "sheet-2.jpg", "sheet-3.jpg"]
    rows = firsts(tmp_path / "out")
    for number, first in enumerate(rows):
        sheet, y = sheets[number // 3], 128 * (number % 3) + 50
        shown = "".join(color_at(sheet, 50 + 158 * column, y) for column in range(3))
        assert shown == ("RBG" if first == "A" else "GBR")


def test_both_pictures_of_a_row_have_one_size(a: Path, b: Path, tmp_path: Path) -> None:
    (sheet,) = write_test(a, b, tmp_path / "out", photos=None, height=100, per_sheet=8, seed=1)
    row = read_image(sheet)[50].astype(int)
    red, green = ((row[:, channel] > row[:, 1 - channel] + 100).sum() for channel in (0, 1))
    assert red == pytest.approx(green, abs=2)
    assert red == pytest.approx(151, abs=2)


def test_the_seed_decides_the_order_and_each_side_comes_first_in_half_of_the_rows(
    a: Path, b: Path, tmp_path: Path
) -> None:
    orders = []
    for number, seed in enumerate((1, 1, 2, 3)):
        out = tmp_path / str(number)
        write_test(a, b, out, photos=None, height=64, per_sheet=8, seed=seed)
        orders.append(firsts(out))
    assert orders[0] == orders[1]
    assert len(set(orders)) > 1
    assert all(order.count("A") == 4 for order in orders)


def test_the_form_does_not_give_the_order_away(a: Path, b: Path, tmp_path: Path) -> None:
    assert main(["judge", str(a), str(b), "--out", str(tmp_path / "out"), "--seed", "1"]) == 0
    lines = (tmp_path / "out" / "form.csv").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["row,vote", *(f"{n}," for n in range(1, 9))]


def test_a_test_is_not_overwritten(a: Path, b: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["judge", str(a), str(b), "--out", str(tmp_path / "out")]
    assert main(words) == 0
    key = (tmp_path / "out" / "key.json").read_bytes()
    assert main(words) == 2
    assert "choose another --out" in capsys.readouterr().err
    assert (tmp_path / "out" / "key.json").read_bytes() == key


def remove(folder: Path, name: str) -> None:
    (folder / name).unlink()


def crop(folder: Path) -> None:
    write_image(folder / "dogs_0.png", np.zeros((64, 64, 3), np.uint8))


def double(folder: Path) -> None:
    shutil.copy(folder / "dogs_0.png", folder / "dogs_0.bmp")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ((lambda a: (a / "dogs_1.png").unlink()), "dogs_1 only in "),
        (lambda a: crop(a), "dogs_0.png is 64x64 and "),
        (lambda a: double(a), "dogs_0.bmp and dogs_0.png have one name"),
        (lambda a: shutil.rmtree(a), "no such folder"),
        (lambda a: [path.rename(path.with_suffix(".txt")) for path in a.iterdir()], "contains no picture"),
        (lambda a: (a / "dogs_0.png").write_bytes(b"no"), "not a readable image"),
    ],
)
def test_unfit_folders_are_one_clear_line_and_leave_no_form(
    spoil: Callable[[Path], object], reason: str, a: Path, b: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(a)
    assert main(["judge", str(a), str(b), "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr().err
    assert reason in printed
    assert len(printed.splitlines()) == 1
    assert not (tmp_path / "out" / "form.csv").exists()


def test_a_missing_photo_is_an_error(a: Path, b: Path, tmp_path: Path) -> None:
    photos = fill(tmp_path / "photos", BLUE, ".png", (96, 64))
    remove(photos, "faces_3.png")
    with pytest.raises(CelcamError, match="has no photo for faces_3"):
        write_test(a, b, tmp_path / "out", photos=photos, height=64, per_sheet=8)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--height", "8"], "--height 8: expected 64"),
        (["--per-sheet", "0"], "expected 1 or more"),
        (["--seed", "-1"], "expected 0 or more"),
    ],
)
def test_invalid_options_of_judge_are_an_error(
    words: list[str], reason: str, a: Path, b: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["judge", str(a), str(b), *words]) == 2
    assert reason in capsys.readouterr().err
