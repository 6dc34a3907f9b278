"""Run a TFLite file as a function from picture to picture; no other module loads the runtime.

The runtime is ``ai_edge_litert`` if it is installed, else ``tflite_runtime``.
"""

from __future__ import annotations

import ctypes
import importlib
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from celcam.arrays import Uint8Array
from celcam.compiled_model import DEVICES, PREFIX, CompiledInterpreter
from celcam.errors import ModelError
from celcam.model_card import read_model, sha256
from celcam.model_trial import try_model
from celcam.native_messages import native_messages_off
from celcam.pixels import SIZE_MULTIPLE, resize, to_float, to_uint8

RUNTIMES = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter")
# Published for a Pi 5, int8: 44, 29, 24.8 and 22.9 ms on 1 to 4 threads; the camera needs the fourth core.
DEFAULT_THREADS = 3
RUNTIME_ERRORS = (ValueError, RuntimeError)
TRIAL_HW = (48, 64)


class TFLiteModel:
    """``model(rgb_u8)`` draws ``(H, W, 3) uint8 RGB`` and returns the same shape and type.

    H and W are multiples of 4; a new size costs one allocation. An int8 model takes and returns bytes; the values of a
    float model are scaled from and to 0..1. Only one thread at a time may use an instance.
    """

    def __init__(
        self,
        path: Path,
        *,
        threads: int = DEFAULT_THREADS,
        delegate: str | None = None,
        is_tried: bool = False,
    ) -> None:
        """Load ``path`` and check it against its card; a file without a card is tried in another process first.

        Args:
            path: of a ``.tflite`` file.
            threads: CPU threads.
            delegate: a shared library that runs the graph, or parts of it, on an accelerator, such as
                ``libedgetpu.so.1``, or ``compiled:cpu`` or ``compiled:gpu`` for LiteRT's CompiledModel; None for the
                CPU.
            is_tried: a crash does no harm here, so that the file needs no trial.

        Raises:
            ModelError: the file is missing or damaged, disagrees with its card, or does not turn a picture into a
                picture; or there is no such delegate.
        """
        self.path = path
        data, self.card = read_model(path)
        if self.card is None and not is_tried:
            try_model(path, sha256(data), delegate)
        try:
            with native_messages_off():
                self._interpreter: Any = _interpreter(data, threads, delegate)
                self._interpreter.allocate_tensors()
        except RUNTIME_ERRORS as error:
            raise _refusal(path, error) from error
        self._check_tensors()
        self._shape_hw: tuple[int, int] = tuple(self._input["shape"][1:3])
        self.takes_bytes = self._input["dtype"] == np.uint8

    def __call__(self, rgb_u8: Uint8Array, size_wh: tuple[int, int] | None = None) -> Uint8Array:
        """Draw one picture.

        Args:
            rgb_u8: ``(H, W, 3) uint8 RGB``.
            size_wh: draw at this size; the picture is resized directly into the network's input.

        Returns:
            ``uint8 RGB`` of that size, or of the picture's size; a copy, because the next picture overwrites the
            network's output.

        Raises:
            ModelError: a side is not a multiple of 4, or the picture does not have three channels of bytes.
        """
        if rgb_u8.ndim != 3 or rgb_u8.shape[2] != 3 or rgb_u8.dtype != np.uint8:
            raise ModelError(
                f"{self.path.name} expects (H, W, 3) uint8, the frame is {rgb_u8.shape} {rgb_u8.dtype}; "
                "open the source as RGB"
            )
        size_wh = size_wh or (rgb_u8.shape[1], rgb_u8.shape[0])
        self._allocate((size_wh[1], size_wh[0]))
        if self.takes_bytes:
            resize(rgb_u8, size_wh, out=self._input_view())
        else:
            self._interpreter.set_tensor(self._input["index"], to_float(resize(rgb_u8, size_wh))[np.newaxis])
        try:
            self._interpreter.invoke()
        except RUNTIME_ERRORS as error:
            raise _refusal(self.path, error) from error
        drawn = self._interpreter.get_tensor(self._output["index"])[0]
        if drawn.shape[:2] != self._shape_hw:
            raise ModelError(
                f"{self.path}: draws {drawn.shape[1]}x{drawn.shape[0]} for a picture of {size_wh[0]}x{size_wh[1]}; "
                "expected the same size"
            )
        return np.asarray(drawn, np.uint8) if self.takes_bytes else to_uint8(drawn)

    def try_out(self) -> None:
        """Draw a picture at the file's own size, and one at another size, which a file may refuse.

        Raises:
            ModelError: the file can't draw at its own size.
        """
        height, width = self._shape_hw
        if height % SIZE_MULTIPLE == 0 and width % SIZE_MULTIPLE == 0:
            self(np.zeros((height, width, 3), np.uint8))
        with suppress(ModelError):
            self(np.zeros((*TRIAL_HW, 3), np.uint8))

    def _input_view(self) -> Uint8Array:
        """A view of the network's input, ``(H, W, 3) uint8``. Drop it before the network runs: the runtime insists."""
        return np.asarray(self._interpreter.tensor(self._input["index"])()[0])

    def _allocate(self, shape_hw: tuple[int, int]) -> None:
        """Resize the graph to the size of the picture."""
        if shape_hw == self._shape_hw:
            return
        if shape_hw[0] % SIZE_MULTIPLE or shape_hw[1] % SIZE_MULTIPLE or not min(shape_hw):
            raise ModelError(
                f"{self.path.name} expects sides that are multiples of {SIZE_MULTIPLE}, "
                f"the frame is {shape_hw[1]}x{shape_hw[0]}; resize it first"
            )
        try:
            self._interpreter.resize_tensor_input(self._input["index"], (1, *shape_hw, 3))
            self._interpreter.allocate_tensors()
        except RUNTIME_ERRORS as error:
            raise _refusal(self.path, error) from error
        self._shape_hw = shape_hw

    def _check_tensors(self) -> None:
        inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        for kind, tensors in (("input", inputs), ("output", outputs)):
            shapes = [tuple(int(side) for side in tensor["shape"]) for tensor in tensors]
            if len(shapes) != 1 or len(shapes[0]) != 4 or shapes[0][0] != 1 or shapes[0][3] != 3:
                raise ModelError(f"{self.path}: its {kind} is {shapes}; expected one picture, (1, H, W, 3)")
            dtype, quantization = tensors[0]["dtype"], tensors[0]["quantization"]
            if dtype == np.uint8 and (abs(quantization[0] - 1 / 255) > 1e-6 or quantization[1] != 0):
                raise ModelError(
                    f"{self.path}: its {kind} has scale and zero point {quantization}; expected 1/255 and 0"
                )
            if dtype not in (np.uint8, np.float32) or dtype != inputs[0]["dtype"]:
                raise ModelError(
                    f"{self.path}: its {kind} is {np.dtype(dtype)}; expected uint8 or float32 on both sides"
                )
        self._input, self._output = inputs[0], outputs[0]


