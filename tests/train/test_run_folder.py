from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celcam.arrays import FloatArray
from celcam.errors import DataError
from train.run_folder import Progress, find_checkpoint, load_checkpoint, save_checkpoint, trim_log

HEADER = "epoch,loss,val_ssim\r\n"
ROWS = ["0,8.7,0.61\r\n", "1,7.9,0.64\r\n", "2,7.1,0.66\r\n"]


@pytest.mark.parametrize(
    ("text", "epochs", "ssims"),
    [
        (HEADER + "".join(ROWS), 3, [0.61, 0.64, 0.66]),
        (HEADER + "".join(ROWS), 2, [0.61, 0.64]),
        (HEADER + ROWS[0] + ROWS[1] + "2,7", 3, [0.61, 0.64]),
        (HEADER + ROWS[0] + ROWS[1] + "2,7.1,", 3, [0.61, 0.64]),
        (HEADER + ROWS[0] + ROWS[1] + "2,7.1,0.6", 3, [0.61, 0.64]),
        (HEADER + ROWS[0] + ROWS[1] + "2,7\r\n", 3, [0.61, 0.64]),
        (HEADER[:-2], 3, []),
        (HEADER + ROWS[0] + "\0" * 40, 3, [0.61]),
        (HEADER + ROWS[0], 3, [0.61]),
        ("epoch,lo", 3, []),
        ("", 3, []),
    ],
)
def test_a_log_damaged_by_a_power_failure_is_read_up_to_the_damage(
    tmp_path: Path, text: str, epochs: int, ssims: list[float]
) -> None:
    (tmp_path / "log.csv").write_bytes(text.encode())
    assert trim_log(tmp_path, epochs) == ssims
    left = (tmp_path / "log.csv").read_bytes()
    assert left.endswith(b"\n") == text.startswith(HEADER)
    assert bool(left) == text.startswith(HEADER)  # to an empty file Keras writes the header again
    assert trim_log(tmp_path, epochs) == ssims


def test_without_a_log_there_is_nothing_to_trim(tmp_path: Path) -> None:
    assert trim_log(tmp_path, 3) == []
    assert list(tmp_path.iterdir()) == []


def write_checkpoint(run: Path, epochs: int) -> Path:
    folder = run / f"checkpoint-{epochs:05d}"
    folder.mkdir()
    (folder / "state.json").write_text(json.dumps({"epochs": epochs, "steps": 1, "elapsed_s": 1}))
    (folder / "model.weights.h5").write_bytes(b"weights")
    return folder


def test_the_newest_checkpoint_has_the_largest_number(tmp_path: Path) -> None:
    for epochs in (99_999, 100_000):
        write_checkpoint(tmp_path, epochs)
    checkpoint = find_checkpoint(tmp_path)
    assert checkpoint is not None
    assert checkpoint.progress.epochs == 100_000


@pytest.mark.parametrize("state", [None, "", "[]", '{"epochs": "two"}', "\0\0"])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, state: str | None) -> None:
    folder = write_checkpoint(tmp_path, 2)
    (folder / "state.json").unlink()
    if state is not None:
        (folder / "state.json").write_text(state)
    with pytest.raises(DataError, match=r"state\.json: can't be read .*; start a new run with --init"):
        find_checkpoint(tmp_path)


@pytest.mark.parametrize("name", ["state.json", "model.weights.h5"])
def test_an_empty_file_in_the_newest_checkpoint_leaves_the_one_before(name: str, tmp_path: Path) -> None:
    write_checkpoint(tmp_path, 1)
    (write_checkpoint(tmp_path, 2) / name).write_bytes(b"")
    checkpoint = find_checkpoint(tmp_path)
    assert checkpoint is not None
    assert checkpoint.progress.epochs == 1
    shutil.rmtree(tmp_path / "checkpoint-00001")
    with pytest.raises(DataError, match="start a new run with --init"):
        find_checkpoint(tmp_path)


def test_a_checkpoint_brings_the_random_state_of_dropout_back(tmp_path: Path) -> None:
    import keras

    def build() -> Any:
        photo = keras.Input((4,))
        model = keras.Model(photo, keras.layers.Dropout(0.5)(keras.layers.Dense(4)(photo)))
        model.compile(optimizer="sgd", loss="mse")
        return model

    def draw(model: Any) -> list[FloatArray]:
        return [np.asarray(model(np.ones((1, 4), np.float32), training=True)) for _ in range(3)]

    model = build()
    draw(model)
    save_checkpoint(tmp_path, model, Progress(1, 2, 3.0))
    checkpoint = find_checkpoint(tmp_path)
    assert checkpoint is not None
    assert checkpoint.progress == Progress(1, 2, 3.0)
    resumed = build()
    load_checkpoint(resumed, checkpoint)
    assert all(np.array_equal(one, other) for one, other in zip(draw(model), draw(resumed), strict=True))


def test_a_damaged_checkpoint_gives_way_to_the_new_one(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.layers.Dense(2)])
    model.build((None, 4))
    model.compile(optimizer="sgd", loss="mse")
    save_checkpoint(tmp_path, model, Progress(1, 1, 1.0))
    damaged = tmp_path / "checkpoint-00002"
    damaged.mkdir()
    (damaged / "state.json").write_bytes(b"")
    save_checkpoint(tmp_path, model, Progress(2, 2, 2.0))
    checkpoint = find_checkpoint(tmp_path)
    assert checkpoint is not None
    assert checkpoint.progress == Progress(2, 2, 2.0)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-00002"]
