from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celcam.arrays import FloatArray
from celcam.errors import TrainingError
from train.networks import SMOKE_GENERATOR, build_generator


@pytest.fixture
def batches() -> list[tuple[FloatArray, FloatArray]]:
    rng = np.random.default_rng(2)
    photos = rng.random((6, 2, 32, 32, 3), np.float32)
    return [(photo, 1 - photo) for photo in photos]


def kernels(model: Any) -> list[FloatArray]:
    return [weight.numpy() for weight in model.trainable_weights if "kernel" in weight.name]


def twin_of(generator: Any) -> Any:
    import tf_keras

    twin = build_generator(SMOKE_GENERATOR, tf_keras)
    twin.set_weights(generator.get_weights())
    return twin


def test_pruning_makes_zeros_and_further_training_keeps_them(generator: Any, batches: Any, tmp_path: Path) -> None:
    from convert.converter import copy_of
    from convert.fine_tuning import bare, fine_tune, with_kept_zeros, with_pruned_kernels

    pruned = with_pruned_kernels(twin_of(generator), 0.5, steps=6)
    fine_tune(pruned, generator, batches, tmp_path / "pruned", steps=6, quiet=True)
    healed = bare(pruned, twin_of(generator))
    before = kernels(healed)
    weights = np.concatenate([kernel.ravel() for kernel in before])
    assert (weights == 0).mean() == pytest.approx(0.5, abs=0.03)
    student = with_kept_zeros(copy_of(healed))
    fine_tune(student, generator, batches, tmp_path / "kept", steps=6, quiet=True)
    after = kernels(bare(student, twin_of(generator)))
    for one, other in zip(before, after, strict=True):
        assert np.array_equal(one == 0, other == 0)
        assert np.abs(one - other).max() > 1e-5


def test_small_kernels_keep_more_and_the_total_is_as_requested() -> None:
    from convert.fine_tuning import kept_shares

    shapes = {"small": (3, 3, 3, 4), "middle": (3, 3, 20, 20), "large": (3, 3, 40, 40)}
    kept = kept_shares(shapes, 0.65)
    assert kept["small"] == 1.0 and kept["small"] > kept["middle"] > kept["large"] > 0
    sizes = {name: int(np.prod(shape)) for name, shape in shapes.items()}
    assert sum(kept[name] * sizes[name] for name in shapes) == pytest.approx(0.35 * sum(sizes.values()))
    assert kept_shares(shapes, 0.0) == {"small": 1.0, "middle": 1.0, "large": 1.0}


def test_fine_tuning_continues_from_its_checkpoint(
    generator: Any, batches: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convert import fine_tuning
    from convert.fine_tuning import fine_tune

    monkeypatch.setattr(fine_tuning, "SAVE_INTERVAL", 2)
    whole = twin_of(generator)
    fine_tune(whole, generator, batches, tmp_path / "whole", steps=6, quiet=True)

    class KilledError(Exception):
        pass

    class UntilKilled:
        def __getitem__(self, number: int) -> Any:
            if number == 5:
                raise KilledError
            return batches[number]

    with pytest.raises(KilledError):
        first = twin_of(generator)
        fine_tune(first, generator, UntilKilled(), tmp_path / "cut", steps=6, quiet=True)
    second = twin_of(generator)
    fine_tune(second, generator, batches, tmp_path / "cut", steps=6, quiet=True)
    for one, other in zip(kernels(whole), kernels(second), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert any(np.abs(one - other).max() > 1e-5 for one, other in zip(kernels(whole), kernels(generator), strict=True))


def test_a_larger_float_weight_ends_closer_to_float(generator: Any, batches: Any, tmp_path: Path) -> None:
    from convert.fine_tuning import fine_tune

    photo = batches[0][0]
    expected = np.clip(generator(photo), 0, 1)
    gaps = []
    for weight in (0.0, 500.0):
        student = twin_of(generator)
        folder = tmp_path / str(weight)
        fine_tune(student, generator, batches, folder, steps=6, float_weight=weight, learning_rate=5e-3, quiet=True)
        gaps.append(float(np.abs(np.clip(student(photo), 0, 1) - expected).mean()))
    assert 0 < gaps[1] < 0.3 * gaps[0]


def test_a_nan_loss_is_an_error(generator: Any, batches: Any, tmp_path: Path) -> None:
    from convert.fine_tuning import fine_tune

    spoiled = [(batches[0][0] * np.nan, batches[0][1])]
    with pytest.raises(TrainingError, match="the loss is nan at step 0"):
        fine_tune(twin_of(generator), generator, spoiled, tmp_path, steps=1, quiet=True)
