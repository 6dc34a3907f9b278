"""What depends on the Keras backend and the machine: devices, exact float32, and how a full memory shows."""

from __future__ import annotations

import keras

from celcam.errors import UsageError
from train.recipe import Hardware


def require_hardware(hardware: Hardware, batch_size: int) -> None:
    """Check that this machine and the Keras backend can do what ``hardware`` asks for.

    Raises:
        UsageError: the backend is another one than JAX, there are fewer devices, or they can't share a batch evenly.
    """
    devices, backend = hardware.devices, keras.backend.backend()
    if hardware.augment_on == "device" and backend != "jax":
        raise UsageError("--augment-on device: needs the JAX backend; set KERAS_BACKEND=jax")
    if devices == 1:
        return
    if backend != "jax":
        raise UsageError(f"--devices {devices}: several devices need the JAX backend; set KERAS_BACKEND=jax")
    found = keras.distribution.list_devices()
    if len(found) < devices:
        raise UsageError(f"--devices {devices}: here are {len(found)} ({', '.join(found)}); lower --devices")
    if batch_size % devices:
        raise UsageError(f"--devices {devices}: can't share {batch_size} crops a step evenly; change --batch-size")


def share_batches(devices: int) -> None:
    """Let Keras share each batch among the first ``devices`` of this machine; each holds the whole network."""
    if devices > 1:
        found = keras.distribution.list_devices()[:devices]
        keras.distribution.set_distribution(keras.distribution.DataParallel(devices=found))


def use_exact_float32() -> None:
    """Compute products of float32 in float32.

    By default GPUs round their factors to 11 bits (TF32). A variance is the small difference of two large means and
    does not survive that, and neither does a training on structural similarity.
    """
    if keras.backend.backend() == "jax":
        import jax

        jax.config.update("jax_default_matmul_precision", "highest")
    elif keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_tensor_float_32_execution(enabled=False)


def out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` is how TensorFlow, JAX, PyTorch or NumPy report that the memory is full."""
    name, text = type(error).__name__, str(error)
    return (
        name in ("ResourceExhaustedError", "OutOfMemoryError")
        or isinstance(error, MemoryError)
        or ("RESOURCE_EXHAUSTED" in text or "can't allocate memory" in text)
    )
