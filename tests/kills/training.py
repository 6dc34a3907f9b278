"""A training that is killed: it ends with the weights and the log of an undisturbed one."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.kills.job import Job, KillError

EPOCHS = 5
TOLERANCE = 1e-5


class TrainingJob(Job):
    """``python -m train --preset smoke``, five epochs of a step; repeated with ``--resume``."""

    name = "train"
    done_already = ("trained for its whole budget already",)

    def prepare(self, folder: Path) -> None:
        """Build pairs of the bundled photos, and import Keras."""
        self.pairs = folder / "pairs"
        if not (self.pairs / "manifest.jsonl").exists():
            from datasets.__main__ import main

            if main(["build", "--out", str(self.pairs), "--sizes", "64", "--jobs", "1"]):
                raise KillError("no pairs to train on")
        from train.runtime import load_keras

        load_keras()
        import train.run_start
        import train.training  # noqa: F401

    def work(self, place: Path) -> int:
        """Train, or resume a run that has begun."""
        return self.train(place / "run")

    def train(self, run: Path) -> int:
        """Train ``run``, or resume it if it has begun."""
        from train.__main__ import main

        words = ["--pairs", str(self.pairs), "--out", str(run), "--preset", "smoke"]
        words += ["--steps", str(EPOCHS), "--steps-per-epoch", "1"]
        return main([*words, *(["--resume"] if (run / "config.json").exists() else [])])

    def check(self, place: Path, reference: Path) -> None:
        """The log has each epoch once, and the weights are those of the undisturbed run."""
        run = place / "run"
        steps = [row["steps"] for row in csv.DictReader((run / "log.csv").read_text().splitlines())]
        if steps != [f"{number}.0" for number in range(1, EPOCHS + 1)]:
            raise KillError(f"{run / 'log.csv'}: has the steps {' '.join(steps)}")
        _require_same_weights(run / "generator.weights.h5", reference / "run" / "generator.weights.h5")
        if not (run / f"checkpoint-{EPOCHS:05d}" / "state.json").exists():
            raise KillError(f"{run}: the last checkpoint is missing")


def _require_same_weights(found: Path, expected: Path) -> None:
    import h5py  # type: ignore[import-untyped]
    import numpy as np

    with h5py.File(found) as one, h5py.File(expected) as other:
        names: list[str] = []
        other.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        differences = [float(np.abs(np.asarray(one[name]) - np.asarray(other[name])).max()) for name in names]
    if not names or max(differences) > TOLERANCE:
        raise KillError(f"{found}: differs by up to {max(differences):.2g} from the weights of an undisturbed run")
