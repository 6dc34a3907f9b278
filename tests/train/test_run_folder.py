from __future__ import annotations

import json
from pathlib import Path

import pytest

from celcam.errors import DataError
from train.run_folder import find_checkpoint, trim_log

HEADER = "epoch,loss,val_ssim\r\n"
ROWS = ["0,8.7,0.61\r\n", "1,7.9,0.64\r\n", "2,7.1,0.66\r\n"]


@pytest.mark.parametrize(
    ("text", "epochs", "ssims"),
    [
        (HEADER + "".join(ROWS), 3, [0.61, 0.64, 0.66]),
        (HEADER + "".join(ROWS), 2, [0.61, 0.64]),
        (HEADER + ROWS[0] + ROWS[1] + "2,7", 3, [0.61, 0.64]),
        (HEADER + ROWS[0] + ROWS[1] + "2,7.1,", 3, [0.61, 0.64]),
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
    assert (tmp_path / "log.csv").read_bytes().endswith(b"\n")
    assert trim_log(tmp_path, epochs) == ssims


def test_without_a_log_there_is_nothing_to_trim(tmp_path: Path) -> None:
    assert trim_log(tmp_path, 3) == []
    assert list(tmp_path.iterdir()) == []


def test_the_newest_checkpoint_has_the_largest_number(tmp_path: Path) -> None:
    for epochs in (99_999, 100_000):
        folder = tmp_path / f"checkpoint-{epochs:05d}"
        folder.mkdir()
        (folder / "state.json").write_text(json.dumps({"epochs": epochs, "steps": 1, "elapsed_s": 1}))
    checkpoint = find_checkpoint(tmp_path)
    assert checkpoint is not None
    assert checkpoint.progress.epochs == 100_000


@pytest.mark.parametrize("state", [None, "", "[]", '{"epochs": "two"}', "\0\0"])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, state: str | None) -> None:
    (tmp_path / "checkpoint-00002").mkdir()
    if state is not None:
        (tmp_path / "checkpoint-00002" / "state.json").write_text(state)
    with pytest.raises(DataError, match=r"state\.json: can't be read .*; start a new run with --init"):
        find_checkpoint(tmp_path)