def _refusal(path: Path, error: Exception) -> ModelError:
    return ModelError(f"{path}: the runtime refuses it: {error}; get an intact copy of the file")


def _interpreter(data: bytes, threads: int, delegate: str | None) -> Any:
    """What runs a network: LiteRT's Interpreter, with a delegate or without, or its CompiledModel."""
    if delegate is None or not delegate.startswith(PREFIX):
        runtime = _load_runtime()
        delegates = [_load_delegate(runtime, delegate)] if delegate is not None else None
        return runtime.Interpreter(model_content=data, num_threads=threads, experimental_delegates=delegates)
    device = delegate.removeprefix(PREFIX)
    if device not in DEVICES:
        known = " or ".join(f"{PREFIX}{name}" for name in DEVICES)
        raise ModelError(f"delegate {delegate}: no such device; expected {known}")
    try:
        return CompiledInterpreter(data, device, threads)
    except ImportError as error:
        raise ModelError(f"delegate {delegate}: needs ai-edge-litert 2.3 or newer; omit the delegate") from error
    except RuntimeError as error:
        raise ModelError(f"delegate {delegate}: can't be used here; omit it, or install the GPU's driver") from error


def _load_delegate(runtime: ModuleType, library: str) -> Any:
    """The delegate of an accelerator; raises ModelError if ``library`` is not one, or its device is missing."""
    remedy = "install the accelerator's runtime, or omit the delegate"
    try:
        # Checked first, because the runtime prints a traceback for a library that is not a delegate.
        is_delegate = hasattr(ctypes.CDLL(library), "tflite_plugin_create_delegate")
    except OSError as error:
        raise ModelError(f"delegate {library}: can't be loaded: {error}; {remedy}") from error
    if not is_delegate:
        raise ModelError(f"delegate {library}: expected a library with a TFLite delegate in it; {remedy}")
    try:
        return runtime.load_delegate(library)
    except (ValueError, RuntimeError) as error:
        raise ModelError(f"delegate {library}: can't be used: {error}; is the accelerator plugged in?") from error


def _load_runtime() -> ModuleType:
    for name in RUNTIMES:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            continue
    raise ModelError("no TFLite runtime is installed; run 'pip install ai-edge-litert'")
