from __future__ import annotations

from pathlib import Path

import numpy as np

from celcam.arrays import Uint8Array
from train.unet import UNetSpec, build_unet

SPEC = UNetSpec(width=2, depth=4)


def test_a_picture_of_another_size_is_padded_and_cropped_back(photo: Uint8Array) -> None:
    import keras

    from train.draw import draw

    unet = build_unet(SPEC, keras)
    picture = photo[:40, :70]
    drawn = draw(unet, picture, SPEC.size_multiple)
    assert drawn.shape == picture.shape
    mirrored = np.pad(picture, ((0, 8), (0, 10), (0, 0)), mode="symmetric")
    assert np.array_equal(drawn, draw(unet, mirrored)[:40, :70])


def test_a_run_draws_pictures_of_any_size(smoke_run: Path, photo: Uint8Array) -> None:
    from train.draw import load_drawing

    drawing = load_drawing(smoke_run)
    assert drawing(photo[:61, :83]).shape == (61, 83, 3)
