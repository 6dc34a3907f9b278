"""Draws a mouth as one clear shape: lips, teeth if they are seen, the line between."""

from __future__ import annotations

import numpy as np

from celcam.arrays import FloatArray
from celcam.styles.faces.brush import cover, curve, fill, stroke
from celcam.styles.faces.portrait import Portrait
from celcam.styles.flatten import blur
from celcam.styles.tone import taper

UPPER_LIP = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LOWER_LIP = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
INNER_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
PARTED = (0.02, 0.035)  # of the face's height: teeth may be seen; darkness may be


def draw_mouth(portrait: Portrait) -> None:
    """Draw the mouth in place."""
    upper, lower, above, below = (
        curve(portrait.points[list(part)]) for part in (UPPER_LIP, LOWER_LIP, INNER_UPPER, INNER_LOWER)
    )
    _colour_lips(portrait, upper, lower, above, below)
    pen, shape = portrait.pen, portrait.shape
    wine = np.array([0.22 * portrait.skin[0], 14.0, 7.0])
    inner = fill(shape, np.vstack([above, below[::-1]]))
    if _draw_inside(portrait, inner):
        widths = [pen * width for width in (0.6, 0.9, 0.7, 0.9, 0.6)]
        cover(portrait.lab, 0.9 * stroke(shape, above[::5], widths), wine)
        cover(portrait.lab, 0.6 * stroke(shape, below[2:38:5], [0.4 * pen, 0.7 * pen, 0.7 * pen, 0.4 * pen]), wine)
    else:
        line = 0.5 * (above + below)
        ends = 0.5 * (upper[0] + line[0]), 0.5 * (upper[-1] + line[-1])
        widths = [pen * width for width in (0.4, 1.0, 0.7, 1.0, 0.7, 1.0, 0.4)]
        cover(portrait.lab, stroke(shape, np.vstack([ends[0], line[3:37:5], ends[1]]), widths), wine)
    if portrait.display_height > 70:
        shade = lower[14:27:4] + 0.022 * portrait.height * portrait.down
        cover(
            portrait.lab, 0.4 * stroke(shape, shade, [0.2 * pen, 1.2 * pen, 1.2 * pen, 0.2 * pen]), 0.55 * portrait.skin
        )


def _colour_lips(
    portrait: Portrait, upper: FloatArray, lower: FloatArray, above: FloatArray, below: FloatArray
) -> None:
    lips = [fill(portrait.shape, np.vstack([outer, inner[::-1]])) for outer, inner in ((upper, above), (lower, below))]
    inside = np.maximum(*lips) > 0.6
    if inside.sum() <= 8:
        return
    colour = np.median(portrait.photo[inside], axis=0)
    colour = np.array([np.clip(colour[0], 14.0, 66.0), 1.08 * (colour[1] + 2.5), 1.08 * colour[2]])
    cover(portrait.lab, 0.65 * lips[0], colour - np.array([5.0, 0.0, 0.0]))
    cover(portrait.lab, 0.55 * lips[1], colour + np.array([2.0, 0.0, 0.0]))
    if portrait.display_height > 90:
        shine = [portrait.pen * width for width in (0.3, 1.6, 1.6, 0.3)]
        middle = 0.5 * (lower + below)
        cover(portrait.lab, 0.4 * stroke(portrait.shape, middle[14:26:3], shine), colour + np.array([11.0, -2.0, 0.0]))


def _draw_inside(portrait: Portrait, inner: FloatArray) -> bool:
    """Teeth and darkness between parted lips; False if the mouth is closed.

    The photo decides, since the landmarks part full lips that are closed.
    """
    skin, inside = portrait.skin, inner > 0.5
    gap = float(np.linalg.norm(portrait.points[13] - portrait.points[14])) / portrait.height
    if gap <= PARTED[0] or inside.sum() <= 6:
        return False
    light = blur(portrait.photo[..., 0], max(0.008 * portrait.height, 0.6))
    low, high = (float(value) for value in np.percentile(light[inside], (10, 90)))
    brightest = np.median(portrait.photo[inside & (light >= high)], axis=0)
    pale = np.hypot(*brightest[1:]) < 0.72 * np.hypot(*skin[1:]) + 1.0
    teeth_seen = bool(pale and high > skin[0] + 4.0)
    if not (teeth_seen or (low < 0.62 * skin[0] and gap > PARTED[1])):
        return False
    teeth = np.full_like(light, float(teeth_seen))
    if high - low > 12.0:
        middle = 0.5 * (low + high)
        teeth *= taper(light, middle - 3.0, middle + 3.0)
    cover(portrait.lab, 0.9 * inner * (1.0 - teeth), (14.0, 14.0, 7.0))
    cover(portrait.lab, 0.85 * inner * teeth, (90.0 if skin[0] > 35 else 84.0, 0.0, 5.0))
    return True
