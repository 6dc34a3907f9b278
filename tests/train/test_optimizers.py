import numpy as np
import pytest

from celcam.errors import UnknownNameError
from train.networks import LIVE_GENERATOR, build_generator


def test_muon_moves_a_kernel_equally_in_each_direction() -> None:
    import keras

    from train.optimizers import build_optimizer

    rng = np.random.default_rng(1)
    kernel = keras.Variable(rng.normal(size=(3, 3, 16, 24)), dtype="float32")
    # A gradient that is a hundred times larger in some directions than in others.
    gradient = (rng.normal(size=(144, 24)) * np.logspace(0, 2, 24)).reshape(kernel.shape)
    optimizer = build_optimizer("muon", 0.01, adversarial=False, ema=0.0)
    before = np.asarray(kernel)
    optimizer.apply([keras.ops.convert_to_tensor(gradient, "float32")], [kernel])
    moved = (before - np.asarray(kernel)).reshape(144, 24)
    stretch = np.linalg.svd(moved, compute_uv=False) / (0.01 * 0.2 * np.sqrt(144))
    assert stretch.max() < 1.3 and stretch.min() > 0.5


def test_narrow_kernels_and_biases_are_updated_by_adam() -> None:
    import keras

    from train.optimizers import build_optimizer

    moved = {}
    for name in ("muon", "adam"):
        variables = [keras.Variable(np.ones((3, 3, 20, 12))), keras.Variable(np.ones(20))]
        optimizer = build_optimizer(name, 0.01, adversarial=False, ema=0.0)
        optimizer.apply([keras.ops.ones_like(variable) for variable in variables], variables)
        moved[name] = [np.asarray(variable) for variable in variables]
    for muon, adam in zip(moved["muon"], moved["adam"], strict=True):
        np.testing.assert_allclose(muon, adam, rtol=1e-6)
        np.testing.assert_allclose(muon, 0.99, rtol=1e-5)


def test_muon_updates_most_weights_of_live() -> None:
    import keras

    from train.optimizers import build_optimizer

    variables = build_generator(LIVE_GENERATOR, keras).trainable_variables
    optimizer = build_optimizer("muon", 1e-3, adversarial=False, ema=0.0)
    by_muon = sum(np.prod(variable.shape) for variable in variables if not optimizer._should_use_adamw(variable))
    assert by_muon > 0.9 * sum(np.prod(variable.shape) for variable in variables)


@pytest.mark.parametrize("name", ["muon", "adam"])
def test_the_momentum_of_the_average_grows_to_its_value(name: str) -> None:
    import keras

    from train.optimizers import AVERAGE_WARM_UP, build_optimizer

    variable = keras.Variable(np.full(4, 100.0, np.float32))
    optimizer = build_optimizer(name, 0.5, adversarial=False, ema=0.8)
    expected = None
    for step in range(60):
        optimizer.apply([keras.ops.ones_like(variable)], [variable])
        momentum = min(0.8, step / (step + AVERAGE_WARM_UP))
        now = np.asarray(variable)
        expected = now if expected is None else momentum * expected + (1 - momentum) * now
        np.testing.assert_allclose(np.asarray(optimizer._model_variables_moving_average[0]), expected, rtol=1e-5)


def test_an_unknown_optimizer_is_refused() -> None:
    from train.optimizers import build_optimizer

    with pytest.raises(UnknownNameError, match=r"optimizer 'sgd'.*adam, muon"):
        build_optimizer("sgd", 1e-3, adversarial=False, ema=0.0)


@pytest.mark.parametrize("name", ["muon", "adam"])
@pytest.mark.parametrize("shape", [(3, 3, 16, 24), (24,)])
def test_a_variable_may_have_a_rate_of_its_own(name: str, shape: tuple[int, ...]) -> None:
    import keras

    from train.optimizers import build_optimizer

    gradient = keras.ops.convert_to_tensor(np.random.default_rng(1).normal(size=shape), "float32")
    variables = [keras.Variable(np.zeros(shape), dtype="float32", name=path) for path in ("usual", "own")]
    optimizer = build_optimizer(name, 0.01, adversarial=True, ema=0.0)
    optimizer.shares = {"own": 0.25}
    for _ in range(3):
        optimizer.apply([gradient, gradient], variables)
    usual, own = (np.asarray(variable) for variable in variables)
    assert np.abs(usual).min() > 0
    np.testing.assert_allclose(own, 0.25 * usual, rtol=1e-5, atol=1e-9)
