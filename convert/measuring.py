"""The measuring engine: how similar files, their float network and the targets are, picture by picture.

``export``, ``check``, ``compare`` and ``report`` all take their figures from here, so they agree. Keras draws each
photo once in this process. Worker processes, which never load TensorFlow, draw with the files and compare.
`celcam.comparison` defines the metrics.
"""

from __future__ import annotations

import functools
import itertools
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
from tqdm import tqdm

from celcam.arrays import Uint8Array
from celcam.comparison import Likeness, View, compare, mean_likeness
from celcam.errors import ModelError
from celcam.manifest import Pair
from celcam.tflite_model import TFLiteModel

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")
# Short side in pixels of the pictures and frames that are drawn: the size that the networks are trained at.
SHORT_SIDE = 256
# A worker process takes about a second to start, so it gets at least this many pictures.
PICTURES_PER_WORKER = 6

Drawing = Callable[[Uint8Array], Uint8Array]


@dataclass(frozen=True, eq=False)
class PictureTask:
    """One pair, and the picture that Keras draws of its photo."""

    photo: Uint8Array  # (H, W, 3) uint8 RGB, like the others
    target: Uint8Array
    keras: Uint8Array


@dataclass(frozen=True)
class PictureResult:
    """The figures of one photo, by name of the file."""

    to_target: dict[str, Likeness]
    to_float: dict[str, Likeness]  # to the float32 file, or to Keras if there is none; without the float32 file itself
    to_keras: dict[str, Likeness]
    keras_to_target: Likeness
    photo_to_target: Likeness


@dataclass(frozen=True)
class Measured:
    """The figures of the files of one run, as means over pictures."""

    pictures: tuple[PictureResult, ...]

    def to_target(self, name: str) -> Likeness:
        """How similar the pictures of file ``name`` are to the targets."""
        return mean_likeness(picture.to_target[name] for picture in self.pictures)

    def to_float(self, name: str) -> Likeness | None:
        """How similar they are to those of the float32 file, or of Keras; None for the float32 file itself."""
        if name not in self.pictures[0].to_float:
            return None
        return mean_likeness(picture.to_float[name] for picture in self.pictures)

    def to_keras(self, name: str) -> Likeness:
        """How similar they are to those of the Keras network that the file was made from."""
        return mean_likeness(picture.to_keras[name] for picture in self.pictures)

    @property
    def keras_to_target(self) -> Likeness:
        """How similar the pictures of the Keras network are to the targets."""
        return mean_likeness(picture.keras_to_target for picture in self.pictures)

    @property
    def photo_to_target(self) -> Likeness:
        """The identity baseline: how similar the photos are to the targets."""
        return mean_likeness(picture.photo_to_target for picture in self.pictures)


def measure_files(
    drawing: Drawing,
    files: Mapping[str, Path],
    folder: Path,
    pairs: Sequence[Pair],
    *,
    float_file: str | None = None,
    jobs: int = 0,
    title: str = "comparing",
    quiet: bool = False,
) -> Measured:
    """Compare what each file draws with the targets, with the float32 file and with the Keras network.

    Args:
        drawing: the Keras network as a function of ``(H, W, 3) uint8 RGB``.
        files: model files by name.
        folder: of the pairs.
        pairs: one at least.
        float_file: the name of the float32 file, if there is one.
        jobs: worker processes; 0 for one per core. A few pictures are compared in this process.
        title: of the progress bar.
        quiet: no progress bar.

    Raises:
        ModelError: a file is refused by the runtime, or ends the process that loads it.
        MediaError: a picture can't be read.
    """
    from train.batches import read_pair  # here, so that worker processes do not load Keras

    def tasks() -> Iterator[PictureTask]:
        for pair in pairs:
            photo, target = read_pair(folder, pair)
            yield PictureTask(photo, target, drawing(photo))

    meter = partial(PictureMeter, dict(files), float_file)
    workers = min(jobs or os.cpu_count() or 1, len(pairs) // PICTURES_PER_WORKER)
    return Measured(tuple(map_tasks(meter, tasks(), count=len(pairs), workers=workers, title=title, quiet=quiet)))


class PictureMeter:
    """Draws a photo with each file and compares all pictures of it."""

    def __init__(self, files: Mapping[str, Path], float_file: str | None) -> None:
        self._models = {name: TFLiteModel(path, threads=1) for name, path in files.items()}
        self._float_file = float_file

    def __call__(self, task: PictureTask) -> PictureResult:
        """The figures of one photo."""
        photo, target, keras = View(task.photo), View(task.target), View(task.keras)
        drawn = {name: View(model(task.photo)) for name, model in self._models.items()}
        to_keras = {name: compare(keras, view) for name, view in drawn.items()}
        to_float = dict(to_keras)
        if self._float_file is not None:
            exact = drawn[self._float_file]
            del to_float[self._float_file]
            if not np.array_equal(exact.rgb_u8, task.keras):  # usually they are equal, and so are the figures
                to_float = {name: compare(exact, drawn[name]) for name in to_float}
        return PictureResult(
            {name: compare(target, view) for name, view in drawn.items()},
            to_float,
            to_keras,
            compare(target, keras),
            compare(target, photo),
        )


def map_tasks(
    make: Callable[[], Callable[[TaskT], ResultT]],
    tasks: Iterable[TaskT],
    *,
    count: int,
    workers: int,
    title: str,
    quiet: bool,
) -> list[ResultT]:
    """The results of all ``tasks`` in their order, with a progress bar.

    Args:
        make: makes the function that does a task, once per process. It must be picklable, like tasks and results.
        tasks: consumed as needed; only a few wait at a time.
        count: how many tasks there are.
        workers: worker processes; with less than 2 this process does all tasks.
        title: of the progress bar.
        quiet: no progress bar.

    Raises:
        ModelError: a worker process ended.
    """
    bar = partial(tqdm, total=count, unit="", desc=title, disable=quiet or not count or None)
    if workers < 2:
        return list(bar(map(make(), tasks)))
    context = get_context("spawn")  # TensorFlow has threads, so a fork would not be safe
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(make,)) as pool:
        try:
            return list(bar(_in_order(pool, iter(tasks), 3 * workers)))
        except BrokenProcessPool as error:
            raise ModelError(f"{title}: a worker process ended; run it with --jobs 1 to see which file") from error
        finally:
            pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, tasks: Iterator[Any], ahead: int) -> Iterator[Any]:
    """The results in the order of ``tasks``; at most ``ahead`` of them are in work or wait."""
    waiting = deque(pool.submit(_work, task) for task in itertools.islice(tasks, ahead))
    while waiting:
        yield waiting.popleft().result()
        waiting.extend(pool.submit(_work, task) for task in itertools.islice(tasks, 1))


def _start_worker(make: Callable[[], Callable[[Any], Any]]) -> None:
    global _make_work
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the main one stops the others
    cv2.setNumThreads(1)  # there is one process per core
    _make_work = functools.cache(make)


def _work(task: Any) -> Any:
    return _make_work()(task)


_make_work: Callable[[], Callable[[Any], Any]]  # of this worker process
