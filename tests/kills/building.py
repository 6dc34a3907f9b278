"""A build of pairs that is killed: it ends with the files of an undisturbed one."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.kills.job import Job, contents, require_equal


class BuildingJob(Job):
    """``python -m datasets build --photos photos --out pairs``."""

    name = "build"

    def prepare(self, folder: Path) -> None:
        """Copy eight of the bundled photos, reduced."""
        from PIL import Image

        import datasets.build  # noqa: F401
        from celcam.paths import SAMPLES

        self._photos = folder / "photos"
        shutil.rmtree(self._photos, ignore_errors=True)
        self._photos.mkdir(parents=True)
        for path in sorted(SAMPLES.glob("*.jpg"))[:8]:
            with Image.open(path) as picture:
                picture.thumbnail((160, 160))
                picture.save(self._photos / path.name)

    def work(self, place: Path) -> int:
        """Build, or continue the build."""
        from datasets.__main__ import main

        words = ["build", "--photos", str(self._photos), "--out", str(place / "pairs"), "--sizes", "64"]
        return main([*words, "--jobs", "1"])

    def check(self, place: Path, reference: Path) -> None:
        """Every file is that of the undisturbed build, and no other file is left."""
        require_equal(contents(place / "pairs"), contents(reference / "pairs"))
