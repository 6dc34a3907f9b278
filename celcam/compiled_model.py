"""LiteRT's CompiledModel behind the methods of its older Interpreter that `celcam.tflite_model` calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# `--delegate` names these instead of a library.
PREFIX = "compiled:"
DEVICES = ("cpu", "gpu")


class CompiledInterpreter:
    """One network with one input and one output, both pictures."""

    def __init__(self, data: bytes, device: str, threads: int) -> None:
        """Compile a network.

        Args:
            data: a TFLite file.
            device: one of `DEVICES`; parts that a GPU does not support run on the CPU.
            threads: CPU threads.

        Raises:
            ImportError: the runtime has no CompiledModel.
            RuntimeError: it can't be compiled, or there is no such device.
        """
        from ai_edge_litert.compiled_model import CompiledModel
        from ai_edge_litert.cpu_options import CpuOptions
        from ai_edge_litert.hardware_accelerator import HardwareAccelerator
        from ai_edge_litert.options import Options

        wanted = HardwareAccelerator.CPU
        if device == "gpu":
            wanted |= HardwareAccelerator.GPU
        options = Options(hardware_accelerators=wanted, cpu_options=CpuOptions(num_threads=threads))
        self._model: Any = CompiledModel.from_buffer(data, options=options)
        key = self._model.get_signature_by_index(0)["key"]
        self._details = [
            next(iter(self._model.get_input_tensor_details(key).values())),
            next(iter(self._model.get_output_tensor_details(key).values())),
        ]
        self._shape = tuple(int(side) for side in self._details[0]["shape"])
        self.allocate_tensors()

    def allocate_tensors(self) -> None:
        """Make the buffers for the present size."""
        self._inputs, self._outputs = self._model.create_input_buffers(0), self._model.create_output_buffers(0)
        self._picture: NDArray[Any] = np.zeros(self._shape, self._details[0]["dtype"])

    def get_input_details(self) -> list[dict[str, Any]]:
        """Facts of the only input."""
        return [_details(self._details[0], 0)]

    def get_output_details(self) -> list[dict[str, Any]]:
        """Facts of the only output."""
        return [_details(self._details[1], 0)]

    def resize_tensor_input(self, index: int, shape: Sequence[int]) -> None:
        """Change the size of the picture; `allocate_tensors` comes next."""
        self._shape = tuple(shape)
        self._model.resize_input_tensor(0, list(shape), strict=False)

    def tensor(self, index: int) -> Callable[[], NDArray[Any]]:
        """A function that returns the input, to be written."""
        return lambda: self._picture

    def set_tensor(self, index: int, values: NDArray[Any]) -> None:
        """Write the input."""
        self._picture[...] = values

    def invoke(self) -> None:
        """Run the network."""
        self._inputs[0].write(self._picture)
        self._model.run_by_index(0, self._inputs, self._outputs)

    def get_tensor(self, index: int) -> NDArray[Any]:
        """The output, of the input's shape."""
        dtype = np.dtype(self._details[1]["dtype"]).type
        return np.asarray(self._outputs[0].read(int(np.prod(self._shape)), dtype)).reshape(self._shape)


def _details(details: dict[str, Any], index: int) -> dict[str, Any]:
    # CompiledModel does not report scales; a file of bytes has those of its card's contract.
    dtype = np.dtype(details["dtype"]).type
    quantization = (1 / 255, 0) if dtype == np.uint8 else (0.0, 0)
    return {"index": index, "shape": np.array(details["shape"]), "dtype": dtype, "quantization": quantization}
