from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from celcam.errors import DataError
from celcam.styles import STYLES, find_style
from datasets.report import write_report

Build = Callable[..., object]


@pytest.fixture
def page(build: Build, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (photos / "<b>bold.jpg").write_bytes(b"")
    for number in range(3):
        Image.new("RGB", (20, 20)).save(photos / f"tiny{number}.png")
    monkeypatch.setitem(STYLES, "other", find_style("comic"))
    build(photos, styles=("comic", "other"))
    return write_report(tmp_path / "pairs", tmp_path / "page.html", rows=5).read_text(encoding="utf-8")


def test_the_page_is_self_contained(page: str) -> None:
    assert not re.search(r"https?://|<script|<link|@import", page)
    assert set(re.findall(r'src="([^,"]*)', page)) == {"data:image/jpeg;base64"}


def test_the_page_shows_the_counts(page: str) -> None:
    assert "<b>12</b>photos" in page
    assert "<b>24</b>pairs" in page
    assert "<b>4</b>rejected" in page


def test_the_page_lists_rejected_photos_by_reason_most_frequent_first(page: str) -> None:
    assert page.index("too small") < page.index("empty <span")
    assert "tiny0.png: too small (20x20)" in page


def test_file_names_are_escaped(page: str) -> None:
    assert "&lt;b&gt;bold" in page
    assert "<b>bold" not in page


def test_the_grid_shows_each_photo_with_every_style(page: str) -> None:
    assert page.count("<figure>") == 5
    assert page.count('alt="photo"') == page.count('alt="comic"') == page.count('alt="other"') == 5


def test_the_histograms_count_every_photo(page: str) -> None:
    counts = [int(count) for count in re.findall(r"<title>(\d+) photos</title>", page)]
    assert sum(counts) == 3 * 12


def test_a_folder_without_pairs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="datasets build"):
        write_report(tmp_path, tmp_path / "page.html", rows=5)
    (tmp_path / "manifest.jsonl").write_text("")
    with pytest.raises(DataError, match="empty"):
        write_report(tmp_path, tmp_path / "page.html", rows=5)
