from __future__ import annotations

import cv2
import numpy as np

from celcam.arrays import FloatArray
from celcam.styles.flatten import Flattening, find_legible, flatten, flatten_areas


def lab_of(light: FloatArray) -> FloatArray:
    grey = np.zeros_like(light)
    return np.dstack([light, grey, grey])


def letters() -> FloatArray:
    page = np.full((96, 160), 85, np.uint8)
    for row in (20, 36, 52, 68):
        cv2.putText(page, "shop letters", (14, row), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 25, 1, cv2.LINE_AA)
    return lab_of(page.astype(np.float32))


def fur() -> FloatArray:
    noise = np.random.default_rng(0).normal(0, 14, (96, 160)).astype(np.float32)
    return lab_of(55 + cv2.GaussianBlur(noise, (0, 0), sigmaX=0.7, sigmaY=4.0))


def test_noise_goes_and_an_edge_stays() -> None:
    light = np.full((64, 64), 30.0, np.float32)
    light[:, 32:] = 70.0
    noisy = light + np.random.default_rng(0).normal(0, 2, light.shape).astype(np.float32)
    flat = flatten(lab_of(noisy), sigma=2.8, contrast=8.0, rounds=2)[..., 0]
    assert flat[:, :28].std() < 0.6
    assert flat[:, 33].mean() - flat[:, 30].mean() > 36


def test_letters_are_legible_while_fur_and_an_outline_are_not() -> None:
    outline = np.full((96, 160), 25.0, np.float32)
    outline[:, 80:] = 85.0
    assert find_legible(letters(), 1.0)[15:65, 30:100].mean() > 0.6
    assert find_legible(fur(), 1.0).mean() < 0.1
    assert find_legible(lab_of(outline), 1.0)[:, 78:82].max() < 0.2


def test_letters_keep_their_contrast_and_fur_loses_it() -> None:
    for picture, low, high in ((letters(), 0.9, 1.7), (fur(), 0.0, 0.75)):
        flat = flatten_areas(picture, Flattening(), 1.0)
        fine = [plane[..., 0] - cv2.GaussianBlur(plane, (0, 0), 2.0)[..., 0] for plane in (flat.lab, picture)]
        assert low < fine[0][20:-20, 20:-20].std() / fine[1][20:-20, 20:-20].std() < high
