"""Camera degradation as in `train.degrade`, for a whole batch on the GPU (JAX).

Batches are ``(B, H, W, 3) float32`` of whole levels, 0..255. A key of `jax.random` is the only source of randomness.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import scipy.fft

from train.degrade import (
    BLUR_SHARE,
    BLUR_SIGMA,
    CAST,
    CAST_SHARE,
    EXPOSURE,
    EXPOSURE_SHARE,
    JPEG_QUALITY,
    JPEG_SHARE,
    NOISE_LEVELS,
    NOISE_SHARE,
)

# JPEG's blocks of 8x8, of colour at half the resolution.
BLOCK = 8
SIZE_MULTIPLE = 2 * BLOCK
BLUR_TAPS = np.arange(-3, 4)
# Annex K of the standard (ITU-T T.81, 1992), for brightness and for colour.
BRIGHTNESS_TABLE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)
COLOUR_TABLE = np.full((BLOCK, BLOCK), 99)
COLOUR_TABLE[:4, :4] = [[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99]]
# To brightness and two differences of colour (JFIF), and the cosine transform of a block.
YCBCR = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32)
COSINES = scipy.fft.dct(np.eye(BLOCK, dtype=np.float32), axis=0, norm="ortho")


def jitter_exposure(photos: Any, key: Any) -> Any:
    """Exposure and white-balance jitter, each on some pictures; see `train.degrade.jitter_exposure`."""
    bright, cast, gain, gains = jax.random.split(key, 4)
    one = (len(photos), 1, 1, 1)
    factors = jnp.where(
        _chance(bright, EXPOSURE_SHARE, one), jax.random.uniform(gain, one, minval=EXPOSURE[0], maxval=EXPOSURE[1]), 1.0
    )
    channels = jax.random.uniform(gains, (len(photos), 1, 1, 3), minval=CAST[0], maxval=CAST[1])
    factors = factors * jnp.where(_chance(cast, CAST_SHARE, one), channels, 1.0)
    return _levels(photos * factors)


def degrade(photos: Any, key: Any) -> Any:
    """Blur, sensor noise and JPEG blocks, on each picture at least one; see `train.degrade.degrade`.

    H and W are multiples of `SIZE_MULTIPLE`.
    """
    keys = jax.random.split(key, 7)
    one = (len(photos), 1, 1, 1)
    has_blur, has_blocks = _chance(keys[1], BLUR_SHARE, one), _chance(keys[6], JPEG_SHARE, one)
    has_noise = _chance(keys[4], NOISE_SHARE, one) | ~(has_blur | has_blocks)
    sigma = jax.random.uniform(keys[0], one, minval=BLUR_SIGMA[0], maxval=BLUR_SIGMA[1])
    faulty = jnp.where(has_blur, blur(photos, sigma), photos)
    levels = jnp.exp(jax.random.uniform(keys[2], one, minval=np.log(NOISE_LEVELS[0]), maxval=np.log(NOISE_LEVELS[1])))
    noise = levels * jax.random.normal(keys[3], photos.shape)
    faulty = _levels(jnp.where(has_noise, faulty + noise, faulty))
    quality = jax.random.randint(keys[5], one, *JPEG_QUALITY)
    return jnp.where(has_blocks, jpeg(faulty, quality), faulty)


def blur(photos: Any, sigma: Any) -> Any:
    """A Gaussian blur of each picture by its own ``sigma``, ``(B, 1, 1, 1)``, in pixels."""
    weights = jnp.exp(-(BLUR_TAPS**2) / (2 * sigma**2))
    weights = weights / jnp.sum(weights, axis=-1, keepdims=True)  # (B, 1, 1, taps)
    reach = int(BLUR_TAPS[-1])
    for axis in (1, 2):
        size = photos.shape[axis]
        padded = jnp.pad(photos, [(reach, reach) if at == axis else (0, 0) for at in range(4)], mode="reflect")
        shifted = (jax.lax.slice_in_dim(padded, tap, tap + size, axis=axis) for tap in range(len(BLUR_TAPS)))
        photos = sum(weights[..., tap : tap + 1] * picture for tap, picture in enumerate(shifted))
    return photos


def jpeg(photos: Any, quality: Any) -> Any:
    """Each picture after JPEG compression of its own ``quality``, ``(B, 1, 1, 1)``, 50 to 100.

    Wallace, "The JPEG Still Picture Compression Standard" (1991), with colour at half the resolution, as libjpeg does.
    """
    batch, height, width, _ = photos.shape
    planes = jnp.einsum("bhwc,dc->dbhw", photos, YCBCR, precision="highest")
    half = planes[1:].reshape(2, batch, height // 2, 2, width // 2, 2).mean(axis=(3, 5))
    scale = (200 - 2 * quality) / 100
    brightness = _through_blocks(planes[0] - 128, BRIGHTNESS_TABLE, scale) + 128
    colours = jnp.stack([_through_blocks(plane, COLOUR_TABLE, scale) for plane in half])
    colours = jax.image.resize(colours, (2, batch, height, width), "bilinear")
    planes = jnp.concatenate([brightness[jnp.newaxis], colours])
    return _levels(jnp.einsum("dbhw,cd->bhwc", planes, np.linalg.inv(YCBCR), precision="highest"))


def _through_blocks(plane: Any, table: Any, scale: Any) -> Any:
    """``(B, H, W)`` rebuilt from the rounded coefficients of its blocks."""
    batch, height, width = plane.shape
    steps = jnp.clip(jnp.floor(table * scale[..., jnp.newaxis] + 0.5), 1, 255)  # (B, 1, 1, 8, 8)
    blocks = plane.reshape(batch, height // BLOCK, BLOCK, width // BLOCK, BLOCK).transpose(0, 1, 3, 2, 4)
    coefficients = jnp.einsum("ui,bhwij,vj->bhwuv", COSINES, blocks, COSINES, precision="highest")
    coefficients = jnp.rint(coefficients / steps) * steps
    blocks = jnp.einsum("ui,bhwuv,vj->bhwij", COSINES, coefficients, COSINES, precision="highest")
    return blocks.transpose(0, 1, 3, 2, 4).reshape(batch, height, width)


def _levels(values: Any) -> Any:
    return jnp.clip(jnp.rint(values), 0, 255)


def _chance(key: Any, share: float, shape: tuple[int, ...]) -> Any:
    return jax.random.uniform(key, shape) < share
