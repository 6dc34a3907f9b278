"""Flattening: a bilateral filter takes texture away, strokes replace fur, and what stood out returns.

Lab pictures are ``(H, W, 3) float32``. Lengths are in pixels at scale 1, a picture whose short side is 256.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray
from celcam.pixels import dot
from celcam.styles import line_art
from celcam.styles.tone import find_leaves, find_skin, taper


@dataclass(frozen=True)
class Flattening:
    """How flat the areas become and which detail survives; contrasts are Lab distances."""

    texture_sigma: float = 1.2
    texture_contrast: float = 3.8  # below lies the grain of skin and of cheap cameras
    calm_sigma: float = 2.8
    calm_contrast: float = 8.0  # folds and shades merge into one plane
    stroke_sigma: float = 4.0  # borders run along the edges; without it planes become round blobs
    fur_sigma: float = 3.0  # fur and grass become strokes so long
    fur: float = 0.9  # share of a stroke in what it replaces
    detail: tuple[float, float] = (1.6, 5.0)  # what flattening took returns between these contrasts
    strong_detail: tuple[float, float] = (7.0, 12.0)  # and between these even in leaves and gravel
    skin_detail: tuple[float, float] = (1.6, 5.0)  # and between these on skin: brows and lips
    speck: float = 5.0  # shorter detail stays away
    letter_contrast: float = 0.5  # small clear strokes stand out by so much more


@dataclass(frozen=True)
class Flat:
    """A flattened picture and what was learned about its texture."""

    lab: FloatArray  # ``(H, W, 3) float32 Lab``: planes with soft borders
    texture: FloatArray  # ``(H, W, 3) float32 Lab``: the photo without its finest grain; lines come from it
    rough: FloatArray  # ``(H, W) float32``: mean fine contrast around each pixel, in Lab lightness
    legible: FloatArray  # ``(H, W) float32``, 0..1: small clear strokes close together, as letters are


def flatten(lab: FloatArray, *, sigma: float, contrast: float, rounds: int) -> FloatArray:
    """Smooth texture away and keep the edges: a bilateral filter, repeated.

    Follows Winnemöller, Olsen and Gooch, "Real-Time Video Abstraction" (2006).

    Args:
        lab: ``(H, W, 3) float32 Lab``.
        sigma: reach in pixels.
        contrast: Lab distance that counts as an edge; lower keeps more.
        rounds: repetitions; more is flatter.

    Returns:
        ``(H, W, 3) float32 Lab``.
    """
    for _ in range(rounds):
        lab = cv2.bilateralFilter(lab, 2 * int(np.ceil(1.5 * sigma)) + 1, contrast, sigma)
    return lab


def flatten_areas(lab: FloatArray, recipe: Flattening, scale: float) -> Flat:
    """Merge texture and shades into planes; keep what stands out.

    Args:
        lab: ``(H, W, 3) float32 Lab``.
        recipe: how flat.
        scale: factor on every length.

    Returns:
        The planes and what later steps want to know about the texture.
    """
    texture = flatten(lab, sigma=recipe.texture_sigma * scale, contrast=recipe.texture_contrast, rounds=2)
    calm = flatten(texture, sigma=recipe.calm_sigma * scale, contrast=recipe.calm_contrast, rounds=2)
    flow = line_art.edge_tangent_flow(calm, 3.5 * scale)
    calm = line_art.smooth_along(calm, flow, recipe.stroke_sigma * scale)
    light = lab[..., 0]
    rough = blur(np.abs(light - blur(light, 1.2 * scale)), 9.0 * scale)
    legible = find_legible(texture, scale)
    order = line_art.edge_order(lab, 3.0 * scale)
    disorder = taper(rough * blur(1.0 - order, 4.0 * scale), 0.6, 1.6) * (1.0 - legible)
    fur = recipe.fur * taper(rough, 0.8, 1.8) * blur(order, 3.0 * scale) * (1.0 - legible)
    strokes = _draw_fur(texture, lab, fur, recipe.fur_sigma * scale, scale)
    lost = strokes - calm
    distance = np.sqrt(dot(lost, lost))
    kept = np.maximum(
        taper(distance, *recipe.detail) * (1.0 - 0.7 * disorder),
        taper(distance, *recipe.strong_detail) * (1.0 - 0.4 * disorder),
    )
    skin = taper(find_skin(texture, sigma=5.0 * scale), 0.15, 0.45)
    kept = np.maximum(kept, skin * taper(distance, *recipe.skin_detail))
    kept = np.maximum(line_art.drop_specks(kept, length=recipe.speck * scale, floor=0.3), kept * legible)
    planes = calm + kept[..., np.newaxis] * lost
    fine = texture - blur(texture, 1.5 * scale)
    planes = planes + (recipe.letter_contrast * legible)[..., np.newaxis] * fine
    smooth = flatten(lab, sigma=1.5 * scale, contrast=5.5, rounds=2)
    return Flat(planes, smooth, rough, legible)


def find_legible(texture: FloatArray, scale: float) -> FloatArray:
    """Where small clear strokes lie close together: letters, checks, eyes and crowds, but neither outlines nor fur.

    Args:
        texture: ``(H, W, 3) float32 Lab`` without noise.
        scale: factor on every length.

    Returns:
        ``(H, W) float32``, 0..1.
    """
    x = cv2.Scharr(texture, cv2.CV_32F, 1, 0, scale=1 / 32)
    y = cv2.Scharr(texture, cv2.CV_32F, 0, 1, scale=1 / 32)
    length = blur(np.sqrt(dot(x, x) + dot(y, y)), 3.0 * scale)
    x, y = blur(x, 3.0 * scale), blur(y, 3.0 * scale)
    # The two sides of a stroke cancel, an outline's do not.
    one_way = np.sqrt(dot(x, x) + dot(y, y)) / (length + 0.5 / scale)
    fine = texture - blur(texture, 3.0 * scale)
    contrast = blur(np.sqrt(dot(fine, fine)), 4.0 * scale)
    strokes = taper(contrast, 4.5, 7.5) * (1.0 - taper(one_way, 0.35, 0.6))
    return blur(strokes, 1.0 * scale) * (1.0 - 0.8 * blur(find_leaves(texture), 4.0 * scale))


def blur(plane: FloatArray, sigma: float) -> FloatArray:
    """Gaussian blur of any picture; ``sigma`` in pixels."""
    return cv2.GaussianBlur(np.ascontiguousarray(plane), (0, 0), sigma)


def _draw_fur(texture: FloatArray, lab: FloatArray, fur: FloatArray, sigma: float, scale: float) -> FloatArray:
    """Replace what runs one way by strokes along it; strong contrast keeps its shape."""
    along = line_art.smooth_along(texture, line_art.edge_tangent_flow(lab, 2.0 * scale), sigma)
    far = np.abs(texture[..., 0] - along[..., 0])
    share = fur * (1.0 - taper(far, 4.0, 8.0))
    return np.asarray(texture + share[..., np.newaxis] * (along - texture))
