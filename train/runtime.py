"""Start Keras and its backend without the log lines of their C++ libraries."""

from __future__ import annotations

import contextlib
import faulthandler
import os
from collections.abc import Iterator

from celcam.errors import UsageError
from celcam.native_messages import STDERR_FD, native_messages_off

BACKENDS = ("tensorflow", "jax", "torch")


def load_keras() -> None:
    """Import Keras and its backend, quietly.

    TensorFlow logs while it is imported, whatever the environment says, and later what TF_CPP_MIN_LOG_LEVEL allows.

    Raises:
        UsageError: ``KERAS_BACKEND`` names no backend, or one that is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    backend = os.environ.get("KERAS_BACKEND", BACKENDS[0])
    if backend not in BACKENDS:
        raise UsageError(f"KERAS_BACKEND={backend}: expected {', '.join(BACKENDS)}")
    try:
        with _crashes_shown(), native_messages_off():
            import keras  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != backend or "KERAS_BACKEND" not in os.environ:
            raise
        raise UsageError(f"KERAS_BACKEND={backend}: {backend} is not installed; 'pip install {backend}'") from error


@contextlib.contextmanager
def _crashes_shown() -> Iterator[None]:
    """Show a Python traceback if the process crashes inside, as TensorFlow does on a CPU that is too old for it."""
    if faulthandler.is_enabled():
        yield
        return
    with os.fdopen(os.dup(STDERR_FD), "w") as stderr:
        faulthandler.enable(stderr)
        try:
            yield
        finally:
            faulthandler.disable()
