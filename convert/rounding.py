"""Kernels to int8, each weight up or down so that their errors cancel in what the layer draws.

Rounded to the nearest step, errors add up where inputs go together: the 25 weights of the first convolution all see the
brightness of the photo. So weights are rounded one after the other, and those still to come make good what the last one
spoiled, as far as the inputs that photos give allow: Frantar et al., "GPTQ: Accurate Post-Training Quantization for
Generative Pre-trained Transformers" (2023), on convolutions. The bias, which stays 32 bits wide, comes last. Each layer
is first fitted anew to the inputs that the layers before it, already rounded, give it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from tqdm import tqdm

from celcam.arrays import BoolArray, FloatArray
from convert.converter import copy_of

# int8 kernels are symmetric: -127..127 steps.
MOST_STEPS = 127
# Of the mean square of the inputs, added to the square of each: weights that no photo tells apart stay what they are.
DAMPING = 1e-4
# Shares of a channel's largest weight that its range may span: those beyond are clipped.
SHARES = tuple(np.linspace(1.0, 0.7, 13))


def with_rounded_kernels(reference: Any, photos: FloatArray, *, quiet: bool = False) -> Any:
    """A network that draws like ``reference`` with kernels of int8 steps: those that the converter will find again.

    Args:
        reference: a functional tf_keras model from photo to cartoon, ``(B, H, W, 3)``, with what else int8 does to it
            (`convert.ranges.with_ranges`); it is not changed. Weights that are 0 stay 0.
        photos: ``(N, H, W, 3) float32``, 0..1: what the layers' inputs are taken from.
        quiet: no progress bar.

    Returns:
        A functional tf_keras model of the same layers.
    """
    rounded = copy_of(reference)
    convolutions = [layer.name for layer in rounded.layers if isinstance(layer, tf_keras.layers.Conv2D)]
    for name in tqdm(convolutions, unit="layer", desc="rounding kernels", disable=quiet):
        layer = rounded.get_layer(name)
        kernel, *biases = layer.get_weights()
        bias = biases[0] if biases else np.zeros(kernel.shape[-1])
        weights = np.concatenate([kernel.reshape(-1, kernel.shape[-1]), bias[np.newaxis]]).astype(np.float64)
        seen, expected = (tf_keras.Model(each.input, each.get_layer(name).input) for each in (rounded, reference))
        covariance, crossed = _covariances(seen, expected, layer, photos)
        damping = DAMPING * covariance.diagonal().mean() * np.eye(len(covariance))
        fitted = np.linalg.solve(covariance + damping, (crossed + damping) @ weights)
        found = round_weights(fitted, covariance + damping, weights == 0)
        layer.set_weights([found[:-1].reshape(kernel.shape), *([found[-1]] if biases else [])])
    return rounded


def round_weights(weights: FloatArray, covariance: FloatArray, zeros: BoolArray) -> FloatArray:
    """Weights of int8 steps that do nearly what ``weights`` do.

    Args:
        weights: ``(I + 1, O) float64`` of a layer with I inputs, the bias last.
        covariance: ``(I + 1, I + 1) float64``, the mean of the products of any two inputs; the bias reads a 1.
        zeros: ``(I + 1, O) bool``, which of them must be 0.

    Returns:
        The weights, ``(I + 1, O)``. Of each output the largest is `MOST_STEPS` steps, which tells the size of one; the
        bias is not rounded.
    """
    # Row i says how the weights after i make good an error in i.
    remedy = np.linalg.cholesky(np.linalg.inv(covariance)).T
    largest = np.maximum(np.abs(weights[:-1]).max(0), np.finfo(np.float32).tiny)
    best, best_error = weights.copy(), np.full(weights.shape[1], np.inf)
    best[:-1] = _nearest(weights[:-1], largest / MOST_STEPS, zeros[:-1])
    for share in SHARES:
        steps = share * largest / MOST_STEPS
        left, found, error = weights.copy(), np.empty_like(weights), np.zeros(weights.shape[1])
        for row in range(len(weights) - 1):
            found[row] = _nearest(left[row], steps, zeros[row])
            spoiled = (left[row] - found[row]) / remedy[row, row]
            left[row:] -= np.outer(remedy[row, row:], spoiled)
            error += spoiled**2
        found[-1] = left[-1]
        # A converter takes the largest for 127 steps, and would round anew by others.
        better = (error < best_error) & (np.abs(found[:-1]).max(0) > (MOST_STEPS - 0.5) * steps)
        best[:, better], best_error[better] = found[:, better], error[better]
    return best


def _nearest(weights: FloatArray, steps: FloatArray, zeros: BoolArray) -> FloatArray:
    return np.where(zeros, 0.0, np.clip(np.rint(weights / steps), -MOST_STEPS, MOST_STEPS) * steps)


def _covariances(seen: Any, expected: Any, layer: Any, photos: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Of the rounded network's inputs to a layer, and of these and the reference's."""
    covariance = crossed = np.zeros(())
    positions = 0
    for photo in photos:
        inputs, wanted = (_windows(model(photo[np.newaxis], training=False), layer) for model in (seen, expected))
        covariance = covariance + (inputs.T @ inputs).astype(np.float64)
        crossed = crossed + (inputs.T @ wanted).astype(np.float64)
        positions += len(inputs)
    return covariance / positions, crossed / positions


def _windows(values: Any, layer: Any) -> FloatArray:
    """All that a convolution's kernel is laid on, ``(N, I + 1) float32``, with the 1 that its bias reads: 0 without."""
    sizes, strides = (1, *layer.kernel_size, 1), (1, *layer.strides, 1)
    windows = tf.image.extract_patches(values, sizes, strides, (1, 1, 1, 1), layer.padding.upper()).numpy()
    flat = windows.reshape(-1, windows.shape[-1])
    return np.concatenate([flat, np.full((len(flat), 1), layer.use_bias, np.float32)], axis=1)
