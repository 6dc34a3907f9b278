"""The running average of the weights, which draws more steadily than the weights of any one step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras


@contextmanager
def averaged_weights(model: Any) -> Iterator[None]:
    """Inside, the model has its averaged weights, where its optimizer keeps some; afterwards its own again."""
    # Under mixed precision the optimizer is wrapped in one that scales the loss.
    if not getattr(model.optimizer, "inner_optimizer", model.optimizer).use_ema:
        yield
        return
    swap = keras.callbacks.SwapEMAWeights()
    swap.set_model(model)
    swap.on_test_begin()
    try:
        yield
    finally:
        swap.on_test_end()
