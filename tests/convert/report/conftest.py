from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from celcam.paths import ROOT
from convert.__main__ import main
from convert.report import probe
from tests.convert.report.measured import Report

CLIP = ROOT / "edge_app" / "samples" / "street_walk.mp4"


@pytest.fixture(scope="session")
def report(lab: Path, pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A page from few runs and frames, without MobileNetV2, which takes long to make; its figures are in cards too."""
    import convert.report.page
    from convert.report import assess, flicker, speed
    from convert.report.assess import Assessment

    measured = []

    def measure(*args: Any, **options: Any) -> Assessment:
        measured.append(assess.assess(*args, **options))
        return measured[-1]

    models = tmp_path_factory.mktemp("measured") / "lab"
    shutil.copytree(lab, models)
    clips = tmp_path_factory.mktemp("clips")
    shutil.copy(CLIP, clips)
    out = tmp_path_factory.mktemp("report") / "page.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speed, "TIMED_RUNS", 3)
        patch.setattr(flicker, "CLIP_FRAMES", 3)
        patch.setattr(speed, "mobilenet_call", lambda threads: lambda: sum(range(10_000)))
        patch.setattr(probe, "STARTS", 1)
        patch.setattr(convert.report.page, "assess", measure)
        words = ["--pairs", str(pairs), "--clips", str(clips), "--out", str(out), "--jobs", "1", "--cards"]
        assert main(["report", str(models), *words]) == 0
    return Report(out, measured[0], models)
