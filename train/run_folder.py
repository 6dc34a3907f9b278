"""A run's folder: its config, its generator, its checkpoints, its pictures and logs.

runs/NAME/config.json               every option, the preset's numbers, versions and the pairs' recipe
          generator.weights.h5      the generator after the last epoch
          checkpoint-00012/         model and optimizer after epoch 12, and how far that is; the newest is kept
          samples/epoch-00012.png   photo, teacher, network
          log.csv  tensorboard/     losses and validation figures of each epoch
"""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from celcam.errors import DataError
from celcam.image_io import write_whole
from train.generators import build_any_generator
from train.run_config import read_config

LOG_NAME = "log.csv"
WEIGHTS_NAME = "generator.weights.h5"


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    epochs: int = 0
    steps: int = 0
    elapsed_s: float = 0.0


@dataclass(frozen=True)
class Checkpoint:
    """A saved state of model and optimizer."""

    folder: Path
    progress: Progress

    @property
    def weights(self) -> Path:
        """The file of weights in it."""
        return self.folder / "model.weights.h5"


def sample_path(run: Path, epoch: int) -> Path:
    """Where the sample grid drawn after ``epoch`` epochs lies."""
    return run / "samples" / f"epoch-{epoch:05d}.png"


def save_checkpoint(run: Path, model: Any, progress: Progress) -> None:
    """Save model and optimizer; the folder appears whole, then the older ones go."""
    folder, temporary = run / f"checkpoint-{progress.epochs:05d}", run / "checkpoint.part"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    model.save_weights(temporary / "model.weights.h5")
    (temporary / "state.json").write_text(json.dumps(asdict(progress)))
    older = list(run.glob("checkpoint-*"))
    temporary.rename(folder)
    for old in older:
        shutil.rmtree(old)


def find_checkpoint(run: Path) -> Checkpoint | None:
    """The newest checkpoint of ``run``, if there is one."""
    folders = sorted(run.glob("checkpoint-*"))
    if not folders:
        return None
    state = json.loads((folders[-1] / "state.json").read_text())
    return Checkpoint(folders[-1], Progress(**state))


def trim_log(run: Path, epochs: int) -> list[float]:
    """Cut the log to the first ``epochs``: one that was logged but not saved is trained again.

    Returns:
        The validation SSIM of each epoch that is left.
    """
    path = run / LOG_NAME
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)[: 1 + epochs]
    write_whole(path, "".join(lines).encode())
    return [float(row["val_ssim"]) for row in csv.DictReader(lines)]


def save_generator(run: Path, generator: Any) -> None:
    """Save the generator's weights, whole or not at all."""
    temporary = run / f"part-{WEIGHTS_NAME}"
    generator.save_weights(temporary)
    temporary.replace(run / WEIGHTS_NAME)


def load_generator(run: Path, keras: Any) -> Any:
    """The run's generator with its weights, as a model of Keras 3.

    Raises:
        DataError: the run has no weights yet, or they are another network's.
    """
    generator = build_any_generator(read_config(run).recipe.generator, keras)
    path = run / WEIGHTS_NAME
    if not path.is_file():
        raise DataError(f"{path}: missing; train the run to the end of its first epoch")
    try:
        generator.load_weights(path)
    except (ValueError, OSError) as error:
        raise DataError(f"{path}: not the weights of this run's generator ({error}); train the run again") from error
    return generator
