"""The terms of the loss, on any backend. Pictures are ``(B, H, W, 3) float32``, 0..1, logits ``(B, h, w, 1)``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops

from celcam.arrays import FloatArray
from celcam.errors import UnknownNameError
from train.recipe import SSIM_WINDOW

# Window and constants of Wang et al. (2004), as in `celcam.metrics`, for pictures of 0..1.
WINDOW_SIZE, WINDOW_SIGMA = SSIM_WINDOW, 1.5
C1, C2 = 0.01**2, 0.03**2
WINDOW_STRIDE = 2
# A network's sharpest border overshoots within this many pixels.
HALO_REACH = 3
# Pixels down and right from the first view of a place to the second. They are not all on one diagonal, so that the
# network treats all pixels of its 2x2 grid alike.
VIEW_SHIFTS = ((0, 1), (1, 0), (1, 1), (1, 2))


@dataclass(frozen=True)
class AdversarialLoss:
    """The loss of generator and discriminator on the logits."""

    generator: Callable[[Any], Any]  # of the logits of drawn pictures
    discriminator: Callable[[Any, Any], Any]  # of the logits of real and of drawn pictures


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
    """L1 at the lines of the target: the weight of a pixel is the range of gray, 0..1, among its neighbours there."""
    dark, light = _range(ops.mean(cartoon, axis=-1, keepdims=True), 1)
    return ops.mean((light - dark) * ops.abs(cartoon - drawn))


def overshoot_loss(cartoon: Any, drawn: Any) -> Any:
    """How far pixels next to borders leave the range of their neighbours in the target: halos along lines.

    The weight of a pixel is the range of gray, 0..1, within `HALO_REACH` pixels of it in the target. A border may be
    blurred or moved by a pixel without a loss, which L1 sees, but not be lighter or darker than both of its sides.
    """
    low, high = _range(cartoon, 1)
    dark, light = _range(ops.mean(cartoon, axis=-1, keepdims=True), HALO_REACH)
    outside = ops.relu(drawn - high) + ops.relu(low - drawn)
    return ops.mean((light - dark) * outside)


def feature_loss(real: Sequence[Any], drawn: Sequence[Any]) -> Any:
    """L1 between the discriminator's hidden layers (feature matching).

    Wang et al., "High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs" (2018).

    Args:
        real: the output of each hidden layer for photo and cartoon, ``(B, h, w, C)``.
        drawn: the same for photo and drawn picture.
    """
    return sum(
        ops.mean(ops.abs(ops.cast(a, "float32") - ops.cast(b, "float32"))) for a, b in zip(real, drawn, strict=True)
    )


def temporal_consistency_loss(drawn: Any) -> Any:
    """Temporal consistency: L1 between the outputs for two views of the same place, on the pixels that both show.

    Eilertsen et al., "Single-frame Regularization for Temporally Stable CNNs" (2019). `train.batches.CropBatches` makes
    such batches with ``views``: the second half shows the places of the first half, moved by `VIEW_SHIFTS` in turn and
    with another camera degradation.
    """
    places = ops.shape(drawn)[0] // 2
    _, height, width, channels = drawn.shape
    total = 0.0
    for number, (down, right) in enumerate(VIEW_SHIFTS):
        one = drawn[number : places : len(VIEW_SHIFTS), down:, right:]
        other = drawn[places + number :: len(VIEW_SHIFTS), : height - down, : width - right]
        total = total + ops.sum(ops.abs(one - other))
    return total / ops.cast(places * height * width * channels, "float32")


def ssim_loss(cartoon: Any, drawn: Any) -> Any:
    """1 minus structural similarity (Wang et al., 2004), which is 0 for equal pictures.

    Windows are `WINDOW_STRIDE` pixels apart: a sample of those that `celcam.metrics` takes, in a third of the time.
    """
    height, width = cartoon.shape[1:3]
    down, across = (ops.convert_to_tensor(_window_rows(side)) for side in (height, width))
    mean_a, mean_b, square_a, square_b, product = (
        _windows(plane, down, across) for plane in (cartoon, drawn, cartoon * cartoon, drawn * drawn, cartoon * drawn)
    )
    variance_a, variance_b = square_a - mean_a**2, square_b - mean_b**2
    covariance = product - mean_a * mean_b
    likeness = ((2 * mean_a * mean_b + C1) * (2 * covariance + C2)) / (
        (mean_a**2 + mean_b**2 + C1) * (variance_a + variance_b + C2)
    )
    return 1.0 - ops.mean(likeness)


def _range(picture: Any, reach: int) -> tuple[Any, Any]:
    """The least and the largest value among the neighbours within ``reach`` pixels of each pixel."""
    pool = {"pool_size": 2 * reach + 1, "strides": 1, "padding": "same", "data_format": "channels_last"}
    return -ops.max_pool(-picture, **pool), ops.max_pool(picture, **pool)


def _window_rows(side: int) -> FloatArray:
    """A Gaussian window at each position inside a line of ``side`` pixels: ``(positions, side) float32``."""
    offsets = np.arange(WINDOW_SIZE) - WINDOW_SIZE // 2
    weights = np.exp(-(offsets**2) / (2 * WINDOW_SIGMA**2)).astype(np.float32)
    starts = range(0, side - WINDOW_SIZE + 1, WINDOW_STRIDE)
    rows = np.zeros((len(starts), side), np.float32)
    for row, start in zip(rows, starts, strict=True):
        row[start : start + WINDOW_SIZE] = weights / weights.sum()
    return rows


def _windows(picture: Any, down: Any, across: Any) -> Any:
    """The mean under each window, ``(B, h, 3, w)``, by matrix products: on a CPU twice as fast as a convolution."""
    _, height, width, channels = picture.shape
    lines = ops.matmul(down, ops.reshape(picture, (-1, height, width * channels)))  # (B, h, W 3)
    lines = ops.transpose(ops.reshape(lines, (-1, down.shape[0], width, channels)), (0, 1, 3, 2))  # (B, h, 3, W)
    return ops.matmul(lines, ops.transpose(across))
