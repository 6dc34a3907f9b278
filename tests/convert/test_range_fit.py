from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.pixels import resize, to_float

if TYPE_CHECKING:
    from convert.range_fit import RangeFit


@pytest.fixture
def uneven_generator(generator: Any) -> Any:
    """A generator with a channel that is a hundred times too loud, and that nothing listens to, and a faint one."""
    for name, place, factor in (
        ("difference", np.s_[:, :, 0], 0),
        ("down", np.s_[:, :, 0], 0),
        ("stem", np.s_[..., 0], 100),
        ("stem", np.s_[..., 1], 0.05),
        ("difference", np.s_[:, :, 1], 20),
    ):
        layer = generator.get_layer(name)
        kernel, bias = layer.get_weights()
        kernel[place] *= factor
        layer.set_weights([kernel, bias])
    return generator


@pytest.fixture
def photos(photo: Uint8Array) -> Any:
    return to_float(np.stack([resize(photo, (64, 64)), 255 - resize(photo, (64, 64))]))


@pytest.fixture
def fit(uneven_generator: Any, photos: Any, monkeypatch: pytest.MonkeyPatch) -> RangeFit:
    from convert import range_fit
    from convert.range_fit import fit_ranges

    monkeypatch.setattr(range_fit, "STEPS", 60)
    return fit_ranges(uneven_generator, photos, quiet=True)


def error(model: Any, generator: Any, photos: Any) -> float:
    drawn, expected = (np.clip(network(photos, training=False), 0, 1) for network in (model, generator))
    return float(np.mean((drawn - expected) ** 2))


def seen(generator: Any, name: str, photos: Any) -> Any:
    import tf_keras

    return tf_keras.Model(generator.input, generator.get_layer(name).output)(photos, training=False).numpy()


def test_fitted_ranges_are_closer_to_float_than_ranges_of_all_values(
    uneven_generator: Any, photos: Any, fit: RangeFit
) -> None:
    from convert.converter import copy_of
    from convert.cross_layer_equalization import scale_channels
    from convert.ranges import quantized_layers, with_ranges

    whole = {}
    for name in quantized_layers(uneven_generator):
        values = seen(uneven_generator, name, photos)
        whole[name] = (min(0.0, values.min()), max(0.0, values.max()))
    scaled = copy_of(uneven_generator)
    scale_channels(scaled, fit.factors)
    found = error(with_ranges(scaled, fit.spans), uneven_generator, photos)
    assert 0 < found < 0.3 * error(with_ranges(uneven_generator, whole), uneven_generator, photos)
    assert list(fit.spans) == quantized_layers(uneven_generator)


def test_a_channel_of_small_values_gets_a_larger_factor(fit: RangeFit) -> None:
    loud, faint = fit.factors["stem_relu"][:2]
    assert faint > 1.5 * loud
    assert fit.factors["up"] == 4 * fit.factors["up_shuffle"] == 4 * fit.factors["stem_relu"]


def test_no_range_after_a_relu_exceeds_its_limit(fit: RangeFit) -> None:
    assert all(high <= 6.001 for name, (_, high) in fit.spans.items() if name.endswith("_relu"))


def test_the_float_weights_are_unchanged(uneven_generator: Any, photos: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from convert import range_fit
    from convert.range_fit import fit_ranges

    monkeypatch.setattr(range_fit, "STEPS", 2)
    before = uneven_generator(photos, training=False).numpy()
    fit_ranges(uneven_generator, photos, quiet=True)
    assert np.array_equal(uneven_generator(photos, training=False).numpy(), before)
