"""Draws eyes: white, iris in the photo's colour, pupil, glint, a tapered lid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from celcam.arrays import FloatArray
from celcam.styles.faces.brush import cover, curve, disc, fill, grow, stroke
from celcam.styles.faces.portrait import Portrait
from celcam.styles.flatten import blur
from celcam.styles.tone import taper

# Upper and lower lid, outer corner first.
EYES = (
    ((33, 246, 161, 160, 159, 158, 157, 173, 133), (33, 7, 163, 144, 145, 153, 154, 155, 133)),
    ((263, 466, 388, 387, 386, 385, 384, 398, 362), (263, 249, 390, 373, 374, 380, 381, 382, 362)),
)
CLOSED = 0.34  # irises darker than the skin by less than this share: lids are down
NARROW = 0.07  # of the face's height: the far eye of a turned face
OPEN = 0.13  # opening to width; less is a line
SHADED = 27.0  # Lab lightness: as dark eyes below skin so dark are sunglasses or deep shadow


@dataclass(frozen=True)
class _Eye:
    upper: FloatArray  # points of the lids, outer corner first
    lower: FloatArray
    centre: FloatArray  # of the iris
    radius: float
    mask: FloatArray
    side: int  # 1 left in the picture, -1 right

    @property
    def width(self) -> float:
        return float(np.linalg.norm(self.upper[0] - self.upper[-1]))

    @property
    def opening(self) -> float:
        middle = len(self.upper) // 2
        return float(np.linalg.norm(self.upper[middle] - self.lower[middle])) / self.width


def draw_eyes(portrait: Portrait) -> FloatArray:
    """Draw both eyes in place; returns where they are, ``(H, W) float32``, 0..1."""
    zone = np.zeros(portrait.shape, np.float32)
    if _look_closed(portrait):
        return zone
    for number, ((upper, lower), iris) in enumerate(zip(EYES, portrait.irises, strict=True)):
        eye = _place(portrait, upper, lower, iris, 1 - 2 * number)
        if eye.width < NARROW * portrait.height or _is_hidden(portrait, eye):
            continue
        if eye.opening > OPEN:
            _draw_open(portrait, eye)
        else:
            widths = [portrait.pen * width for width in (0.5, 1.7, 1.9, 1.6, 0.6)]
            cover(portrait.lab, stroke(portrait.shape, eye.lower[::6], widths), _dark(portrait))
        zone = np.maximum(zone, grow(eye.mask, 0.02 * portrait.height))
    return zone


def _look_closed(portrait: Portrait) -> bool:
    light = blur(portrait.photo[..., 0], 0.7 * portrait.unit)
    darker = []
    for centre, radius in portrait.irises:
        spot = disc(portrait.shape, centre - 0.25 * radius * portrait.down, 0.7 * radius)
        darker.append(1.0 - float((light * spot).sum() / max(spot.sum(), 1e-3)) / max(float(portrait.skin[0]), 1.0))
    return float(np.mean(darker)) < CLOSED


def _place(
    portrait: Portrait, upper: tuple[int, ...], lower: tuple[int, ...], iris: tuple[FloatArray, float], side: int
) -> _Eye:
    """The eye a little larger than life; small faces need it more."""
    above, below = curve(portrait.points[list(upper)]), curve(portrait.points[list(lower)])
    middle = 0.5 * (above.mean(axis=0) + below.mean(axis=0))
    more = 1.0 - float(taper(np.array(portrait.display_height), 90.0, 200.0))

    def enlarge(lid: FloatArray) -> FloatArray:
        off = lid - middle
        taller = (0.04 + 0.14 * more) * (off @ portrait.down)[:, np.newaxis] * portrait.down
        return np.asarray(middle + (1.0 + 0.08 * more) * off + taller)

    above, below = enlarge(above), enlarge(below)
    width = float(np.linalg.norm(above[0] - above[-1]))
    mask = fill(portrait.shape, np.vstack([above, below[::-1]]))
    return _Eye(above, below, iris[0], min(iris[1], 0.3 * width), mask, side)


def _is_hidden(portrait: Portrait, eye: _Eye) -> bool:
    inside = eye.mask > 0.5
    if inside.sum() < 6:
        return True
    below = np.rint(eye.lower[8:32:4] + 0.045 * portrait.height * portrait.down).astype(int)
    rows, columns = (np.clip(below[:, axis], 0, portrait.shape[1 - axis] - 1) for axis in (1, 0))
    shaded = float(portrait.skin[0]) - SHADED
    return bool(portrait.photo[rows, columns, 0].mean() < shaded and portrait.photo[inside][:, 0].mean() < shaded)


def _draw_open(portrait: Portrait, eye: _Eye) -> None:
    shape, lab = portrait.shape, portrait.lab
    white = np.array([np.clip(portrait.skin[0] + 16.0, 58.0, 91.0), 1.0, 2.0])
    cover(lab, 0.85 * eye.mask, white)
    lid_shadow = np.vstack([eye.upper, (eye.upper + 0.34 * eye.opening * eye.width * portrait.down)[::-1]])
    cover(lab, 0.6 * fill(shape, lid_shadow) * eye.mask, white - np.array([16.0, -2.0, 0.0]))
    _draw_iris(portrait, eye)
    pen = max(min(portrait.pen, 0.15 * eye.opening * eye.width), 0.8 * portrait.unit)
    corner = eye.upper[0] + 0.07 * (eye.upper[0] - eye.upper[-1]) - 0.01 * portrait.height * portrait.down
    lid = np.vstack([corner, eye.upper[2::6], eye.upper[-1]])
    widths = [pen * width for width in (0.3, 1.5, 2.0, 1.9, 1.6, 1.2, 0.7)]
    dark = _dark(portrait)
    cover(lab, stroke(shape, lid, widths, side=-0.8 * eye.side), dark)
    below = stroke(shape, eye.lower[4:26:4], [0.9 * pen, 0.8 * pen, 0.3 * pen], side=eye.side)
    cover(lab, 0.5 * below, dark + np.array([12.0, 8.0, 6.0]))
    if portrait.display_height > 110:
        crease = curve(eye.upper[5::5]) - 0.026 * portrait.height * portrait.down
        thin = [portrait.pen * width for width in (0.2, 0.8, 0.8, 0.2)]
        cover(lab, 0.45 * stroke(shape, crease[2:34:5], thin), 0.55 * portrait.skin)


def _draw_iris(portrait: Portrait, eye: _Eye) -> None:
    shape, lab, radius = portrait.shape, portrait.lab, eye.radius

    def spot(size: float, x: float = 0.0, y: float = 0.0) -> FloatArray:
        return disc(shape, eye.centre + radius * np.array([x, y]), size * radius)

    ring = (spot(0.85) > 0.5) & (spot(0.45) < 0.5) & (eye.mask > 0.5)
    colour = np.median(portrait.photo[ring], axis=0) if ring.sum() > 3 else np.array([25.0, 5.0, 8.0])
    colour = np.array([np.clip(colour[0], 12.0, 42.0), 1.6 * colour[1], 1.6 * colour[2]])
    cover(lab, spot(1.12) * eye.mask, 0.45 * colour)
    cover(lab, spot(0.94) * eye.mask, colour)
    if radius > 2.2 * portrait.unit:
        bright = colour * np.array([1.25, 1.1, 1.1]) + np.array([5.0, 0.0, 0.0])
        cover(lab, spot(0.78, 0.0, 0.25) * spot(0.94) * eye.mask, bright)
    cover(lab, spot(0.48) * eye.mask, (4.0, 0.0, 0.0))
    glint = spot(max(0.24, 0.55 * portrait.unit / radius), -0.34, -0.36)
    cover(lab, glint * grow(eye.mask, 1.0) * (spot(1.0) > 0), (97.0, 0.0, 0.0))


def _dark(portrait: Portrait) -> FloatArray:
    """The colour of a lid's line."""
    return np.array([max(5.0, 0.16 * float(portrait.skin[0]) - 2.0), 6.0, 4.0])
