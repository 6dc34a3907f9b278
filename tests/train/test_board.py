from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from celcam.media.photos import decode_image, read_image


def test_tensorboard_shows_curves_and_the_grid_of_each_epoch(smoke_run: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # type: ignore[import-untyped]

    curves = EventAccumulator(str(smoke_run / "tensorboard" / "train")).Reload()
    assert {"epoch_loss", "epoch_l1"} <= set(curves.Tags()["tensors"])
    board = EventAccumulator(str(smoke_run / "tensorboard" / "samples"), size_guidance={"tensors": 0}).Reload()
    events = board.Tensors("photo, target, network")
    assert [event.step for event in events] == [1, 2]
    width, height, picture = events[-1].tensor_proto.string_val
    shown = decode_image(picture, Path("board.png"))
    assert shown.shape == (int(height), int(width), 3)
    assert (shown == read_image(smoke_run / "samples" / "epoch-00002.png")).all()


def test_training_without_tensorflow_writes_no_tensorboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from train.board import board_callbacks

    assert len(board_callbacks(tmp_path)) == 2
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert board_callbacks(tmp_path) == []
