"""Colour and light of the filters of version 1. Lab pictures are ``(H, W, 3) float32``: L 0..100, a and b -127..127."""

from __future__ import annotations

import cv2
import numpy as np

from celcam.arrays import FloatArray
from celcam.pixels import dot
from celcam.styles.tone import (
    GREY_TO_SKIN,
    LEAF_HUE,
    SKIN_HUE,
    SKIN_HUE_WIDTH,
    SKIN_TO_ORANGE,
    SKY_HUE,
    near_hue,
    taper,
)

# Share of a neighbourhood that may be lost detail before accents in it count as texture, and from where on they all do.
CROWD = (0.3, 0.65)


def find_skin(lab: FloatArray, *, sigma: float) -> FloatArray:
    """How much skin's hue prevails around each pixel; grey has no hue.

    Args:
        lab: ``(H, W, 3) float32 Lab``.
        sigma: of the neighbourhood, in pixels, so that the shine on a forehead belongs to the face.

    Returns:
        ``(H, W) float32``, 0..1.
    """
    a, b = lab[..., 1], lab[..., 2]
    chroma = np.hypot(a, b)
    likely = taper(chroma, *GREY_TO_SKIN) * (1.0 - taper(chroma, *SKIN_TO_ORANGE))
    return cv2.GaussianBlur(near_hue(np.arctan2(b, a), SKIN_HUE, SKIN_HUE_WIDTH) * likely, (0, 0), sigma)


def step_light(light: FloatArray, *, steps: int, sharpness: float) -> FloatArray:
    """Gather lightness into soft steps, as the luminance quantization of Winnemöller, Olsen and Gooch (2006) does.

    Args:
        light: ``(H, W) float32``, 0..100.
        steps: number of levels over 0..100.
        sharpness: 0 leaves the light as it is; large makes hard bands.

    Returns:
        ``(H, W) float32``, 0..100; a continuous, rising function of ``light``.
    """
    width = 100.0 / steps
    level = (np.floor(light / width) + 0.5) * width
    offset = (light - level) / (0.5 * width)  # -1..1 inside a step, so its ends stay where they are
    return level + 0.5 * width * np.sign(offset) * np.abs(offset) ** (1.0 + sharpness)


def keep_accents(flat: FloatArray, before: FloatArray, *, low: float, high: float, apart: float) -> FloatArray:
    """Give back what flattening took if it stood out: an eye, a lip, a letter, but neither grass nor fur.

    Args:
        flat: ``(H, W, 3) float32 Lab``, the flattened picture.
        before: ``(H, W, 3) float32 Lab``, what it was made from.
        low: Lab distance up to which a difference is texture and stays away.
        high: distance from which all of it returns.
        apart: within so many pixels (sigma) little else may be lost; much of it is fur.

    Returns:
        ``(H, W, 3) float32 Lab``.
    """
    lost = before - flat
    distance = np.sqrt(dot(lost, lost))
    texture = cv2.GaussianBlur(taper(distance, 0.3 * low, low), (0, 0), apart)
    accents = taper(distance, low, high) * (1.0 - taper(texture, *CROWD))
    return np.asarray(flat + accents[..., np.newaxis] * lost)


def freshen(lab: FloatArray, amount: float) -> FloatArray:
    """Turn yellow-greens to green and make greens and blues more vivid: leaves and skies, never skin.

    Args:
        lab: ``(H, W, 3) float32 Lab``.
        amount: 0 changes nothing; 1 makes a sky twice as vivid.

    Returns:
        ``(H, W, 3) float32 Lab``.
    """
    a, b = lab[..., 1], lab[..., 2]
    hue, chroma = np.arctan2(b, a), np.hypot(a, b)
    # Grey has no hue worth a change.
    certain = amount * taper(chroma, 5.0, 20.0)
    leaf = certain * np.exp(-(((hue - LEAF_HUE) / 0.45) ** 2))
    sky = certain * np.exp(-(((hue - SKY_HUE) / 0.6) ** 2)) * np.exp(-chroma / 60.0)
    turned, vivid = hue + 0.35 * leaf, chroma * (1.0 + 0.3 * leaf + sky)
    return np.dstack([lab[..., 0], vivid * np.cos(turned), vivid * np.sin(turned)])


def cool_shadows(lab: FloatArray, amount: FloatArray, *, reach: float) -> FloatArray:
    """Lean dark colours towards blue, as painters do.

    Args:
        lab: ``(H, W, 3) float32 Lab``.
        amount: ``(H, W) float32``, Lab b taken from black.
        reach: lightness at which the change has faded to nothing.

    Returns:
        ``(H, W, 3) float32 Lab``.
    """
    depth = np.clip(1.0 - lab[..., 0] / reach, 0.0, 1.0) ** 2
    return np.dstack([lab[..., :2], lab[..., 2] - amount * depth])
