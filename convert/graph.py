"""A ``.tflite`` file as data: its tensors and operators, and the Keras layer of each operator.

The flatbuffer schema of the runtime reads the file; the network does not run. Shapes are those of the traced graph.
Only the main subgraph is read. `convert/graph_cost.py` counts the cost of a graph.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from celcam.errors import ModelError
from celcam.model_card import read_model

BITS = {"int4": 4, "uint4": 4, "int2": 2, "bool": 8} | {
    f"{kind}{bits}": bits for kind in ("int", "uint", "float") for bits in (8, 16, 32, 64)
}
# Words in tensor names that TensorFlow puts between the name of a layer and the name of an operator.
INNER_SCOPES = {
    "batchnorm", "biasadd", "clip_by_value", "conv2d", "conv2d_transpose", "moments", "resize", "stack",
    "strided_slice", "tensordot",
}  # fmt: skip
# Exceptions of flatbuffers for bytes that are not a model.
DAMAGED = (struct.error, IndexError, KeyError, ValueError, TypeError, AttributeError, OverflowError, MemoryError)


@dataclass(frozen=True, eq=False)
class Tensor:
    """A tensor; a constant tensor also has values."""

    index: int
    name: str
    shape: tuple[int, ...]  # as traced
    dtype: str  # name of the NumPy type: "int8", "float32"
    constant: NDArray[Any] | None = None  # values as stored, of shape `shape`; None if they are computed or packed
    is_constant: bool = False
    scale: tuple[float, ...] = ()  # one value, or one per channel; empty if the tensor is not quantized
    zero_point: tuple[int, ...] = ()
    runtime_sides: tuple[int, ...] = ()  # the sides that are only known at run time

    @property
    def size(self) -> int:
        """The number of values."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Operator:
    """An operator with its tensors by index; -1 stands for an optional input that is missing."""

    index: int
    kind: str  # name in the schema: "CONV_2D"
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    version: int = 1
    options: dict[str, Any] = field(default_factory=dict, hash=False)  # names as in the schema: "strideW"

    @property
    def activation(self) -> str:
        """The fused activation: "NONE", "RELU", "RELU6"."""
        return _ACTIVATIONS.get(self.options.get("fusedActivationFunction", 0), "NONE")


@dataclass(frozen=True, eq=False)
class Graph:
    """The main graph of a file; operators are in the order in which they run."""

    name: str
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    def inputs_of(self, operator: Operator) -> list[Tensor]:
        """The input tensors of ``operator``, including constants."""
        return [self.tensors[index] for index in operator.inputs if index >= 0]

    def activations_of(self, operator: Operator) -> list[Tensor]:
        """The input tensors of ``operator`` without constants."""
        return [tensor for tensor in self.inputs_of(operator) if not tensor.is_constant]

    def output_of(self, operator: Operator) -> Tensor:
        """The first output tensor of ``operator``."""
        return self.tensors[operator.outputs[0]]

    def maker_of(self, tensor: Tensor) -> Operator | None:
        """The operator that computes ``tensor``; None for an input or a constant."""
        return next((operator for operator in self.operators if tensor.index in operator.outputs), None)

    def users_of(self, tensor: Tensor) -> list[Operator]:
        """The operators that have ``tensor`` as an input."""
        return [operator for operator in self.operators if tensor.index in operator.inputs]

    @property
    def traced_hw(self) -> tuple[int, int]:
        """Height and width of the picture that the graph was traced at.

        Raises:
            ModelError: the first input is not a picture, or its size is not fixed.
        """
        tensor = self.tensors[self.inputs[0]]
        if len(tensor.shape) != 4 or {1, 2} & set(tensor.runtime_sides) or min(tensor.shape) < 1:
            raise ModelError(
                f"{self.name}: its input is {tensor.shape}; expected a picture of fixed size, (1, H, W, C); "
                "convert the network with a fixed input size"
            )
        return tensor.shape[1], tensor.shape[2]


def read_graph(path: Path) -> Graph:
    """The graph of a model file.

    Raises:
        ModelError: the file is missing, damaged, not a TFLite file, or not the file that its card describes.
    """
    return parse_graph(read_model(path)[0], str(path))


def parse_graph(data: bytes, name: str = "model") -> Graph:
    """The graph in the contents of a model file; ``name`` is for messages.

    Raises:
        ModelError: the contents are damaged.
    """
    try:
        model = schema.ModelT.InitFromPackedBuf(data, 0)
        main = model.subgraphs[0]
        tensors = tuple(_read_tensor(index, raw, model.buffers) for index, raw in enumerate(main.tensors))
        codes = [_kind_and_version(code) for code in model.operatorCodes]
        operators = tuple(_read_operator(index, raw, codes) for index, raw in enumerate(main.operators))
        graph = Graph(name, tensors, operators, _indices(main.inputs), _indices(main.outputs))
        used = [*graph.inputs, *graph.outputs, *(end for each in operators for end in (*each.inputs, *each.outputs))]
        if not graph.inputs or not operators or max(used) >= len(tensors) or not all(op.outputs for op in operators):
            raise ValueError("its operators name tensors that are not there")
    except DAMAGED as error:
        raise ModelError(f"{name}: damaged ({error or type(error).__name__}); export the model again") from error
    return graph


