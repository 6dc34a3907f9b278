"""The docs: links lead somewhere, and the recipe for a new style works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from celcam.manifest import read_manifest
from celcam.media.photos import read_image
from celcam.metrics import ssim
from celcam.pixels import resize
from celcam.styles import stroke_scale

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def anchors_of(page: Path) -> set[str]:
    """The anchors that GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_or_heading_of_the_project(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{link}: no such file"
        assert not anchor or anchor in anchors_of(target), f"{link}: no such heading"


def test_the_recipe_for_a_new_style_draws_alike_at_any_size() -> None:
    page = (ROOT / "docs" / "looks.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, object] = {"__name__": __name__}
    exec(re.sub(r"^   ", "", block, flags=re.MULTILINE), names)
    style = names["Gouache"]()  # type: ignore[operator]
    (path,) = (ROOT / "datasets" / "samples").glob("*coffee*")
    large = resize(read_image(path), (576, 384))
    small = resize(large, (288, 192))
    drawn = style.draw(small, stroke_scale(small))
    assert drawn.shape == small.shape
    assert ssim(drawn, small) < 0.8
    alike, unscaled = (
        ssim(drawn, resize(style.draw(large, scale), (288, 192)))
        for scale in (stroke_scale(large), stroke_scale(small))
    )
    assert alike > 0.93
    assert alike > unscaled + 0.05


def test_the_script_of_the_page_on_own_pairs_makes_pictures_that_can_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datasets.__main__ import main

    page = (ROOT / "docs" / "own-pairs.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    both, pairs = tmp_path / "both", tmp_path / "pairs"
    monkeypatch.setattr("sys.argv", ["grey_and_color.py", str(ROOT / "datasets" / "samples"), str(both)])
    exec(script, {})
    words = ["import", "--side-by-side", str(both), "--style", "color", "--size", "64", "--jobs", "1"]
    assert main([*words, "--out", str(pairs)]) == 0
    assert len(read_manifest(pairs)) == 19
