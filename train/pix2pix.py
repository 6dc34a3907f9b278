"""Pix2Pix as an ordinary Keras model: one optimizer, `compute_loss`, `fit` (Isola et al., 2017).

Works unchanged on the TensorFlow, JAX and PyTorch backends. Pictures are ``(B, H, W, 3) float32``, 0..1.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
from keras import ops

from train.discriminators import patch_stride
from train.losses import (
    feature_loss,
    find_adversarial_loss,
    line_loss,
    overshoot_loss,
    ssim_loss,
    temporal_consistency_loss,
)
from train.recipe import LossWeights

# Odd, so that offsets visit every place of a grid whose side is a power of two before one comes again.
OFFSET_STEP = 11


class Pix2Pix(keras.Model):  # type: ignore[misc]
    """Generator and, unless ``weights.adversarial`` is 0, the discriminator that judges it.

    The loss is ``weights.l1 * L1 + weights.adversarial * adversarial + discriminator``, plus the other terms of
    `train.losses` that have a weight. The adversarial term sees the discriminator's variables through
    ``stop_gradient``, and the discriminator term sees the generator's output through it. So each network follows its
    own loss, although one optimizer updates both.

    A distillation teacher is a trained generator whose output is a second target; it does not change (Hinton et al.,
    "Distilling the Knowledge in a Neural Network", 2015).
    """

    def __init__(self, generator: Any, discriminator: Any, weights: LossWeights, *, teacher: Any = None) -> None:
        super().__init__(name="pix2pix")
        self.generator = generator
        self.discriminator: Any = discriminator if weights.adversarial > 0 else None
        self.weights_of_terms = weights
        if self.discriminator is not None:
            self.stride = patch_stride(discriminator)
            self.offset = self.add_weight(shape=(), initializer="zeros", dtype="int32", trainable=False, name="offset")
        # A function, not a part of the model: its variables are neither trained nor saved.
        self.ask_teacher: Any = partial(teacher, training=False) if teacher is not None else None
        self.adversarial = find_adversarial_loss(weights.adversarial_kind)
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
        weights = self.weights_of_terms
        y_pred = ops.cast(y_pred, "float32")  # half precision with a mixed policy
        l1 = ops.mean(ops.abs(y - y_pred))
        self.l1_mean.update_state(l1)
        loss = weights.l1 * l1
        if weights.line > 0:
            loss = loss + weights.line * line_loss(y, y_pred)
        if weights.overshoot > 0:
            loss = loss + weights.overshoot * overshoot_loss(y, y_pred)
        if weights.ssim > 0:
            loss = loss + weights.ssim * ssim_loss(y, y_pred)
        if weights.temporal > 0:
            loss = loss + weights.temporal * temporal_consistency_loss(y_pred)
        if weights.distill > 0:
            target = ops.stop_gradient(self.ask_teacher(x))
            loss = loss + weights.distill * ops.mean(ops.abs(target - y_pred))
        if self.discriminator is not None:
            loss = loss + self._adversarial_loss(x, y, y_pred, training)
        return loss

    def _adversarial_loss(self, photo: Any, cartoon: Any, drawn: Any, training: bool) -> Any:
        """The terms of both networks that the discriminator decides."""
        weights = self.weights_of_terms
        photo, cartoon, drawn = self._off_the_grid([photo, cartoon, drawn], training)
        *seen, verdict = self._judge_frozen(photo, drawn)
        adversarial = self.adversarial.generator(verdict)
        real = ops.concatenate([photo, cartoon], axis=-1)
        fake = ops.concatenate([photo, ops.stop_gradient(drawn)], axis=-1)
        *features, verdicts = self.discriminator(ops.concatenate([real, fake], axis=0), training=training)
        judged = self.adversarial.discriminator(*ops.split(verdicts, 2, axis=0))
        self.adversarial_mean.update_state(adversarial)
        self.discriminator_mean.update_state(judged)
        loss = weights.adversarial * adversarial + judged
        if weights.feature > 0:
            of_real = [ops.stop_gradient(ops.split(feature, 2, axis=0)[0]) for feature in features]
            loss = loss + weights.feature * feature_loss(of_real, seen)
        return loss

    def _off_the_grid(self, pictures: list[Any], training: bool) -> list[Any]:
        """``pictures``, cropped by an offset that differs from step to step.

        Strided convolutions look at every picture on the same grid. With a fixed grid a generator learns to please the
        verdicts at their places alone, and draws dots there.
        """
        stride = self.stride
        top, left = self.offset // stride, self.offset % stride
        if training:
            self.offset.assign((self.offset + OFFSET_STEP) % stride**2)
        _, height, width, channels = pictures[0].shape
        shape = (ops.shape(pictures[0])[0], height - stride + 1, width - stride + 1, channels)
        return [ops.slice(picture, (0, top, left, 0), shape) for picture in pictures]

    def _judge_frozen(self, photo: Any, drawn: Any) -> Any:
        """Hidden layers and logits of the discriminator for ``drawn``, with gradients for the generator only."""
        frozen = [ops.stop_gradient(variable.value) for variable in self.discriminator.trainable_variables]
        outputs, _ = self.discriminator.stateless_call(
            frozen, self.discriminator.non_trainable_variables, ops.concatenate([photo, drawn], axis=-1)
        )
        return outputs
