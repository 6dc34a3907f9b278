"""No run of the app replaces a file that it reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from celcam.image_io import write_image
from celcam.media.photos import read_image
from edge_app.__main__ import main

SIZE = ("--size", "64x48")


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    Path("link").symlink_to("photos")
    write_image(Path("photos/a.png"), np.full((48, 64, 3), 200, np.uint8))
    return tmp_path / "photos" / "a.png"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("photos/", "--to", "photos/", "--overwrite"), "is the source itself"),
        (("photos/", "--to", "link/", "--overwrite"), "is the source itself"),
        (("photos/", "--to", "photos/", "new/", "--overwrite"), "is the source itself"),
        (("photos/a.png", "--to", "link/a.png", "null.png", "--overwrite"), "is the source itself"),
        (("photos/a.png", "--to", "photos/", "new.png", "--overwrite"), "is the source itself"),
        (("photos/a.png", "--to", "new.png", "--stats", "photos/../link/a.png"), "--stats"),
        (("photos/a.png", "--to", "x.png", "./x.png"), "names a sink twice"),
        (("photos/a.png", "--to", "photos/x.png", "link/X.png"), "names a sink twice"),
        (("photos/a.png", "--to", "out.png", "--stats", "out.png"), "--stats out.png: is also the file of --to"),
        (("photos/a.png", "--to", "photos/", "photos/b.png"), "its folder gets the same picture"),
    ],
)
def test_an_original_is_not_replaced(
    words: tuple[str, ...], message: str, photo: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, *SIZE]) == 2
    assert message in capfd.readouterr().err
    assert (read_image(photo) == 200).all()


def test_a_folder_next_to_the_originals_is_written(photo: Path) -> None:
    assert main(["photos/", "--to", "new/", "more/", *SIZE]) == 0
    assert Path("new/a.png").is_file()
    assert Path("more/a.png").is_file()
