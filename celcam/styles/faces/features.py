"""Draws eyes, brows, mouth and nose on the planes of a drawing, before a look colours them.

Every shape comes from the landmarks and its colour from the photo. Small faces and profiles get crisp detail only;
closed eyes and sunglasses stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from celcam.arrays import FloatArray
from celcam.styles.cut import Knife, cut
from celcam.styles.faces.brush import cover, fill, grow, stroke
from celcam.styles.faces.eyes import EYES, draw_eyes
from celcam.styles.faces.landmarks import Face
from celcam.styles.faces.mouth import LOWER_LIP, UPPER_LIP, draw_mouth
from celcam.styles.faces.portrait import Portrait
from celcam.styles.flatten import blur, flatten
from celcam.styles.inks import Inks
from celcam.styles.tone import taper

BROWS = ((70, 63, 105, 66, 107, 55, 65, 52, 53, 46), (300, 293, 334, 296, 336, 285, 295, 282, 283, 276))
OVAL = [
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
]
JAW = (397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150)
WINGS, NOSTRILS = ((48, 64, 98), (278, 294, 327)), ((98, 97), (327, 326))
TURNED = 0.12  # the nearer cheek's share of the width: less is a profile, which the landmarks guess
SMALLEST = 34.0  # display pixels from forehead to chin; the eyes of smaller faces are dots


def draw_faces(
    planes: FloatArray, photo: FloatArray, inks: Inks, faces: Sequence[Face], size: int
) -> tuple[FloatArray, Inks]:
    """Draw faces over the planes; the inks keep away from them.

    Args:
        planes: ``(size H, size W, 3) float32 Lab``.
        photo: ``(H, W, 3) float32 Lab``.
        inks: at the size of the planes.
        faces: in pixels of the photo.
        size: how many times larger the planes are.

    Returns:
        New planes and inks.
    """
    if not faces:
        return planes, inks
    planes, inks = planes.copy(), Inks(inks.thin.copy(), inks.bold.copy())
    large = cv2.resize(photo, (planes.shape[1], planes.shape[0]), interpolation=cv2.INTER_CUBIC)
    for face in faces:
        _draw_face(planes, large, inks, face, size)
    return planes, inks


def _draw_face(planes: FloatArray, photo: FloatArray, inks: Inks, face: Face, size: int) -> None:
    margin = 0.15 * size * face.height
    points = face.points * size
    left, top = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
    right, bottom = np.ceil(points.max(axis=0) + margin).astype(int)
    window = slice(top, bottom), slice(left, right)
    lab = planes[window]
    if min(lab.shape[:2]) < 20:
        return
    corner = np.array([left, top], np.float32)
    points = points - corner
    shape = lab.shape[:2]
    marks = np.zeros(shape, np.float32)
    for part in (*(up + low[::-1] for up, low in EYES), *BROWS, UPPER_LIP + LOWER_LIP[::-1]):
        marks = np.maximum(marks, fill(shape, points[list(part)]))
    height = face.height * size
    oval = fill(shape, points[OVAL])
    skin = (oval > 0.5) & (grow(marks, 0.03 * height) < 0.1)
    if skin.sum() < 50:
        return
    irises = tuple((centre * size - corner, radius * size) for centre, radius in face.irises)
    source = photo[window]
    portrait = Portrait(lab, source, points, irises, height, float(size), np.median(source[skin], axis=0))
    _redraw_detail(portrait, marks)
    cheeks = np.abs(points[[234, 454], 0] - points[1, 0])
    if cheeks.min() / max(float(cheeks.sum()), 1.0) < TURNED or portrait.display_height < SMALLEST:
        return
    eye_zone = draw_eyes(portrait)
    brow_zone = _draw_brows(portrait)
    draw_mouth(portrait)
    _draw_nose_and_jaw(portrait)
    lips = grow(fill(shape, points[list(UPPER_LIP + LOWER_LIP[::-1])]), 0.015 * height)
    free = 1.0 - blur(np.maximum(np.maximum(eye_zone, brow_zone), lips), max(0.006 * height, 0.5))
    inside = blur(cv2.erode(oval, np.ones((3, 3), np.uint8), iterations=round(0.035 * height)), 0.01 * height)
    inks.thin[window] *= free * (1.0 - 0.5 * inside)
    inks.bold[window] *= free * (1.0 - 0.85 * inside)


def _redraw_detail(portrait: Portrait, marks: FloatArray) -> None:
    """The photo's own detail about eyes and mouth, crisp."""
    unit = portrait.unit
    zone = blur(grow(marks, 0.03 * portrait.height), 0.02 * portrait.height)[..., np.newaxis]
    fine = flatten(portrait.photo, sigma=1.2 * unit, contrast=3.5, rounds=2)
    fine = cut(fine, Knife(0.7 * unit, 0.0, 4, flow_sigma=1.5 * unit, step=0.45 * unit, floor=0.15))
    portrait.lab[...] += zone * (fine - portrait.lab)


def _draw_brows(portrait: Portrait) -> FloatArray:
    """The dark part of each brow's region as one smooth shape; returns where brows are."""
    shape, height, skin = portrait.shape, portrait.height, portrait.skin
    light = blur(portrait.photo[..., 0], max(0.012 * height, 0.8))
    zone = np.zeros(shape, np.float32)
    for brow in BROWS:
        region = fill(shape, portrait.points[list(brow)])
        inside = region > 0.5
        if inside.sum() < 8:
            continue
        contrast = float(skin[0] - np.percentile(light[inside], 20))
        if contrast < 6:
            continue
        near = blur(grow(region, 0.006 * height), max(0.008 * height, 0.6))
        border = float(skin[0]) - 0.45 * contrast
        dark = portrait.photo[inside & (light < border)]
        colour = np.median(dark if len(dark) > 4 else portrait.photo[inside], axis=0)
        colour[0] = max(5.0, 0.72 * colour[0])
        mask = near * (1.0 - taper(light, border - 1.2, border + 1.2))
        cover(portrait.lab, 0.92 * mask * float(taper(np.array(contrast), 6.0, 14.0)), colour)
        zone = np.maximum(zone, near)
    return zone


def _draw_nose_and_jaw(portrait: Portrait) -> None:
    points, pen, shape = portrait.points, portrait.pen, portrait.shape
    brown = portrait.skin * np.array([0.45, 0.8, 0.8]) + np.array([0.0, 4.0, 0.0])
    for wing, nostril in zip(WINGS, NOSTRILS, strict=True):
        cover(portrait.lab, 0.6 * stroke(shape, points[list(wing)], [0.3 * pen, 1.1 * pen, 0.5 * pen]), brown)
        first, last = points[list(nostril)]
        under = np.array([first, 0.5 * (first + last) - 0.012 * portrait.height * portrait.down, last])
        cover(portrait.lab, 0.8 * stroke(shape, under, [0.5 * pen, 1.9 * pen, 0.6 * pen]), 0.6 * brown)
    jaw = stroke(shape, points[list(JAW)], [pen * width for width in (0.2, 0.8, 1.1, 1.2, 1.1, 0.8, 0.2)])
    cover(portrait.lab, 0.4 * jaw, brown)
