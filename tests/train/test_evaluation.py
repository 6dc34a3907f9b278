from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.image_io import write_image
from celcam.media.photos import read_image
from train.__main__ import main


@pytest.fixture
def photos(photo: Uint8Array, tmp_path: Path) -> Path:
    for number in range(2):
        write_image(tmp_path / "photos" / "below" / f"{number}.png", photo[: 200 + 100 * number, :300])
    (tmp_path / "photos" / "notes.txt").write_text("no photo")
    return tmp_path / "photos"


def rows_of(printed: str) -> dict[str, list[float]]:
    rows = [line.split() for line in printed.splitlines()]
    return {row[0]: [float(figure) for figure in row[-7:-4]] for row in rows if row[:1] in (["network"], ["photo"])}


def test_the_network_is_compared_with_the_identity_baseline(
    smoke_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(smoke_run), "--sheet", str(tmp_path / "sheet.png")]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("2 pictures of the test split")
    assert printed.splitlines()[-1] == str(tmp_path / "sheet.png")
    rows = rows_of(printed)
    for psnr_db, ssim, edge_f1 in (rows["network"], rows["photo"]):
        assert 5 < psnr_db < 50
        assert 0 < ssim < 1
        assert 0 < edge_f1 < 1


def test_the_style_of_the_run_draws_the_target_of_new_photos(
    smoke_run: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.png"
    words = ["evaluate", str(smoke_run), "--photos", str(photos), "--size", "64", "--sheet", str(sheet)]
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("2 pictures of")
    height, width = read_image(sheet).shape[:2]
    assert height > 2 * 256
    assert width > 3 * 256


def test_the_target_has_perfect_figures_and_the_photo_has_not(photos: Path) -> None:
    from train.evaluation import evaluate, photos_to_draw

    pairs = photos_to_draw(photos, "comic", 64)
    drawn_by = {read()[0].tobytes(): read()[1] for read in pairs}
    result = evaluate(lambda rgb_u8: drawn_by[rgb_u8.tobytes()], pairs, quiet=True)
    assert result.network.psnr_db == 100
    assert result.network.ssim == pytest.approx(1)
    assert result.network.edge_f1 == 1
    assert evaluate(lambda rgb_u8: rgb_u8, pairs, quiet=True).network == result.photo
    assert result.photo.ssim < 0.9


def test_photos_are_drawn_at_the_requested_size(photos: Path) -> None:
    from train.evaluation import photos_to_draw

    for read in photos_to_draw(photos, "comic", 48):
        photo, cartoon = read()
        assert photo.shape == cartoon.shape
        assert min(photo.shape[:2]) == 48
        assert not np.array_equal(photo, cartoon)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--photos", "nowhere"), "nowhere: no photo in it"),
        (("--photos", "a", "--video", "b"), "--photos and --video: expected one of them"),
        (("--split", "exam"), "unknown split 'exam'"),
        (("--video", "nowhere.mp4"), "nowhere.mp4: not a readable video"),
        (("--frames", "1"), "--frames 1: expected 2 or more"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    smoke_run: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], message: str
) -> None:
    assert main(["evaluate", str(smoke_run), *more]) == 2
    error = capsys.readouterr().err.strip()
    assert message in error
    assert "\n" not in error
