"""Cutting: a shock filter gives soft planes crisp, smooth borders.

Follows Kyprianidis and Kang, "Image and Video Abstraction by Coherence-Enhancing Filtering" (2011): each pixel takes
the colour of the side of the edge on which it lies. Lab pictures are ``(H, W, 3) float32``; lengths are in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray
from celcam.styles import line_art
from celcam.styles.tone import taper

# Lightness with a little red, so that lips against skin have an edge.
EDGE_KEY = np.array([[1.0, 0.3, 0.0]], np.float32)
# Bend of the fine scale, in Lab lightness, between which it decides alone.
DETAIL_NEAR = (0.25, 0.9)


@dataclass(frozen=True)
class Knife:
    """One pass of the shock filter; lengths in pixels of the picture that is cut."""

    fine: float  # size of the bends that decide near detail: letters, eyes
    coarse: float  # and elsewhere: shades; 0 leaves every place to the fine ones
    rounds: int
    flow_sigma: float  # how far neighbouring directions are averaged
    step: float  # how far colour moves in a round
    floor: float  # bend, in Lab lightness, below which nothing moves


def cut(lab: FloatArray, knife: Knife) -> FloatArray:
    """Turn soft edges into crisp ones.

    Args:
        lab: ``(H, W, 3) float32 Lab``.
        knife: sizes and strength.

    Returns:
        ``(H, W, 3) float32 Lab``.
    """
    grid = line_art.pixel_grid(lab.shape)
    xx, xy, yy = line_art.structure_tensor(lab, knife.flow_sigma)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    across = cv2.merge(cv2.polarToCart(np.ones_like(angle), angle))
    x, y = cv2.split(across)
    products = x * x, 2 * x * y, y * y
    coarse = _Coarse(products, knife.coarse) if knife.coarse else None
    for _ in range(knife.rounds):
        key = cv2.transform(lab, EDGE_KEY)
        blurred: FloatArray = cv2.GaussianBlur(key, (0, 0), knife.fine)
        slope: FloatArray = x * cv2.Sobel(blurred, cv2.CV_32F, 1, 0, scale=1 / 8)
        slope += y * cv2.Sobel(blurred, cv2.CV_32F, 0, 1, scale=1 / 8)
        bend = _bend(blurred, products)
        # A pixel on a crest or in a valley stays: a step would leave it on the other side.
        free = taper(np.abs(slope) - 0.5 * knife.step * np.abs(bend), 0.0, 0.1)
        bend *= knife.fine**2
        if coarse:
            bend = coarse.decide(bend, key)
        push = np.sign(slope * bend) * taper(np.abs(bend), knife.floor, 3 * knife.floor) * free
        lab = line_art.sample(lab, grid - (knife.step * push)[..., np.newaxis] * across)
    return lab


class _Coarse:
    """Bends of the coarse scale, measured on a picture of half the size."""

    def __init__(self, products: tuple[FloatArray, ...], sigma: float) -> None:
        self.sigma = sigma / 2
        self.products = tuple(_halve(plane) for plane in products)

    def decide(self, fine_bend: FloatArray, key: FloatArray) -> FloatArray:
        """The fine bend near detail, the coarse bend elsewhere."""
        bend: FloatArray = self.sigma**2 * _bend(cv2.GaussianBlur(_halve(key), (0, 0), self.sigma), self.products)
        near = taper(cv2.GaussianBlur(_halve(np.abs(fine_bend)), (0, 0), 1.2 * self.sigma), *DETAIL_NEAR)
        size_wh = (key.shape[1], key.shape[0])
        bend, near = (cv2.resize(plane, size_wh, interpolation=cv2.INTER_LINEAR) for plane in (bend, near))
        return bend + near * (fine_bend - bend)


def _bend(blurred: FloatArray, products: tuple[FloatArray, ...]) -> FloatArray:
    """Second derivative across the edges."""
    xx, xy, yy = products
    bend: FloatArray = xx * cv2.Sobel(blurred, cv2.CV_32F, 2, 0, scale=1 / 4)
    bend += xy * cv2.Sobel(blurred, cv2.CV_32F, 1, 1, scale=1 / 4)
    bend += yy * cv2.Sobel(blurred, cv2.CV_32F, 0, 2, scale=1 / 4)
    return bend


def _halve(plane: FloatArray) -> FloatArray:
    return cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
