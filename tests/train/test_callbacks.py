from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from celcam.arrays import Uint8Array


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_a_generator_of_half_precision_is_validated_in_float32(policy: str, photo: Uint8Array, tmp_path: Path) -> None:
    import keras

    from train.callbacks import ValidationCallback
    from train.draw import draw
    from train.networks import GeneratorSpec, build_generator

    spec = GeneratorSpec(8, 8, 1, 0)
    crop = photo[:64, :64]
    usual = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy(policy)
        generator = build_generator(spec, keras)
    finally:
        keras.config.set_dtype_policy(usual)
    whole = build_generator(spec, keras)
    whole.set_weights(generator.get_weights())
    expected = draw(whole, crop)
    shown: dict[str, float] = {}
    budget: Any = SimpleNamespace(show=shown.update)
    callback = ValidationCallback([(crop, expected)], tmp_path, budget, spec)
    callback.set_model(SimpleNamespace(generator=generator, optimizer=SimpleNamespace(use_ema=False)))
    logs = {"l1": 0.0}
    callback.on_epoch_end(0, logs)
    assert logs["val_ssim"] == shown["val_ssim"] == pytest.approx(1.0)
    assert logs["val_psnr_db"] > 60
    assert {layer.compute_dtype for layer in generator.layers} >= {policy.removeprefix("mixed_")}
    assert np.array_equal(draw(whole, crop), expected)
