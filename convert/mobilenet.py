"""MobileNetV2-224 at int8, the reference for timings: its speed is published for most small devices.

Its weights are random, because the time of an int8 graph does not depend on them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import tf_keras
from ai_edge_litert.interpreter import Interpreter

from convert.converter import convert_int8

MOBILENET = "MobileNetV2-224 int8"
SIDE = 224


def mobilenet_call(threads: int) -> Callable[[], object]:
    """A call that runs MobileNetV2-224 int8 once."""
    interpreter: Any = Interpreter(model_content=_convert(), num_threads=threads)
    interpreter.allocate_tensors()
    index = interpreter.get_input_details()[0]["index"]
    interpreter.set_tensor(index, np.random.default_rng(1).integers(0, 256, (1, SIDE, SIDE, 3), np.uint8))
    return lambda: interpreter.invoke()


@functools.cache
def _convert() -> bytes:
    rng = np.random.default_rng(1)
    network = tf_keras.applications.MobileNetV2((SIDE, SIDE, 3), weights=None)
    return convert_int8(network, [rng.random((1, SIDE, SIDE, 3), np.float32) for _ in range(4)])
