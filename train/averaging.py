"""The moving average (EMA) of the weights, which is better than the weights of any single step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras


@contextmanager
def averaged_weights(model: Any) -> Iterator[None]:
    """Inside, the model has its averaged weights, if its optimizer averages; afterwards its own weights again."""
    # With mixed precision, a wrapper that scales the loss holds the optimizer.
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
