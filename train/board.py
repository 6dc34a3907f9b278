"""TensorBoard: curves, weight histograms and the sample grid of each epoch. Needs TensorFlow with every backend."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import keras
import numpy as np

from celcam.media.photos import read_image
from celcam.native_messages import native_messages_off
from train.run_folder import sample_path


def board_callbacks(run: Path) -> list[Any]:
    """The callbacks that write the TensorBoard folder of ``run``; none if TensorFlow is not installed."""
    if importlib.util.find_spec("tensorflow") is None:
        return []
    folder = run / "tensorboard"
    return [keras.callbacks.TensorBoard(str(folder), histogram_freq=1), SampleBoard(run, folder / "samples")]


class SampleBoard(keras.callbacks.Callback):  # type: ignore[misc]
    """Shows the sample grid of each epoch."""

    def __init__(self, run: Path, folder: Path) -> None:
        super().__init__()
        with native_messages_off():
            import tensorflow as tf

        self._run, self._summary = run, tf.summary
        self._writer = tf.summary.create_file_writer(str(folder))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write the grid."""
        sheet = read_image(sample_path(self._run, epoch + 1))
        with self._writer.as_default():
            self._summary.image("photo, target, network", sheet[np.newaxis], step=epoch + 1)
        self._writer.flush()

    def on_train_end(self, logs: Any = None) -> None:
        """Close the file."""
        self._writer.close()
