"""Adam, and Muon, which trains these small networks better in the same number of steps. For every Keras backend."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from celcam.errors import UnknownNameError

# Adam updates narrower matrices than this: the few channels of a picture, the one of a verdict.
NARROWEST = 16
# The average over the first t steps reaches back about t / 9 steps, as TensorFlow's ExponentialMovingAverage does.
AVERAGE_WARM_UP = 9


class _EarlyAverage:
    """Weight averaging (EMA) that is useful from the first steps on.

    With a fixed momentum of 0.999 the first, random weights still make up a third of the average after 1,000 steps.
    Here the momentum of step t is t / (t + `AVERAGE_WARM_UP`) until that exceeds ``ema_momentum``.
    """

    use_ema: bool
    ema_momentum: float
    iterations: Any
    _model_variables_moving_average: Any

    def _update_model_variables_moving_average(self, trainable_variables: Any) -> None:
        if not self.use_ema:
            return
        steps = ops.cast(self.iterations, "float32")
        share = 1.0 - ops.minimum(self.ema_momentum, steps / (steps + AVERAGE_WARM_UP))
        for variable, average in zip(trainable_variables, self._model_variables_moving_average, strict=True):
            if average is not None:
                average.assign(average + ops.cast(share, variable.dtype) * (variable - average))

    def _overwrite_model_variables_with_average_value(self, trainable_variables: Any) -> None:
        # A copy: JAX refuses to train a model on if weight and average are the same buffer.
        for variable, average in zip(trainable_variables, self._model_variables_moving_average, strict=True):
            if average is not None:
                variable.assign(ops.copy(average))


class _OwnRates:
    """Some variables have a rate of their own.

    For the discriminator: Heusel et al., "GANs Trained by a Two Time-Scale Update Rule" (2017).
    """

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.shares: dict[str, float] = {}  # of the rate, by the path of the variable; set it before `build`

    def build(self, variables: Any) -> None:
        """Prepare the steps of ``variables``."""
        # Fine-tuning passes variables of TensorFlow, which have no path.
        self._shares = [self.shares.get(getattr(variable, "path", ""), 1.0) for variable in variables]
        super().build(variables)  # type: ignore[misc]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """The step of one variable, at its own rate."""
        share = self._shares[self._get_variable_index(variable)]  # type: ignore[attr-defined]
        super().update_step(gradient, variable, learning_rate * share)  # type: ignore[misc]


@keras.saving.register_keras_serializable(package="celcam")
class AveragingAdam(_OwnRates, _EarlyAverage, keras.optimizers.Adam):  # type: ignore[misc]
    """Adam whose weight average has a warm-up."""


@keras.saving.register_keras_serializable(package="celcam")
class ConvMuon(_OwnRates, _EarlyAverage, keras.optimizers.Muon):  # type: ignore[misc]
    """Muon for convolutions: each kernel is the matrix that takes a window of the input to the output's channels.

    Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024), with the step size of Liu et al.,
    "Muon is Scalable for LLM Training" (2025). Adam updates biases, norms and narrow kernels. Keras' own Muon leaves
    all convolutions to Adam.
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
        adversarial: whether a discriminator is trained: Adam's first momentum is then 0.5, as in pix2pix, else 0.9.
        ema: momentum of the averaged weights; 0 keeps no average.

    Raises:
        UnknownNameError: there is none of that name.
    """
    beta = 0.5 if adversarial else 0.9
    averaging = {"use_ema": ema > 0, "ema_momentum": ema}
    if name == "adam":
        return AveragingAdam(learning_rate, beta_1=beta, **averaging)
    if name == "muon":
        return ConvMuon(learning_rate, adam_beta_1=beta, weight_decay=None, adam_weight_decay=None, **averaging)
    raise UnknownNameError("optimizer", name, ("adam", "muon"))


def _matrix_shape(variable: Any) -> tuple[int, int]:
    *window, outputs = variable.shape
    return math.prod(window), outputs
