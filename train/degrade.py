"""Camera degradation: an augmentation of the input only; the network learns to undo the faults of a cheap camera."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.image_io import encode_image
from celcam.media.photos import decode_image

# Of the places that a batch shows. The others stay clean: photos of a good camera must not look worse.
DEGRADED_SHARE = 0.5
# Of the degraded photos: the share with each fault, and its range. One without blur and JPEG always has noise.
EXPOSURE_SHARE, EXPOSURE = 0.5, (0.96, 1.04)
CAST_SHARE, CAST = 0.3, (0.98, 1.02)
BLUR_SHARE, BLUR_SIGMA = 0.3, (0.3, 0.8)  # pixels
NOISE_SHARE, NOISE_LEVELS = 0.7, (0.5, 8.0)  # standard deviation, 0..255; log-uniform
JPEG_SHARE, JPEG_QUALITY = 0.5, (50, 95)


def jitter_exposure(rgb_u8: Uint8Array, rng: np.random.Generator) -> Uint8Array:
    """Exposure and white-balance jitter of a degraded photo, each on some photos.

    Both views of a place get the same jitter: a network that must draw both alike would otherwise draw white and black
    as gray. The jitter is small, because a dim white can't be distinguished from a gray.

    Args:
        rgb_u8: ``(H, W, 3) uint8 RGB``.
        rng: the only source of randomness.

    Returns:
        ``(H, W, 3) uint8 RGB``.
    """
    gains = np.ones(3, np.float32)
    if rng.random() < EXPOSURE_SHARE:
        gains *= np.float32(rng.uniform(*EXPOSURE))
    if rng.random() < CAST_SHARE:
        gains *= rng.uniform(*CAST, 3).astype(np.float32)
    return _to_bytes(rgb_u8 * gains)


def degrade(rgb_u8: Uint8Array, rng: np.random.Generator) -> Uint8Array:
    """Blur, sensor noise and JPEG blocks of a degraded photo, each on some photos, and on each photo at least one.

    Args:
        rgb_u8: ``(H, W, 3) uint8 RGB``.
        rng: the only source of randomness.

    Returns:
        ``(H, W, 3) uint8 RGB``.
    """
    picture: FloatArray = rgb_u8.astype(np.float32)
    has_blur, has_noise, has_blocks = rng.random(3) < (BLUR_SHARE, NOISE_SHARE, JPEG_SHARE)
    if has_blur:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(*BLUR_SIGMA))
    if has_noise or not (has_blur or has_blocks):
        levels = np.exp(rng.uniform(*np.log(NOISE_LEVELS)))
        picture = picture + np.float32(levels) * rng.standard_normal(picture.shape, np.float32)
    noisy = _to_bytes(picture)
    if has_blocks:
        return decode_image(encode_image(noisy, ".jpg", quality=int(rng.integers(*JPEG_QUALITY))), Path("memory.jpg"))
    return noisy


def _to_bytes(values: FloatArray) -> Uint8Array:
    rounded: Uint8Array = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return rounded
