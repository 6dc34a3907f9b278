"""The TFLite file of a generator by any recipe. Long steps are saved, so that a stopped export can continue."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.errors import UsageError
from celcam.image_io import read_bytes, write_whole
from celcam.manifest import MANIFEST_NAME, pairs_of, read_manifest
from celcam.media.photos import read_image
from convert.converter import (
    TRACED_SIDE,
    calibration_batches,
    clipped,
    convert_float,
    convert_int8,
    copy_of,
    saturated,
    to_tf_keras,
)
from convert.cross_layer_equalization import scale_channels
from convert.fine_tuning import (
    LEARNING_RATE,
    PRUNING_RATE,
    bare,
    fine_tune,
    with_kept_zeros,
    with_pruned_kernels,
)
from convert.npu import NPU_SIZE_WH, for_npu
from convert.range_fit import RangeFit, fit_ranges
from convert.ranges import with_ranges
from convert.recipes import Recipe, find_recipe
from convert.rounding import with_rounded_kernels
from train.batches import CropBatches
from train.networks import GeneratorSpec
from train.run_config import read_config
from train.run_folder import WEIGHTS_NAME, load_generator

# Photos for the fit of ranges and rounding.
CALIBRATION_PHOTOS = 48
SEED = 1
BATCH_SIZE = 8  # crops per step of fine-tuning
CACHE_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Workshop:
    """What the files of one run are made from, and the folder of unfinished work."""

    run: Path
    pairs: Path
    work: Path
    steps: int  # of each fine-tuning
    float_weight: float  # of each fine-tuning
    quiet: bool = False
    npu_size_wh: tuple[int, int] = NPU_SIZE_WH

    def make(self, recipe: Recipe) -> Path:
        """Make the file of ``recipe`` in `work`, unless it exists."""
        size_wh = self.npu_size_wh if recipe.made_from else None
        path = self._folder(recipe.name, [asdict(recipe), size_wh]).with_suffix(".tflite")
        if not path.is_file():
            write_whole(path, self._convert(recipe))
        return path

    def channel_factors(self, recipe: Recipe) -> dict[str, list[float]]:
        """The factors of the channels in the file of ``recipe``, for its card; the file must exist."""
        if not recipe.bytes_inside:
            return {}
        fit = self._found_fit(recipe.sparsity)
        return {name: factors for name, factors in fit.factors.items() if name in fit.spans}

    def _convert(self, recipe: Recipe) -> bytes:
        if recipe.made_from:
            return for_npu(read_bytes(self.make(find_recipe(recipe.made_from))), self.npu_size_wh)
        model = self._pruned(recipe) if recipe.sparsity else self._twin()
        if not recipe.bytes_inside:
            return convert_float(clipped(model), recipe.weights)
        photos = self._calibration()
        inputs = np.concatenate(photos)
        fit = self._fit(model, inputs, recipe.sparsity)
        scale_channels(model, fit.factors)
        model = with_ranges(model, fit.spans)
        if recipe.quantization_aware:
            student = with_kept_zeros(model)
            self._fine_tune(student, self._folder(recipe.name, asdict(recipe)), recipe.name, LEARNING_RATE)
            model = bare(student, copy_of(model))
        return convert_int8(saturated(with_rounded_kernels(model, inputs, quiet=self.quiet)), photos)

    def _pruned(self, recipe: Recipe) -> Any:
        """The pruned float generator, which `pruned` and `pruned-int8` share."""
        folder = self._folder(f"sparsity-{recipe.sparsity}")
        weights = folder / WEIGHTS_NAME
        twin = self._twin()
        if weights.is_file():
            twin.load_weights(weights)
            return twin
        model = with_pruned_kernels(self._twin(), recipe.sparsity, self.steps)
        self._fine_tune(model, folder, "pruning", PRUNING_RATE)
        bare(model, twin).save_weights(folder / f"part-{WEIGHTS_NAME}")
        (folder / f"part-{WEIGHTS_NAME}").replace(weights)
        return twin

    def _fit(self, model: Any, photos: FloatArray, sparsity: float) -> RangeFit:
        """The ranges and factors of a float generator; recipes with the same sparsity share them."""
        path = self._fit_path(sparsity)
        if not path.is_file():
            write_whole(path, json.dumps(asdict(fit_ranges(model, photos, quiet=self.quiet))).encode())
        return self._found_fit(sparsity)

    def _found_fit(self, sparsity: float) -> RangeFit:
        return RangeFit(**json.loads(read_bytes(self._fit_path(sparsity))))

    def _fit_path(self, sparsity: float) -> Path:
        return self._folder(f"ranges-{round(100 * sparsity)}").with_suffix(".json")

    def _fine_tune(self, model: Any, folder: Path, title: str, learning_rate: float) -> None:
        batches = CropBatches(
            self.pairs,
            pairs_of(self.pairs, "train"),
            crop=read_config(self.run).recipe.crop,
            batch_size=BATCH_SIZE,
            steps=self.steps,
            seed=SEED,
            cache_bytes=CACHE_BYTES,
        )
        fine_tune(
            model,
            self._twin(),
            batches,
            folder,
            steps=self.steps,
            float_weight=self.float_weight,
            learning_rate=learning_rate,
            title=title,
            quiet=self.quiet,
        )

    def _twin(self) -> Any:
        return to_tf_keras(spec_to_convert(self.run), load_generator(self.run, keras))

    def _calibration(self) -> list[FloatArray]:
        chosen = pairs_of(self.pairs, "train")[:CALIBRATION_PHOTOS]  # sorted by digest, so in random order
        return calibration_batches([_square(read_image(self.pairs / pair.photo)) for pair in chosen])

    def _folder(self, name: str, made_by: object = None) -> Path:
        """The folder of a step. Its name depends on all inputs of the step, so that stale work is never used."""
        made_of = json.dumps([made_by, self.steps, self.float_weight, str(self.pairs.absolute()), self._pictures()])
        inputs = (self.run / WEIGHTS_NAME, self.pairs / MANIFEST_NAME, self.pairs / "build.json")
        contents = b"".join(read_bytes(path) for path in inputs if path.is_file())
        digest = hashlib.sha256(contents + made_of.encode()).hexdigest()
        return self.work / f"{name}-{digest[:12]}"

    def _pictures(self) -> list[tuple[int, int]]:
        """Size and time of change of each picture of the pairs: they change when the pairs are built again."""
        names = sorted({name for pair in read_manifest(self.pairs) for name in (pair.photo, pair.cartoon)})
        statuses = [(self.pairs / name).stat() for name in names if (self.pairs / name).exists()]
        return [(status.st_size, status.st_mtime_ns) for status in statuses]


def spec_to_convert(run: Path) -> GeneratorSpec:
    """The network of ``run``.

    Raises:
        UsageError: networks of its kind are not converted.
    """
    config = read_config(run)
    spec = config.recipe.generator
    if not isinstance(spec, GeneratorSpec):  # a U-Net is slow at int8
        raise UsageError(f"{run}: preset {config.preset} is for comparison and not converted; train live or quality")
    return spec


def _square(rgb_u8: Uint8Array) -> Uint8Array:
    """The top left ``(TRACED_SIDE, TRACED_SIDE, 3)`` of a photo; a smaller photo is padded by reflection."""
    height, width = rgb_u8.shape[:2]
    fill = ((0, max(0, TRACED_SIDE - height)), (0, max(0, TRACED_SIDE - width)), (0, 0))
    return np.pad(rgb_u8, fill, mode="symmetric")[:TRACED_SIDE, :TRACED_SIDE]
