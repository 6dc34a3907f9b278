from __future__ import annotations

import numpy as np
import pytest

from celcam.media.photos import read_image
from tests.celcam.styles import golden_pictures


@pytest.mark.parametrize(("style", "photo"), golden_pictures.names())
def test_a_style_filter_draws_the_same_bytes_as_ever(style: str, photo: str) -> None:
    golden = read_image(golden_pictures.path_of(style, photo))
    cartoon = golden_pictures.draw(style, photo)
    assert cartoon.shape == golden.shape
    assert np.abs(cartoon.astype(int) - golden).max() == 0
