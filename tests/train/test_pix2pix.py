from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from train.discriminators import DiscriminatorSpec, build_discriminator
from train.networks import SMOKE_GENERATOR, build_generator
from train.recipe import LossWeights

if TYPE_CHECKING:
    from train.pix2pix import Pix2Pix

Batch = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


def build(adversarial_weight: float, feature_weight: float = 0.0) -> Pix2Pix:
    import keras

    from train.pix2pix import Pix2Pix

    keras.utils.set_random_seed(7)
    generator = build_generator(SMOKE_GENERATOR, keras)
    discriminator = build_discriminator(DiscriminatorSpec(strided=(4, 8), plain=(8,)), keras)
    weights = LossWeights(l1=10.0, adversarial=adversarial_weight, feature=feature_weight)
    model = Pix2Pix(generator, discriminator, weights)
    model.compile(optimizer=keras.optimizers.SGD(0.1))
    model.build((None, 32, 32, 3))
    return model


@pytest.fixture
def batch() -> Batch:
    rng = np.random.default_rng(2)
    return rng.random((2, 32, 32, 3), np.float32), rng.random((2, 32, 32, 3), np.float32)


def on_the_grid(photo: Any, other: Any) -> Any:
    """The discriminator's input at the first step: pictures of 32 pixels, cropped by offset 0 for a stride of 4."""
    import tensorflow as tf

    return tf.concat([photo, other], -1)[:, :29, :29]


def test_gradients_equal_those_of_two_tapes(batch: Batch) -> None:
    import tensorflow as tf

    photo, cartoon = (tf.constant(array) for array in batch)
    model = build(0.5)
    generator, discriminator = model.generator, model.discriminator
    with tf.GradientTape() as generator_tape, tf.GradientTape() as discriminator_tape:
        drawn = generator(photo, training=True)
        adversarial = -tf.reduce_mean(discriminator(on_the_grid(photo, drawn))[-1])
        generator_loss = 10.0 * tf.reduce_mean(tf.abs(cartoon - drawn)) + 0.5 * adversarial
        real = discriminator(on_the_grid(photo, cartoon))[-1]
        fake = discriminator(on_the_grid(photo, tf.stop_gradient(drawn)))[-1]
        discriminator_loss = tf.reduce_mean(tf.nn.relu(1 - real)) + tf.reduce_mean(tf.nn.relu(1 + fake))
    theirs = [
        *generator_tape.gradient(generator_loss, [variable.value for variable in generator.trainable_variables]),
        *discriminator_tape.gradient(
            discriminator_loss, [variable.value for variable in discriminator.trainable_variables]
        ),
    ]
    with tf.GradientTape() as tape:
        loss = model.compute_loss(photo, cartoon, model(photo, training=True), training=True)
    ours = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
    assert len(ours) == len(theirs) == len(model.trainable_variables)
    for one, other in zip(ours, theirs, strict=True):
        assert np.allclose(one, other, atol=1e-6)
    assert max(float(np.abs(gradient).max()) for gradient in theirs[-6:]) > 1e-4  # the discriminator learns


def test_fit_changes_both_networks(batch: Batch) -> None:
    model = build(0.5)
    before = [variable.numpy().copy() for variable in model.trainable_variables]
    logs = model.fit(*batch, epochs=2, verbose=0).history
    moved = [not np.allclose(old, new.numpy()) for old, new in zip(before, model.trainable_variables, strict=True)]
    assert any(moved[: len(model.generator.trainable_variables)])
    assert any(moved[len(model.generator.trainable_variables) :])
    assert set(logs) == {"loss", "l1", "adversarial", "discriminator"}


def test_without_the_adversarial_term_there_is_no_discriminator(batch: Batch) -> None:
    model = build(0.0)
    assert len(model.trainable_variables) == len(model.generator.trainable_variables)
    logs = model.fit(*batch, epochs=1, verbose=0).history
    assert logs["loss"][0] == pytest.approx(10.0 * logs["l1"][0], rel=1e-5)


def test_feature_matching_changes_only_the_generator(batch: Batch) -> None:
    import tensorflow as tf

    photo, cartoon = (tf.constant(array) for array in batch)
    gradients = []
    for feature in (0.0, 2.0):
        model = build(0.5, feature)
        with tf.GradientTape() as tape:
            loss = model.compute_loss(photo, cartoon, model(photo, training=True), training=True)
        gradients.append(tape.gradient(loss, [variable.value for variable in model.trainable_variables]))
    of_generator = len(model.generator.trainable_variables)
    without, with_features = gradients
    changed = [not np.allclose(a, b, atol=1e-6) for a, b in zip(without, with_features, strict=True)]
    assert any(changed[:of_generator])
    assert not any(changed[of_generator:])


def test_offsets_visit_every_place_of_the_grid(batch: Batch) -> None:
    import tensorflow as tf

    photo, cartoon = (tf.constant(array) for array in batch)
    model, seen = build(0.5), set()
    for _ in range(16):
        seen.add(int(model.offset))
        model.compute_loss(photo, cartoon, photo, training=True)
    assert seen == set(range(16))
    model.compute_loss(photo, cartoon, photo, training=False)
    assert int(model.offset) == 0
