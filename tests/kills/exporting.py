"""An export that is killed: it ends with the files of an undisturbed one."""

from __future__ import annotations

from pathlib import Path

from tests.kills.children import Child
from tests.kills.job import Job, KillError, contents, require_equal
from tests.kills.training import TrainingJob


class ExportingJob(Job):
    """``python -m convert export RUN --recipe float32 int8-qat``, with few photos and steps."""

    name = "export"
    done_already = ("exists; add --overwrite",)

    def prepare(self, folder: Path) -> None:
        """Train a run, and import the converter."""
        training = TrainingJob()
        training.prepare(folder)
        self._run = folder / "run"
        child = Child(lambda: training.train(self._run), folder / "train.log")
        if child.wait(600.0) not in (0, 2):
            raise KillError(f"no run to export; see {folder / 'train.log'}")
        import convert.export  # noqa: F401

    def work(self, place: Path) -> int:
        """Export, or continue the export."""
        from convert import range_fit, variants
        from convert.__main__ import main

        variants.CALIBRATION_PHOTOS, range_fit.STEPS = 4, 20
        words = ["export", str(self._run), "--recipe", "float32", "int8-qat", "--out", str(place / "models")]
        return main([*words, "--steps", "6"])

    def check(self, place: Path, reference: Path) -> None:
        """Models and cards are those of the undisturbed export, and nothing else is left."""
        require_equal(contents(place / "models"), contents(reference / "models"))
