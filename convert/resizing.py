"""Whether a model file runs at another size than the one it was traced at. The runtime tries it."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from celcam.native_messages import native_messages_off


def resize_refusal(
    data: bytes, traced_hw: tuple[int, int], size_hw: tuple[int, int], *, plain_kernels: bool = False
) -> str:
    """Why a file does not run for a picture of ``size_hw``; empty if it runs.

    Args:
        data: a model file whose first input is a picture.
        traced_hw: the size of that picture in the file.
        size_hw: the size to try.
        plain_kernels: do not use XNNPACK, which tolerates some constant sizes.
    """
    try:
        with native_messages_off():
            traced_output_hw = _output_hw(_load(data, plain_kernels))
            interpreter = _load(data, plain_kernels)
            taken = interpreter.get_input_details()[0]
            shape = (1, *size_hw, int(taken["shape"][3]))
            interpreter.resize_tensor_input(taken["index"], shape)
            output_hw = _output_hw(interpreter)
            expected_hw = tuple(
                -(-side * size // traced)
                for side, size, traced in zip(traced_output_hw, size_hw, traced_hw, strict=bool(traced_output_hw))
            )
            # Do not run an operator of fixed size on a picture that it was not made for.
            if output_hw != expected_hw:
                return f"its output stays {_shown(output_hw)}, expected {_shown(expected_hw)}"
            interpreter.set_tensor(taken["index"], np.zeros(shape, taken["dtype"]))
            interpreter.invoke()
    except (ValueError, RuntimeError) as error:
        return " ".join(str(error).split())
    return ""


def _load(data: bytes, plain_kernels: bool) -> Any:
    kinds = OpResolverType
    kernels = kinds.BUILTIN_WITHOUT_DEFAULT_DELEGATES if plain_kernels else kinds.AUTO
    interpreter: Any = Interpreter(model_content=data, num_threads=1, experimental_op_resolver_type=kernels)
    return interpreter


def _output_hw(interpreter: Any) -> tuple[int, ...]:
    """Height and width of the first output after allocation; empty if it is not a picture."""
    interpreter.allocate_tensors()
    shape = interpreter.get_output_details()[0]["shape"]
    return tuple(int(side) for side in shape[1:3]) if len(shape) == 4 else ()


def _shown(size_hw: tuple[int, ...]) -> str:
    return "x".join(map(str, reversed(size_hw)))
