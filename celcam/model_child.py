"""The process in which `celcam.model_trial` tries a model file."""

from __future__ import annotations

import sys
from pathlib import Path

from celcam.errors import CelcamError
from celcam.model_trial import EXIT_REFUSED, MOST_DATA_BYTES
from celcam.tflite_model import TFLiteModel


def main() -> None:
    """Print why a model is refused, or nothing; the exit status tells the two apart."""
    path, delegate = Path(sys.argv[1]), sys.argv[2] or None
    _limit_resources()
    try:
        TFLiteModel(path, threads=1, delegate=delegate, is_tried=True).try_out()
    except CelcamError as error:
        print(error)
        sys.exit(EXIT_REFUSED)
    except MemoryError:
        print(f"{path}: needs more than {MOST_DATA_BYTES // 10**6} MB of memory; get an intact copy of the file")
        sys.exit(EXIT_REFUSED)


def _limit_resources() -> None:
    """Let this process take no more memory than a network needs, and leave no core file."""
    try:
        import resource
    except ImportError:  # not on every system
        return
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_DATA_BYTES, MOST_DATA_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
