"""The folder of a run: its config, generator, checkpoints, pictures and logs.

runs/NAME/config.json               the recipe, the versions and how the pairs were built (`train.run_config`)
          generator.weights.h5      the generator after the last epoch
          checkpoint-00012/         model and optimizer after epoch 12, and the progress; the newest is kept
          samples/epoch-00012.png   photo, target, network
          log.csv  tensorboard/     losses and validation figures of each epoch
"""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from celcam.errors import DataError, MediaError
from celcam.image_io import write_whole
from celcam.text_files import read_json
from celcam.typed_json import build
from train.generators import build_any_generator
from train.run_config import read_config

LOG_NAME, STATE_NAME = "log.csv", "state.json"
WEIGHTS_NAME = "generator.weights.h5"
# Exists while generator and checkpoint are being saved, so that a kill between the two is seen.
PART_NAME = "checkpoint.part"


@dataclass(frozen=True)
class Progress:
    """How much of a run is done."""

    epochs: int = 0
    steps: int = 0
    elapsed_s: float = 0.0


@dataclass(frozen=True)
class Checkpoint:
    """A saved state of model and optimizer."""

    folder: Path
    progress: Progress
    seeds: list[list[int]] = field(default_factory=list)  # of dropout, in the order of the layers

    @property
    def weights(self) -> Path:
        """The file of weights in it."""
        return self.folder / "model.weights.h5"


def sample_path(run: Path, epoch: int) -> Path:
    """The path of the sample grid that is drawn after ``epoch`` epochs."""
    return run / "samples" / f"epoch-{epoch:05d}.png"


def begin_checkpoint(run: Path) -> None:
    """Mark that the generator and then the checkpoint are being saved; `save_checkpoint` ends it."""
    (run / PART_NAME).mkdir(parents=True, exist_ok=True)


def save_checkpoint(run: Path, model: Any, progress: Progress) -> None:
    """Save model, optimizer and random state; the folder is complete and on the disk before older ones are deleted."""
    folder, temporary = run / f"checkpoint-{progress.epochs:05d}", run / PART_NAME
    begin_checkpoint(run)
    for path in temporary.iterdir():
        path.unlink()
    model.save_weights(temporary / "model.weights.h5")
    seeds = [np.asarray(state).tolist() for state in _random_states(model)]
    (temporary / STATE_NAME).write_text(json.dumps({**asdict(progress), "seeds": seeds}))
    for path in (*temporary.iterdir(), temporary):
        _sync(path)
    shutil.rmtree(folder, ignore_errors=True)  # a damaged one, which this run did not resume from
    older = list(run.glob("checkpoint-*"))
    temporary.rename(folder)
    _sync(run)
    for old in older:
        shutil.rmtree(old)


def find_checkpoint(run: Path) -> Checkpoint | None:
    """The newest whole checkpoint of ``run``, None if it has no checkpoint; raises DataError if all are damaged."""
    prefix = "checkpoint-"
    numbers = {path: path.name.removeprefix(prefix) for path in run.glob(f"{prefix}*")}
    folders = {int(number): path for path, number in numbers.items() if number.isdecimal()}
    damage: DataError | None = None
    for _, folder in sorted(folders.items(), reverse=True):
        try:
            return _read_checkpoint(folder)
        except DataError as error:
            damage = damage or error
    if damage is not None:
        raise damage
    return None


def _read_checkpoint(folder: Path) -> Checkpoint:
    path = folder / STATE_NAME
    try:
        fields = read_json(path)
        progress: Progress = build(Progress, fields)
        seeds = [[int(number) for number in state] for state in fields.get("seeds", [])]
    except (MediaError, ValueError, TypeError) as error:
        raise DataError(f"{path}: can't be read ({error}); start a new run with --init {folder.parent}") from error
    checkpoint = Checkpoint(folder, progress, seeds)
    if not checkpoint.weights.is_file() or not checkpoint.weights.stat().st_size:
        problem = "can't be read (missing or empty); start a new run"
        raise DataError(f"{checkpoint.weights}: {problem} with --init {folder.parent}")
    return checkpoint


def load_checkpoint(model: Any, checkpoint: Checkpoint) -> None:
    """Load model, optimizer and random state from ``checkpoint``; raises DataError if its weights are damaged."""
    try:
        model.load_weights(checkpoint.weights)
    except (ValueError, OSError, KeyError) as error:
        run = checkpoint.folder.parent
        raise DataError(f"{checkpoint.weights}: can't be read ({error}); start a new run with --init {run}") from error
    states = _random_states(model)
    if len(states) == len(checkpoint.seeds):  # a run of an older version has none
        for state, seed in zip(states, checkpoint.seeds, strict=True):
            state.assign(seed)


def _random_states(model: Any) -> list[Any]:
    """The variables of dropout, which Keras does not save with the weights."""
    saved = {id(variable) for variable in model.weights}
    return [variable for variable in model.variables if id(variable) not in saved]


def _sync(path: Path) -> None:
    """Flush a file or a folder to the disk, so that a power failure leaves it whole."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def trim_log(run: Path, epochs: int) -> list[float]:
    """Cut the log to the first ``epochs``: an epoch that was logged but not saved is trained again.

    Rows that a power failure damaged are dropped.

    Returns:
        The validation SSIM of each epoch that is left.
    """
    path = run / LOG_NAME
    if not path.is_file():
        return []
    # The text after the last line end is torn; without one, even the header is.
    lines = [line.rstrip("\r") for line in path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]]
    if not lines:
        write_whole(path, b"")
        return []
    head, *rows = lines[: 1 + epochs]
    names = head.split(",")
    whole = [row for row in rows if row.count(",") == len(names) - 1 and "\0" not in row]
    write_whole(path, "".join(f"{line}\n" for line in (head, *whole)).encode())
    return [float(row["val_ssim"]) for row in csv.DictReader([head, *whole]) if _is_number(row.get("val_ssim"))]


def _is_number(text: str | None) -> bool:
    try:
        return math.isfinite(float(text or ""))
    except ValueError:
        return False


def save_generator(run: Path, generator: Any) -> None:
    """Save the generator's weights atomically."""
    temporary = run / f"part-{WEIGHTS_NAME}"
    generator.save_weights(temporary)
    _sync(temporary)
    temporary.replace(run / WEIGHTS_NAME)


def require_weights(run: Path) -> Path:
    """The file with the weights of ``run``'s generator; raises DataError if the run has none yet."""
    path = run / WEIGHTS_NAME
    if not path.is_file():
        raise DataError(f"{path}: missing; train the run to the end of its first epoch")
    return path


def load_generator(run: Path, keras: Any) -> Any:
    """The run's generator with its weights, as a model of Keras 3.

    Raises:
        DataError: the run has no weights yet, or they are another network's.
    """
    generator = build_any_generator(read_config(run).recipe.generator, keras)
    path = require_weights(run)
    try:
        generator.load_weights(path)
    except (ValueError, OSError) as error:
        raise DataError(f"{path}: not the weights of this run's generator ({error}); train the run again") from error
    return generator
