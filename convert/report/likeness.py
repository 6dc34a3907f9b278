"""How alike files, float networks and teachers draw, picture by picture and on clips, on all cores.

The work is done in processes of their own, which never load TensorFlow: what Keras draws is drawn once and handed over.
Pictures are ``(H, W, 3) uint8 RGB``.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from tqdm import tqdm

from celcam.arrays import Uint8Array
from celcam.flicker import Flicker
from celcam.image_io import read_image
from celcam.metrics import edge_f1, psnr
from celcam.styles import find_style, stroke_scale
from celcam.tflite_model import TFLiteModel
from convert.perceptual import Percept, Structure, flip_map, perceive, ssims, structure
from train.clip_evaluation import measure_clip

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")
# What other drawings of a clip are called beside the files' names.
INPUT, TEACHER, KERAS = "input", "teacher", "Keras float"


@dataclass(frozen=True)
class Figures:
    """How alike two pictures are, or the mean of that over pictures."""

    psnr_db: float  # 100 at most, for equal pictures
    ssim: float
    ms_ssim: float  # NaN where the picture is too small
    flip: float
    edge_f1: float


@dataclass(frozen=True, eq=False)
class PictureTask:
    """One photo of the test part, to be drawn by each file."""

    photo: Path
    cartoon: Path
    keras: Uint8Array  # what Keras float draws of it
    files: dict[str, Path]
    float_file: str | None  # the name of the float32 one


@dataclass(frozen=True)
class PictureResult:
    """The figures of one photo, by the name of the file."""

    to_teacher: dict[str, Figures]
    to_float: dict[str, Figures]  # without the float32 file itself; empty where there is none
    to_keras: dict[str, Figures]
    keras_to_teacher: Figures
    photo_to_teacher: Figures


@dataclass(frozen=True)
class ClipTask:
    """One clip, to be drawn by each file and by the teacher."""

    clip: Path
    style: str
    keras_frames: Path  # a ``.npy`` of ``(N, H, W, 3) uint8``: what Keras float draws of it
    files: dict[str, Path]
    short_side: int


def measure_picture(task: PictureTask) -> PictureResult:
    """Draw a photo with each file, and compare all with all that matters.

    Raises:
        MediaError: a picture can't be read.
        ModelError: a file does not take the photo.
    """
    photo, teacher = _Seen(read_image(task.photo)), _Seen(read_image(task.cartoon))
    keras = _Seen(task.keras)
    drawn = {name: _Seen(_load(path)(photo.rgb_u8)) for name, path in task.files.items()}
    to_keras = {name: _figures(keras, seen) for name, seen in drawn.items()}
    to_float: dict[str, Figures] = {}
    if task.float_file is not None:
        reference = drawn[task.float_file]
        same = np.array_equal(reference.rgb_u8, keras.rgb_u8)
        for name, seen in drawn.items():
            if name != task.float_file:
                to_float[name] = to_keras[name] if same else _figures(reference, seen)
    return PictureResult(
        {name: _figures(teacher, seen) for name, seen in drawn.items()},
        to_float,
        to_keras,
        _figures(teacher, keras),
        _figures(teacher, photo),
    )


def measure_flicker(task: ClipTask) -> dict[str, Flicker]:
    """The flicker of a clip, of its teacher, of Keras float and of each file, by name.

    Raises:
        MediaError: the clip can't be read, or holds fewer than two frames.
    """
    frames = iter(np.load(task.keras_frames, mmap_mode="r"))
    style = find_style(task.style)
    drawings: dict[str, Callable[[Uint8Array], Uint8Array]] = {
        TEACHER: lambda frame: style.draw(frame, stroke_scale(frame)),
        KERAS: lambda frame: np.array(next(frames)),
        **{name: _load(path) for name, path in task.files.items()},
    }
    count = len(np.load(task.keras_frames, mmap_mode="r"))
    return measure_clip(drawings, task.clip, short_side=task.short_side, most_frames=count, quiet=True).flicker


def mean_figures(values: Iterable[Figures]) -> Figures:
    """The mean over pictures; those too small for MS-SSIM do not count in it, NaN where all are."""
    rows = np.array([list(asdict(value).values()) for value in values])
    known = ~np.isnan(rows)
    means = np.where(known, rows, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return Figures(
        *(float(mean) if some else float("nan") for mean, some in zip(means, known.any(axis=0), strict=True))
    )


@contextmanager
def open_workers(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes for the functions above; 0 jobs: one a core."""
    context = get_context("spawn")  # TensorFlow has threads, so a fork would be unsound
    pool = ProcessPoolExecutor(jobs or os.cpu_count() or 1, mp_context=context, initializer=_start_worker)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def run_tasks(
    pool: ProcessPoolExecutor,
    work: Callable[[TaskT], ResultT],
    tasks: Iterable[TaskT],
    *,
    count: int,
    title: str,
    quiet: bool,
) -> list[ResultT]:
    """The results of ``work`` in the order of ``tasks``, with a progress bar."""
    results = pool.map(work, tasks)
    return list(tqdm(results, total=count, unit="", desc=title, disable=quiet or not count))


class _Seen:
    """A picture, and what SSIM and FLIP compare of it, found once."""

    def __init__(self, rgb_u8: Uint8Array) -> None:
        self.rgb_u8 = rgb_u8

    @functools.cached_property
    def structure(self) -> Structure:
        return structure(self.rgb_u8)

    @functools.cached_property
    def percept(self) -> Percept:
        return perceive(self.rgb_u8)


def _figures(reference: _Seen, test: _Seen) -> Figures:
    ssim, ms_ssim = ssims(reference.structure, test.structure)
    return Figures(
        min(psnr(test.rgb_u8, reference.rgb_u8), 100.0),
        ssim,
        ms_ssim,
        float(flip_map(reference.percept, test.percept).mean()),
        edge_f1(test.rgb_u8, reference.rgb_u8),
    )


@functools.cache
def _load(path: Path) -> TFLiteModel:
    return TFLiteModel(path, threads=1)


def _start_worker() -> None:
    cv2.setNumThreads(1)  # one process a core is enough
