"""Start Keras and its backend without the log lines of their C++ libraries."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import sys
import tempfile
from collections.abc import Iterator

from celcam.errors import UsageError

BACKENDS = ("tensorflow", "jax", "torch")


def load_keras() -> None:
    """Import Keras and its backend, quietly.

    Raises:
        UsageError: ``KERAS_BACKEND`` names no backend, or one that is not installed.
    """
    backend = os.environ.get("KERAS_BACKEND", BACKENDS[0])
    if backend not in BACKENDS:
        raise UsageError(f"KERAS_BACKEND={backend}: expected {', '.join(BACKENDS)}")
    try:
        with quiet_native_logs():
            import keras  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != backend or "KERAS_BACKEND" not in os.environ:
            raise
        raise UsageError(f"KERAS_BACKEND={backend}: {backend} is not installed; 'pip install {backend}'") from error


@contextlib.contextmanager
def quiet_native_logs() -> Iterator[None]:
    """Inside, drop what C++ libraries write to stderr; what Python writes still appears.

    While TensorFlow is imported it logs whatever the environment says, and afterwards as TF_CPP_MIN_LOG_LEVEL says. If
    the block raises, all that was written appears; if the process crashes, a Python traceback does.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    with os.fdopen(os.dup(2), "w") as stderr, tempfile.TemporaryFile() as log:
        crash_handler = not faulthandler.is_enabled()
        if crash_handler:
            faulthandler.enable(stderr)
        os.dup2(log.fileno(), 2)
        try:
            with contextlib.redirect_stderr(stderr):
                yield
        except BaseException:
            log.seek(0)
            os.write(stderr.fileno(), log.read())
            raise
        finally:
            os.dup2(stderr.fileno(), 2)
            if crash_handler:
                faulthandler.disable()
