"""TensorBoard: curves, histograms of the weights and each epoch's sample grid. It needs TensorFlow, whatever trains."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import keras
import numpy as np

from celcam.image_io import read_image
from train.run_folder import sample_path


def board_callbacks(run: Path) -> list[Any]:
    """What writes ``run``'s TensorBoard folder; nothing where TensorFlow is not installed."""
    if importlib.util.find_spec("tensorflow") is None:
        return []
    folder = run / "tensorboard"
    return [keras.callbacks.TensorBoard(str(folder), histogram_freq=1), SampleBoard(run, folder / "samples")]


class SampleBoard(keras.callbacks.Callback):  # type: ignore[misc]
    """Shows the sample grid that was drawn after the epoch."""

    def __init__(self, run: Path, folder: Path) -> None:
        super().__init__()
        import tensorflow as tf

        self._run, self._summary = run, tf.summary
        self._writer = tf.summary.create_file_writer(str(folder))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Pass the grid on."""
        sheet = read_image(sample_path(self._run, epoch + 1))
        with self._writer.as_default():
            self._summary.image("photo, teacher, network", sheet[np.newaxis], step=epoch + 1)
        self._writer.flush()

    def on_train_end(self, logs: Any = None) -> None:
        """Close the file."""
        self._writer.close()
