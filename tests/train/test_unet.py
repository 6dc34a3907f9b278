from __future__ import annotations

import numpy as np

from train.unet import UNET256, UNetSpec, build_unet

SMALL = UNetSpec(width=2, depth=4)


def test_the_reference_network_equals_the_published_one() -> None:
    import keras

    unet = build_unet(UNET256, keras)
    # 54.4 million, as in TensorFlow's pix2pix tutorial, whose innermost layer has a batch norm instead of a bias.
    assert unet.count_params() == 54_425_859 - 4 * 512 + 512 + 64
    assert UNET256.size_multiple == 256


def test_it_accepts_any_multiple_of_its_size() -> None:
    import keras

    photo = np.random.default_rng(1).random((2, 16, 48, 3), np.float32)
    drawn = np.asarray(build_unet(SMALL, keras)(photo))
    assert drawn.shape == photo.shape
    assert 0 <= drawn.min() < drawn.max() <= 1


def test_its_middle_sees_the_whole_picture_at_once() -> None:
    import keras

    unet = build_unet(SMALL, keras)
    middle = keras.Model(unet.input, unet.get_layer("down3").output)
    assert middle(np.zeros((1, 16, 16, 3), np.float32)).shape == (1, 1, 1, 16)
