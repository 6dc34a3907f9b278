"""Rounds kernels to int8 so that the errors of the weights cancel in the output of the layer.

If each weight is rounded to the nearest step, errors add up for inputs that are correlated: the 25 weights of the first
convolution all see the brightness of the photo. So weights are rounded one after another, and the weights that are left
compensate the error of the last one, for the inputs that photos give: Frantar et al., "GPTQ: Accurate Post-Training
Quantization for Generative Pre-trained Transformers" (2023), applied to convolutions. The bias has 32 bits and comes
last. Before it is rounded, each layer is fitted to the inputs that it gets from the rounded layers before it.
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
# Damping of the covariance, relative to its mean diagonal. It keeps weights unchanged that no photo distinguishes.
DAMPING = 1e-4
# Candidates for the range of a channel, as shares of its largest weight. Larger weights are clipped.
SHARES = tuple(np.linspace(1.0, 0.7, 13))


def with_rounded_kernels(reference: Any, photos: FloatArray, *, quiet: bool = False) -> Any:
    """A network like ``reference`` whose kernels hold int8 steps only; the converter then finds the same steps.

    Args:
        reference: a functional tf_keras model from photo to cartoon, ``(B, H, W, 3)``, with rounded tensors
            (`convert.ranges.with_ranges`); it is not changed. Weights that are 0 stay 0.
        photos: ``(N, H, W, 3) float32``, 0..1; they give the inputs of the layers.
        quiet: no progress bar.

    Returns:
        A functional tf_keras model of the same layers.
    """
    rounded = copy_of(reference)
    convolutions = [layer.name for layer in rounded.layers if isinstance(layer, tf_keras.layers.Conv2D)]
    for name in tqdm(convolutions, unit="layer", desc="rounding kernels", disable=quiet or None):
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
    """Round weights to int8 steps so that the output of the layer changes as little as possible.

    Args:
        weights: ``(I + 1, O) float64`` of a layer with I inputs; the bias is the last row.
        covariance: ``(I + 1, I + 1) float64``, the means of the products of two inputs; the input of the bias is 1.
        zeros: ``(I + 1, O) bool``, the weights that must be 0.

    Returns:
        The weights, ``(I + 1, O)``. The largest weight of each output is `MOST_STEPS` steps, which defines the step.
        The bias is not rounded.
    """
    # Row i says how the weights after i compensate an error in weight i.
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
        # The converter assigns 127 steps to the largest weight. With another largest weight it would round differently.
        better = (error < best_error) & (np.abs(found[:-1]).max(0) > (MOST_STEPS - 0.5) * steps)
        best[:, better], best_error[better] = found[:, better], error[better]
    return best


def _nearest(weights: FloatArray, steps: FloatArray, zeros: BoolArray) -> FloatArray:
    return np.where(zeros, 0.0, np.clip(np.rint(weights / steps), -MOST_STEPS, MOST_STEPS) * steps)


def _covariances(seen: Any, expected: Any, layer: Any, photos: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Covariance of a layer's inputs in the rounded network, and cross-covariance with those in the reference."""
    covariance = crossed = np.zeros(())
    positions = 0
    for photo in photos:
        inputs, wanted = (_windows(model(photo[np.newaxis], training=False), layer) for model in (seen, expected))
        covariance = covariance + (inputs.T @ inputs).astype(np.float64)
        crossed = crossed + (inputs.T @ wanted).astype(np.float64)
        positions += len(inputs)
    return covariance / positions, crossed / positions


def _windows(values: Any, layer: Any) -> FloatArray:
    """The inputs of a convolution at each position, ``(N, I + 1) float32``; the last is 1 if it has a bias, else 0."""
    sizes, strides = (1, *layer.kernel_size, 1), (1, *layer.strides, 1)
    windows = tf.image.extract_patches(values, sizes, strides, (1, 1, 1, 1), layer.padding.upper()).numpy()
    flat = windows.reshape(-1, windows.shape[-1])
    return np.concatenate([flat, np.full((len(flat), 1), layer.use_bias, np.float32)], axis=1)