def layer_of(graph: Graph, operator: Operator) -> str:
    """The Keras layer that ``operator`` came from, such as ``half0_a``; "?" if no name says so.

    The converter joins the names of all layers that it fused into an operator, such as
    ``model/half0_a_relu/Relu6;model/half0_a/Conv2D``. The part that names the kind of the operator counts. The layer of
    the last operator is found through the name of its kernel, and the layer of an operator that the converter added,
    such as QUANTIZE, through its input.
    """
    seen: set[int] = set()
    current: Operator | None = operator
    while current is not None and current.index not in seen:
        seen.add(current.index)
        own = (graph.output_of(current), *(tensor for tensor in graph.inputs_of(current) if tensor.is_constant))
        layer = next(filter(None, (_layer_in_name(tensor.name, current.kind) for tensor in own)), "")
        if layer:
            return layer
        taken = graph.activations_of(current)
        current = graph.maker_of(taken[0]) if taken else None
        if current is None and taken:
            return re.sub(r"^serving_default_|:\d+$", "", taken[0].name) or "?"
    return "?"


def _read_tensor(index: int, raw: Any, buffers: list[Any]) -> Tensor:
    dtype = _DTYPES.get(raw.type, f"type{raw.type}")
    shape = _indices(raw.shape)
    signature = _indices(raw.shapeSignature)
    data = buffers[raw.buffer].data
    quantization = raw.quantization
    return Tensor(
        index=index,
        name=(raw.name or b"").decode(),
        shape=shape,
        dtype=dtype,
        constant=None if data is None else _values(np.asarray(data, np.uint8), dtype, shape),
        is_constant=data is not None,
        scale=() if quantization is None or quantization.scale is None else tuple(map(float, quantization.scale)),
        zero_point=() if quantization is None else _indices(quantization.zeroPoint),
        runtime_sides=tuple(axis for axis, side in enumerate(signature) if side < 0),
    )


def _values(data: NDArray[np.uint8], dtype: str, shape: tuple[int, ...]) -> NDArray[Any] | None:
    """Constant values; None for types of less than a byte or without a NumPy type. ValueError if bytes are missing."""
    if BITS.get(dtype, 0) < 8:
        return None
    return data.view(np.dtype(dtype)).reshape(shape)


def _read_operator(index: int, raw: Any, codes: list[tuple[str, int]]) -> Operator:
    kind, version = codes[raw.opcodeIndex]
    options = {} if raw.builtinOptions is None else dict(vars(raw.builtinOptions))
    return Operator(index, kind, _indices(raw.inputs), _indices(raw.outputs), version, options)


def _kind_and_version(code: Any) -> tuple[str, int]:
    # Kinds above 127 are in the newer of the two fields.
    kind = _KINDS[max(code.builtinCode, code.deprecatedBuiltinCode)]
    return (f"CUSTOM {code.customCode.decode()}" if kind == "CUSTOM" else kind), code.version


def _indices(values: Any) -> tuple[int, ...]:
    return () if values is None else tuple(int(value) for value in values)


def _layer_in_name(name: str, kind: str) -> str:
    wanted = _OWN_WORDS.get(kind, _squeezed(kind))
    parts = [part.split("/") for part in name.split(";") if "/" in part]
    own = (part for part in parts if _squeezed(part[-1]).startswith(wanted))
    words = next(own, parts[-1] if parts else [])[:-1]
    while len(words) > 1 and re.sub(r"_\d+$", "", words[-1]).lower() in INNER_SCOPES:
        words = words[:-1]
    return _WRAPPED.sub("", words[-1]) if words else ""


def _squeezed(word: str) -> str:
    return word.replace("_", "").lower()


def _names(enumeration: type) -> dict[int, str]:
    return {value: name for name, value in vars(enumeration).items() if isinstance(value, int)}


_KINDS = _names(schema.BuiltinOperator)
_DTYPES = {value: name.lower() for value, name in _names(schema.TensorType).items()}
_ACTIVATIONS = _names(schema.ActivationFunctionType)
# Prefixes of TF-MOT for the layers that it wraps.
_WRAPPED = re.compile(r"^(quant|prune_low_magnitude)_")
# TensorFlow's names of operators that differ from those of the schema.
_OWN_WORDS = {"DEPTHWISE_CONV_2D": "depthwise", "FULLY_CONNECTED": "matmul", "TRANSPOSE_CONV": "conv2dtranspose"}
