"""Every file of a style side by side: size, speed, likeness, pictures."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import keras

from celcam.errors import DataError
from celcam.image_io import read_bytes, write_image
from celcam.manifest import Pair, pairs_of
from celcam.pixels import resize
from celcam.sheet import contact_sheet
from celcam.tflite_model import TFLiteModel
from celcam.timing import measure_latency
from convert.export import model_name, pairs_folder
from convert.measure import Quality, measure_quality, picture_call
from convert.mobilenet import MOBILENET, mobilenet_call
from convert.recipes import RECIPES
from train.batches import read_pair
from train.draw import draw
from train.run_config import read_config
from train.run_folder import load_generator

TIMED_SIZE_WH = (256, 256)
TIMED_RUNS = 50
GRID_ROWS = 8


@dataclass(frozen=True)
class Comparison:
    """What `compare_models` found."""

    models: list[Path]
    quality: Quality
    latency_ms: dict[str, float]
    threads: int
    grid: Path

    def table(self) -> str:
        """The figures for people."""
        quality, mobilenet_ms = self.quality, self.latency_ms[MOBILENET]
        lines = [
            f"{quality.pictures} test pictures; one picture of {TIMED_SIZE_WH[0]}x{TIMED_SIZE_WH[1]} on "
            f"{self.threads} thread(s), median of {TIMED_RUNS} in turn",
            f"{'':18}{'kB':>8}{'zip kB':>8}{'ms':>8}{'/ MobileNetV2':>15}{'to teacher':>19}{'to Keras float':>19}",
            f"{'':57}{'dB':>11}{'SSIM':>8}{'dB':>11}{'SSIM':>8}",
        ]
        for path in self.models:
            data, name = read_bytes(path), path.stem
            teacher, own = quality.to_teacher[name], quality.to_keras[name]
            lines.append(
                f"{name:18}{len(data) / 1000:8.1f}{len(zlib.compress(data, 9)) / 1000:8.1f}"
                f"{self.latency_ms[name]:8.2f}{self.latency_ms[name] / mobilenet_ms:15.2f}"
                f"{teacher.psnr_db:11.2f}{teacher.ssim:8.4f}{own.psnr_db:11.2f}{own.ssim:8.4f}"
            )
        keras_row, photo_row = quality.keras_to_teacher, quality.photo_to_teacher
        lines.append(f"{'Keras float':57}{keras_row.psnr_db:11.2f}{keras_row.ssim:8.4f}")
        lines.append(f"{'photo, do nothing':57}{photo_row.psnr_db:11.2f}{photo_row.ssim:8.4f}")
        lines.append(f"{MOBILENET:34}{mobilenet_ms:8.2f}{1:15.2f}")
        return "\n".join(lines)


def compare_models(run: Path, models: Path, grid: Path, *, pairs: Path | None, threads: int) -> Comparison:
    """Measure every file of the run in ``models``, and draw ``grid``.

    Raises:
        DataError: no such file, or no pairs.
    """
    config = read_config(run)
    name = model_name(config)
    paths = (models / f"{name}{recipe.file_suffix}.tflite" for recipe in RECIPES.values())
    files = [path for path in paths if path.is_file()]
    if not files:
        raise DataError(f"{models}: no {name}.tflite of any recipe; make some with 'python -m convert export {run}'")
    folder = pairs_folder(config, pairs)
    test_pairs = pairs_of(folder, "test")
    generator = load_generator(run, keras)
    quality = measure_quality(files, generator, folder, test_pairs)
    picture = resize(read_pair(folder, test_pairs[0])[0], TIMED_SIZE_WH)
    calls = {path.stem: picture_call(path, picture, threads) for path in files}
    latency = measure_latency(calls | {MOBILENET: mobilenet_call(threads)}, TIMED_RUNS)
    latency_ms = {name: each.median_ms for name, each in latency.items()}
    _draw_grid(files, generator, folder, test_pairs[:GRID_ROWS], grid)
    return Comparison(files, quality, latency_ms, threads, grid)


def _draw_grid(files: list[Path], generator: object, folder: Path, pairs: list[Pair], grid: Path) -> None:
    """Photo, teacher, Keras float and each file."""
    loaded = [TFLiteModel(path) for path in files]
    rows = []
    for pair in pairs:
        photo, cartoon = read_pair(folder, pair)
        rows.append([photo, cartoon, draw(generator, photo), *(model(photo) for model in loaded)])
    titles = ("photo", "teacher", "Keras float", *(path.stem for path in files))
    write_image(grid, contact_sheet(rows, height=256, titles=titles))
