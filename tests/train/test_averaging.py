from __future__ import annotations

from typing import Any

import numpy as np


def weight_after(steps: int, ema: float) -> tuple[Any, list[float]]:
    """A model of one weight, and what it was after each step."""
    import keras

    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(0.1, use_ema=ema > 0, ema_momentum=ema), "mse")
    seen: list[float] = []
    for _ in range(steps):
        model.train_on_batch(np.ones((1, 1)), np.full((1, 1), 5.0))
        seen.append(model.get_weights()[0].item())
    return model, seen


def test_the_averaged_weights_are_swapped_in_and_out() -> None:
    from train.averaging import averaged_weights

    model, seen = weight_after(3, 0.5)
    average = seen[0]
    for weight in seen[1:]:
        average = 0.5 * average + 0.5 * weight
    with averaged_weights(model):
        assert np.isclose(model.get_weights()[0].item(), average)
    assert np.isclose(model.get_weights()[0].item(), seen[-1])


def test_without_an_average_no_weights_are_swapped() -> None:
    from train.averaging import averaged_weights

    model, seen = weight_after(2, 0.0)
    with averaged_weights(model):
        assert model.get_weights()[0].item() == seen[-1]
