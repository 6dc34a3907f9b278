"""What moves the weights: Adam, or Muon, which brings these small networks further in as many steps.

Works on every Keras backend.
"""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from celcam.errors import UnknownNameError

# Narrower matrices than this are left to Adam: a picture's few channels, a verdict's one.
NARROWEST = 16


@keras.saving.register_keras_serializable(package="celcam")
class ConvMuon(keras.optimizers.Muon):  # type: ignore[misc]
    """Muon for convolutions: each kernel is the matrix that takes a window of the input to the output's channels.

    Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024), with the step size of Liu et al.,
    "Muon is Scalable for LLM Training" (2025). Biases, norms and narrow kernels are Adam's. Keras' own Muon leaves
    convolutions to Adam.
    """

    def _should_use_adamw(self, variable: Any) -> bool:
        return len(variable.shape) < 2 or min(_matrix_shape(variable)) < NARROWEST

    def _muon_update_step(self, gradient: Any, variable: Any, lr: Any, m: Any) -> None:
        self.assign_add(m, ops.add(gradient, m * (self.momentum - 1)))
        ahead = ops.reshape(ops.add(gradient, self.momentum * m), _matrix_shape(variable))
        step = self.lr_adjust(self.zeropower_via_newtonschulz5(ahead, self.ns_steps))
        self.assign_sub(variable, ops.cast(lr, variable.dtype) * ops.reshape(step, variable.shape))


def build_optimizer(name: str, learning_rate: float, *, adversarial: bool, ema: float) -> Any:
    """The optimizer called ``name``.

    Args:
        name: adam or muon.
        learning_rate: the peak.
        adversarial: a game of two forgets sooner: 0.5 is pix2pix's, for the rest 0.9, Adam's own.
        ema: momentum of the averaged weights; 0 keeps none.

    Raises:
        UnknownNameError: there is none of that name.
    """
    beta = 0.5 if adversarial else 0.9
    averaging = {"use_ema": ema > 0, "ema_momentum": ema}
    if name == "adam":
        return keras.optimizers.Adam(learning_rate, beta_1=beta, **averaging)
    if name == "muon":
        return ConvMuon(learning_rate, adam_beta_1=beta, weight_decay=None, adam_weight_decay=None, **averaging)
    raise UnknownNameError("optimizer", name, ("adam", "muon"))


def _matrix_shape(variable: Any) -> tuple[int, int]:
    *window, outputs = variable.shape
    return math.prod(window), outputs
