"""The callbacks of `fit`: budget and learning rate, validation with pictures, checkpoints."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
from tqdm import tqdm

from celcam.arrays import Uint8Array
from celcam.comparison import View, compare, mean_likeness
from celcam.errors import TrainingError
from celcam.image_io import write_image
from celcam.sheet import contact_sheet
from train.averaging import averaged_weights
from train.draw import draw
from train.generators import AnyGeneratorSpec, build_any_generator
from train.recipe import Budget
from train.run_folder import Progress, begin_checkpoint, sample_path, save_checkpoint, save_generator

# Adam's first steps are large: the learning rate rises to its peak over this share of the budget.
WARM_UP = 0.01


class BudgetCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Sets the learning rate (a rise, then a cosine to 0), shows progress, and stops when the budget is used."""

    def __init__(
        self,
        budget: Budget,
        learning_rate: float,
        *,
        done: Progress,
        clock: Callable[[], float] = time.monotonic,
        quiet: bool = False,
    ) -> None:
        super().__init__()
        self._budget, self._peak, self._done, self._clock, self._quiet = budget, learning_rate, done, clock, quiet
        self._started_s = clock() - done.elapsed_s
        self._bar: Any = None
        self._epochs, self._steps, self._steps_before_epoch = done.epochs, done.steps, done.steps

    @property
    def progress(self) -> Progress:
        """The progress of the run, including the part before a resume."""
        return Progress(self._epochs, self._steps, self._clock() - self._started_s)

    @property
    def spent(self) -> float:
        """The share of the budget that is used, 0..1."""
        progress = self.progress
        return self._budget.spent(progress.steps, progress.elapsed_s)

    def on_train_begin(self, logs: Any = None) -> None:
        """Show the bar: it fills with the budget, whether that is steps or minutes."""
        self._bar = tqdm(
            total=1.0,
            initial=self.spent,
            disable=self._quiet or None,  # None: not shown unless stderr is a terminal
            bar_format="{percentage:3.0f}%|{bar}| {elapsed} spent, {remaining} left{postfix}",
        )

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Remember the step count: Keras counts from 0 in each epoch."""
        self._steps_before_epoch = self._steps

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the learning rate of the next steps."""
        self.model.optimizer.learning_rate = self._peak * learning_rate_share(self.spent)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Count the steps up to ``batch``; stop when the budget is used.

        Raises:
            TrainingError: the loss is NaN or infinite.
        """
        self._steps = self._steps_before_epoch + batch + 1
        if logs is not None and not math.isfinite(logs["loss"]):
            raise TrainingError(
                f"the loss is {logs['loss']} at step {self._steps}; the checkpoint before it is kept: lower "
                "--learning-rate and add --resume"
            )
        spent = self.spent
        self._bar.update(spent - self._bar.n)
        if spent >= 1.0:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add the progress to the logs."""
        self._epochs = epoch + 1
        if logs is not None:
            progress = self.progress
            logs["steps"], logs["minutes"] = float(progress.steps), progress.elapsed_s / 60

    def show(self, **figures: float) -> None:
        """Show figures after the bar, or without a bar on a line of their own."""
        shown = {name: f"{value:.4f}" for name, value in figures.items()}
        if not self._bar.disable:
            self._bar.set_postfix(shown)
        elif not self._quiet:
            progress = self.progress
            left_min = progress.elapsed_s / 60 * (1 / self.spent - 1)
            figures_text = ", ".join(f"{name} {value}" for name, value in shown.items())
            print(f"{progress.steps} steps, {figures_text}, {left_min:.0f} min left", file=sys.stderr, flush=True)

    def on_train_end(self, logs: Any = None) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.close()


def learning_rate_share(spent: float) -> float:
    """The learning rate over its peak: a linear rise, then a cosine to 0 (Loshchilov and Hutter, "SGDR", 2017)."""
    if spent < WARM_UP:
        return max(spent / WARM_UP, 0.05)
    return 0.5 * (1 + math.cos(math.pi * (spent - WARM_UP) / (1 - WARM_UP)))


class ValidationCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Measures whole validation pictures after each epoch and draws a grid of some of them."""

    def __init__(
        self,
        pairs: Sequence[tuple[Uint8Array, Uint8Array]],
        run: Path,
        budget: BudgetCallback,
        spec: AnyGeneratorSpec,
        drawn: int = 6,
    ) -> None:
        super().__init__()
        self._pairs, self._run, self._budget, self._drawn = pairs, run, budget, drawn
        self._spec = spec
        self._twin: Any = None  # of float32, for a generator that trains in half precision

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Put ``val_psnr_db`` and ``val_ssim`` into the logs; write the sample grid."""
        with averaged_weights(self.model):
            generator = self._in_float32(self.model.generator)
            results = [draw(generator, photo, self._spec.size_multiple) for photo, _ in self._pairs]
        both = zip(results, self._pairs, strict=True)
        mean = mean_likeness(compare(View(target), View(result)) for result, (_, target) in both)
        if logs is not None:
            logs["val_psnr_db"], logs["val_ssim"] = mean.psnr_db, mean.ssim
            self._budget.show(l1=logs["l1"], val_ssim=mean.ssim)
        rows = [(*pair, result) for pair, result in zip(self._pairs[: self._drawn], results, strict=False)]
        sheet = contact_sheet(rows, height=256, titles=("photo", "target", "network"))
        write_image(sample_path(self._run, epoch + 1), sheet)

    def _in_float32(self, generator: Any) -> Any:
        """The generator as it will be used: half precision would draw at half the levels."""
        if all(layer.compute_dtype == "float32" for layer in generator.layers):
            return generator
        if self._twin is None:
            self._twin = build_any_generator(self._spec, keras)
        self._twin.set_weights(generator.get_weights())
        return self._twin


class CheckpointCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Saves model, optimizer and generator after each epoch; stops a run that no longer improves.

    Without ``patience`` the saved generator is that of the last epoch, and only the budget ends the run. With it, the
    saved generator is that of the epoch with the best validation SSIM, and the run ends ``patience`` epochs later.
    """

    def __init__(self, run: Path, budget: BudgetCallback, patience: int = 0, before: Sequence[float] = ()) -> None:
        """``before`` are the validation SSIMs of the epochs before a resume."""
        super().__init__()
        self._run, self._budget, self._patience, self._ssims = run, budget, patience, list(before)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Save the generator with its averaged weights, and the checkpoint with those that training continues from."""
        self._ssims.append(logs["val_ssim"] if logs else 0.0)
        best = self._ssims.index(max(self._ssims))
        begin_checkpoint(self._run)
        if not self._patience or best == len(self._ssims) - 1:
            with averaged_weights(self.model):
                save_generator(self._run, self.model.generator)
        save_checkpoint(self._run, self.model, self._budget.progress)
        if self._patience and len(self._ssims) - 1 - best >= self._patience:
            self.model.stop_training = True
