"""Pix2Pix as an ordinary Keras model: one optimizer, `compute_loss`, `fit` (Isola et al., 2017).

Works unchanged on the TensorFlow, JAX and PyTorch backends. Pictures are ``(B, H, W, 3) float32``, 0..1.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from train.losses import find_adversarial_loss, line_loss, ssim_loss


class Pix2Pix(keras.Model):  # type: ignore[misc]
    """Generator and, unless ``adversarial_weight`` is 0, the discriminator that judges it.

    The loss is ``l1_weight * L1 + adversarial_weight * adversarial + discriminator``, and what else of
    `train.losses` has a weight. The adversarial term sees the discriminator's variables behind ``stop_gradient`` and
    the discriminator term the generator's output behind it, so each network follows its own loss although one optimizer
    moves both.
    """

    def __init__(
        self,
        generator: Any,
        discriminator: Any,
        *,
        l1_weight: float,
        adversarial_weight: float,
        adversarial: str = "hinge",
        line_weight: float = 0.0,
        ssim_weight: float = 0.0,
    ) -> None:
        super().__init__(name="pix2pix")
        self.generator = generator
        self.discriminator: Any = discriminator if adversarial_weight > 0 else None
        self.l1_weight, self.adversarial_weight = l1_weight, adversarial_weight
        self.line_weight, self.ssim_weight = line_weight, ssim_weight
        self.adversarial = find_adversarial_loss(adversarial)
        self.l1_mean = keras.metrics.Mean(name="l1")
        self.adversarial_mean = keras.metrics.Mean(name="adversarial")
        self.discriminator_mean = keras.metrics.Mean(name="discriminator")

    def call(self, photo: Any, training: bool = False) -> Any:
        """The cartoon of ``photo``; both ``(B, H, W, 3)``."""
        return self.generator(photo, training=training)

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The loss of photos ``x``, cartoons ``y`` and drawn pictures ``y_pred``."""
        l1 = ops.mean(ops.abs(y - y_pred))
        self.l1_mean.update_state(l1)
        loss = self.l1_weight * l1
        if self.line_weight > 0:
            loss = loss + self.line_weight * line_loss(y, y_pred)
        if self.ssim_weight > 0:
            loss = loss + self.ssim_weight * ssim_loss(y, y_pred)
        if self.discriminator is not None:
            adversarial = self.adversarial.generator(self._judge_frozen(x, y_pred))
            real = self.discriminator(ops.concatenate([x, y], axis=-1))
            drawn = self.discriminator(ops.concatenate([x, ops.stop_gradient(y_pred)], axis=-1))
            judged = self.adversarial.discriminator(real, drawn)
            self.adversarial_mean.update_state(adversarial)
            self.discriminator_mean.update_state(judged)
            loss = loss + self.adversarial_weight * adversarial + judged
        return loss

    def _judge_frozen(self, photo: Any, drawn: Any) -> Any:
        """The verdict on ``drawn``, with gradients for the generator alone."""
        frozen = [ops.stop_gradient(variable.value) for variable in self.discriminator.trainable_variables]
        logits, _ = self.discriminator.stateless_call(
            frozen, self.discriminator.non_trainable_variables, ops.concatenate([photo, drawn], axis=-1)
        )
        return logits
