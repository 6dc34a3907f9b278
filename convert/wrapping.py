"""A tf_keras network made anew from another: a copy, or one whose convolutions stand in wrappers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tf_keras


def with_wrapped_convolutions(model: Any, wrap: Callable[[Any], Any]) -> Any:
    """A functional model of the same layers, each convolution as ``wrap`` gives it back."""
    return tf_keras.models.clone_model(
        model, clone_function=lambda layer: wrap(layer) if isinstance(layer, tf_keras.layers.Conv2D) else layer
    )


def copy_of(model: Any) -> Any:
    """A functional model of layers of its own that draws the same."""
    copy = tf_keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy
