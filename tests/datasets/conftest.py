"""Fixtures for the tests of ``datasets``: photos, a clip, small builds."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from datasets.build import BuildResult, build_pairs
from datasets.pair import Plan
from datasets.workers import LocalWorkers
from tests.datasets.builds import Build, Contents

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "datasets" / "samples"
CLIP = ROOT / "edge_app" / "samples" / "street_walk.mp4"


@pytest.fixture
def samples() -> list[Path]:
    return sorted(SAMPLES.glob("*.jpg"))


@pytest.fixture
def clip() -> Path:
    return CLIP


@pytest.fixture
def photo(samples: list[Path]) -> Image.Image:
    """A small real photo without symmetry: 240x160."""
    with Image.open(samples[6]) as picture:
        return picture.convert("RGB").resize((240, 160))


@pytest.fixture
def photos(tmp_path: Path, samples: list[Path]) -> Path:
    """A folder of small real photos, some of them in a subfolder."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    for number, path in enumerate(samples[:12]):
        with Image.open(path) as picture:
            picture.thumbnail((200, 200))
            picture.save(folder / ("more" if number % 3 == 0 else "") / path.name)
    return folder


class InlineWorkers(LocalWorkers):
    """Draws in this process, which saves the time to start another."""

    def __init__(self, jobs: int) -> None:
        del jobs

    def run(self, work, tasks):  # type: ignore[no-untyped-def]
        for task in tasks:
            yield task, work(task)

    def close(self) -> None:
        pass


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """`build_pairs` at a small size in this process, or in ``jobs`` processes."""

    def call(*sources: Path, out: Path | None = None, jobs: int = 0, **options: object) -> BuildResult:
        plan_options: dict[str, object] = {"styles": ("comic",), "sizes": (64,), "suffix": ".png"}
        plan_options |= {"max_megapixels": 100.0}
        plan_options |= {name: options.pop(name) for name in list(options) if name in plan_options}
        with monkeypatch.context() as patch:
            if not jobs:
                patch.setattr("datasets.workers.LocalWorkers", InlineWorkers)
            plan = Plan(out or tmp_path / "pairs", **plan_options)  # type: ignore[arg-type]
            return build_pairs(sources, plan, jobs=jobs or 1, quiet=True, **options)  # type: ignore[arg-type]

    return call


@pytest.fixture
def contents() -> Contents:
    """The contents of every file in a folder, by relative path; two equal builds agree in all of them."""

    def read(folder: Path) -> dict[str, bytes]:
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    return read
