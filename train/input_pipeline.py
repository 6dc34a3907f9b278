"""The batches that a recipe is trained on, cropped and augmented by the CPU or on the GPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celcam.manifest import Pair
from train.batches import CropBatches
from train.recipe import Recipe

# 2,300 pairs at 256 take 1.2.
DEFAULT_CACHE_GB = 2.0


def make_batches(
    pairs: Path,
    chosen: list[Pair],
    recipe: Recipe,
    *,
    augment_on: str,
    seed: int,
    first_epoch: int = 0,
    cache_gb: float = DEFAULT_CACHE_GB,
) -> Any:
    """Batches as ``recipe`` wants them.

    Args:
        pairs: folder with a manifest.
        chosen: those of its pairs that the crops are cut from.
        recipe: crop, batch size, steps per epoch and the share of degraded photos.
        augment_on: host or device; device needs the JAX backend.
        seed: of crops and degradation.
        first_epoch: the number of epochs that a resumed run has behind it.
        cache_gb: memory for decoded pictures on the host.

    Raises:
        UsageError: such batches can't be made.
        DataError: a pair is smaller than a crop.
    """
    options: dict[str, Any] = {
        "crop": recipe.crop,
        "batch_size": recipe.batch_size,
        "steps": recipe.steps_per_epoch,
        "seed": seed,
        "first_epoch": first_epoch,
        "degraded_share": recipe.degraded_share,
        "views": recipe.losses.temporal > 0,
    }
    if augment_on == "host":
        return CropBatches(pairs, chosen, cache_bytes=int(cache_gb * 1e9), **options)
    from train.device_batches import DeviceBatches

    return DeviceBatches(pairs, chosen, **options)
