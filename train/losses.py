"""The terms of the loss, on any backend. Pictures are ``(B, H, W, 3) float32``, 0..1, verdicts ``(B, h, w, 1)``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops

from celcam.errors import UnknownNameError

# Window and constants of Wang et al. (2004), as in `celcam.metrics`, for pictures of 0..1.
WINDOW_SIZE, WINDOW_SIGMA = 11, 1.5
C1, C2 = 0.01**2, 0.03**2


@dataclass(frozen=True)
class AdversarialLoss:
    """What generator and discriminator want of the verdicts."""

    generator: Callable[[Any], Any]  # of the verdicts on drawn pictures
    discriminator: Callable[[Any, Any], Any]  # of the verdicts on real and on drawn pictures


ADVERSARIAL_LOSSES = {
    # Lim and Ye, "Geometric GAN" (2017).
    "hinge": AdversarialLoss(
        lambda drawn: -ops.mean(drawn),
        lambda real, drawn: ops.mean(ops.relu(1.0 - real)) + ops.mean(ops.relu(1.0 + drawn)),
    ),
    # Mao et al., "Least Squares Generative Adversarial Networks" (2017).
    "lsgan": AdversarialLoss(
        lambda drawn: ops.mean(ops.square(drawn - 1.0)),
        lambda real, drawn: ops.mean(ops.square(real - 1.0)) + ops.mean(ops.square(drawn)),
    ),
    # Cross-entropy, as in pix2pix: Goodfellow et al., "Generative Adversarial Nets" (2014), not saturating.
    "bce": AdversarialLoss(
        lambda drawn: ops.mean(ops.softplus(-drawn)),
        lambda real, drawn: ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(drawn)),
    ),
}


def find_adversarial_loss(name: str) -> AdversarialLoss:
    """The adversarial loss called ``name``; raises UnknownNameError, which lists those that exist."""
    try:
        return ADVERSARIAL_LOSSES[name]
    except KeyError:
        raise UnknownNameError("adversarial loss", name, ADVERSARIAL_LOSSES) from None


def line_loss(cartoon: Any, drawn: Any) -> Any:
    """L1 at the teacher's lines: each pixel counts by the range of gray, 0..1, among its neighbours in the cartoon."""
    gray = ops.mean(cartoon, axis=-1, keepdims=True)
    pool = {"pool_size": 3, "strides": 1, "padding": "same", "data_format": "channels_last"}
    lines = ops.max_pool(gray, **pool) + ops.max_pool(-gray, **pool)
    return ops.mean(lines * ops.abs(cartoon - drawn))


def ssim_loss(cartoon: Any, drawn: Any) -> Any:
    """1 minus structural similarity (Wang et al., 2004), which is 0 for equal pictures."""
    mean_a, mean_b = _window(cartoon), _window(drawn)
    variance_a = _window(cartoon * cartoon) - mean_a**2
    variance_b = _window(drawn * drawn) - mean_b**2
    covariance = _window(cartoon * drawn) - mean_a * mean_b
    likeness = ((2 * mean_a * mean_b + C1) * (2 * covariance + C2)) / (
        (mean_a**2 + mean_b**2 + C1) * (variance_a + variance_b + C2)
    )
    return 1.0 - ops.mean(likeness)


def _window(picture: Any) -> Any:
    """Each pixel's mean under a Gaussian window, which lies inside the picture."""
    offsets = np.arange(WINDOW_SIZE) - WINDOW_SIZE // 2
    weights = np.exp(-(offsets**2) / (2 * WINDOW_SIGMA**2)).astype(np.float32)
    kernel = np.tile((weights / weights.sum())[:, np.newaxis, np.newaxis, np.newaxis], (1, 1, 3, 1))
    for turned in (kernel, kernel.swapaxes(0, 1)):
        picture = ops.depthwise_conv(picture, ops.convert_to_tensor(turned), data_format="channels_last")
    return picture
