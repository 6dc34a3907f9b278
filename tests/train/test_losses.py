from __future__ import annotations

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.metrics import ssim
from celcam.pixels import to_float


@pytest.mark.parametrize(
    ("name", "generator", "discriminator"),
    [
        ("hinge", -0.5, (1 - 0.25) + (1 + 0.5)),
        ("lsgan", (0.5 - 1) ** 2, (0.25 - 1) ** 2 + 0.5**2),
        # Cross-entropy of the probability 1 / (1 + exp(-verdict)).
        ("bce", np.log(1 + np.exp(-0.5)), np.log(1 + np.exp(-0.25)) + np.log(1 + np.exp(0.5))),
    ],
)
def test_each_adversarial_loss_equals_the_published_one(name: str, generator: float, discriminator: float) -> None:
    from train.losses import ADVERSARIAL_LOSSES

    loss = ADVERSARIAL_LOSSES[name]
    real, drawn = np.full((2, 4, 4, 1), 0.25, np.float32), np.full((2, 4, 4, 1), 0.5, np.float32)
    assert float(loss.generator(drawn)) == pytest.approx(generator, rel=1e-5)
    assert float(loss.discriminator(real, drawn)) == pytest.approx(discriminator, rel=1e-5)


@pytest.mark.parametrize(("stride", "tolerance"), [(1, 1e-4), (2, 0.02)])
def test_the_ssim_loss_equals_the_measured_ssim(
    photo: Uint8Array, monkeypatch: pytest.MonkeyPatch, stride: int, tolerance: float
) -> None:
    import train.losses
    from train.losses import ssim_loss

    monkeypatch.setattr(train.losses, "WINDOW_STRIDE", stride)
    one, other = photo[:96, :128], photo[3:99, 2:130]
    loss = float(ssim_loss(to_float(one)[np.newaxis], to_float(other)[np.newaxis]))
    assert loss == pytest.approx(1 - ssim(one, other), abs=tolerance)


def test_an_error_at_a_line_costs_more() -> None:
    from train.losses import line_loss

    cartoon = np.ones((1, 32, 32, 3), np.float32)
    cartoon[:, 16] = 0
    at_line, in_plain, everywhere = cartoon.copy(), cartoon.copy(), cartoon - 0.5
    at_line[:, 16] += 0.5
    in_plain[:, 4] -= 0.5
    assert float(line_loss(cartoon, in_plain)) == 0
    assert float(line_loss(cartoon, at_line)) == pytest.approx(0.5 / 32)
    assert float(line_loss(cartoon, everywhere)) == pytest.approx(3 * 0.5 / 32)  # the line and the pixels next to it


def test_a_halo_next_to_a_border_costs_and_a_soft_or_moved_border_does_not() -> None:
    from train.losses import overshoot_loss

    cartoon = np.full((1, 32, 32, 3), 0.8, np.float32)
    cartoon[:, :, :16] = 0.2
    soft, moved, halo, rim, far = (cartoon.copy() for _ in range(5))
    soft[:, :, 15:17] = 0.5
    moved[:, :, 16] = 0.2
    halo[:, :, 17] = 0.9
    rim[:, :, 14] = 0.1
    far[:, :, 20] = 0.9
    assert float(overshoot_loss(cartoon, soft)) == float(overshoot_loss(cartoon, moved)) == 0
    assert float(overshoot_loss(cartoon, halo)) == pytest.approx(0.6 * 0.1 / 32)
    assert float(overshoot_loss(cartoon, rim)) == pytest.approx(0.6 * 0.1 / 32)
    assert float(overshoot_loss(cartoon, far)) == 0


def test_the_windows_of_ssim_let_gradients_through() -> None:
    import keras
    import tensorflow as tf

    from train.losses import ssim_loss

    rng = np.random.default_rng(1)
    cartoon, drawn = (tf.constant(rng.random((1, 24, 24, 3), np.float32)) for _ in range(2))
    with tf.GradientTape() as tape:
        tape.watch(drawn)
        loss = ssim_loss(cartoon, drawn)
    better = drawn - 10.0 * tape.gradient(loss, drawn)
    assert float(ssim_loss(cartoon, better)) < float(keras.ops.convert_to_numpy(loss))
