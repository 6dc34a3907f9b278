"""The operators that accelerators support: XNNPACK (the CPU), EdgeTPU (Coral), Ethos-U, Hailo, and the GPUs of phones.

An unsupported operator runs on TFLite's reference kernel. So every file runs everywhere, but it may be slower.

Sources:

- XNNPACK, float: the operators in `VisitNode` of ``tflite/delegates/xnnpack/xnnpack_delegate.cc``; int8 and the
  conditions: "Limitations and supported operators" in ``tflite/delegates/xnnpack/README.md``; both in
  https://github.com/google-ai-edge/LiteRT.
- EdgeTPU: table "Supported operations" in https://coral.ai/docs/edgetpu/models-intro/. DEPTH_TO_SPACE is not in it
  and will not be added: https://github.com/google-coral/edgetpu/issues/386. TRANSPOSE_CONV is in it, but users report
  that it runs on the CPU: issue 684; large resizes: issue 31; leaky ReLU: issue 597. After the first unsupported
  operator all others run on the CPU too ("More than one subgraph is not supported").
- Ethos-U: the report of Arm's compiler, ``vela --supported-ops-report`` of ethos-u-vela 5.2.0, for U55 and U65; U85 has
  more. `tests/convert/test_npu.py` runs the compiler.
- Hailo: chapter "Supported layers" in the public product brief 3.7 of its Dataflow Compiler, and the residual networks
  in https://github.com/hailo-ai/hailo_model_zoo. Newer guides need a registration, and may name more operators.
- GPU: `CheckGpuDelegateCompatibility` in ``tensorflow/lite/tools/versioning/gpu_compatibility.cc`` of
  https://github.com/tensorflow/tensorflow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from convert.graph import Graph, Operator, Tensor

BYTE_TYPES = ("int8", "uint8")
# Operators that only change the type.
BORDER = ("QUANTIZE", "DEQUANTIZE")


def _kinds(names: str) -> frozenset[str]:
    return frozenset(names.split())


_XNNPACK_FLOAT = _kinds(
    "ABS CEIL COS DEQUANTIZE ELU EXP FLOOR GELU HARD_SWISH LEAKY_RELU LOGISTIC NEG RELU RELU6 RELU_N1_TO_1 ROUND RSQRT "
    "SIN SQRT SQUARE TANH ADD DIV MAXIMUM MINIMUM MUL PRELU SQUARED_DIFFERENCE SUB AVERAGE_POOL_2D BATCH_MATMUL "
    "CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE EXPAND_DIMS FULLY_CONNECTED MAX_POOL_2D REDUCE_MIN "
    "REDUCE_MAX SUM MEAN PAD RESHAPE RESIZE_BILINEAR SLICE SOFTMAX SPACE_TO_DEPTH SPLIT STRIDED_SLICE TRANSPOSE "
    "TRANSPOSE_CONV"
)
_XNNPACK_BYTES = _kinds(
    "ADD CONCATENATION CONV_2D DEPTH_TO_SPACE DEPTHWISE_CONV_2D ELU FULLY_CONNECTED LEAKY_RELU LOGISTIC MAX_POOL_2D "
    "MEAN MUL PAD QUANTIZE RESHAPE RESIZE_BILINEAR SLICE SPACE_TO_DEPTH SPLIT SUB TANH TRANSPOSE TRANSPOSE_CONV"
)
_EDGETPU = _kinds(
    "ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D EXPAND_DIMS FULLY_CONNECTED L2_NORMALIZATION LOGISTIC "
    "LSTM MAXIMUM MAX_POOL_2D MEAN MINIMUM MUL PACK PAD PRELU QUANTIZE REDUCE_MAX REDUCE_MIN RELU RELU6 RELU_N1_TO_1 "
    "RESHAPE RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR RSQRT SLICE SOFTMAX SPACE_TO_DEPTH SPLIT SQUEEZE STRIDED_SLICE "
    "SUB SUM SQUARED_DIFFERENCE TANH TRANSPOSE TRANSPOSE_CONV"
)
_ETHOS_U = _kinds(
    "ABS ADD ARG_MAX AVERAGE_POOL_2D BATCH_MATMUL CONCATENATION CONV_2D DEPTHWISE_CONV_2D ELU EXP EXPAND_DIMS "
    "FULLY_CONNECTED GELU HARD_SWISH LEAKY_RELU LOG LOGISTIC MAXIMUM MAX_POOL_2D MEAN MINIMUM MIRROR_PAD MUL NEG PACK "
    "PAD PADV2 PRELU QUANTIZE REDUCE_MAX REDUCE_MIN RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 RESHAPE RESIZE_BILINEAR "
    "RESIZE_NEAREST_NEIGHBOR REVERSE_V2 RSQRT SLICE SOFTMAX SPLIT SPLIT_V SQUARED_DIFFERENCE SQUEEZE STRIDED_SLICE SUB "
    "SUM TANH TILE TRANSPOSE TRANSPOSE_CONV UNIDIRECTIONAL_SEQUENCE_LSTM UNPACK"
)
_HAILO = _kinds(
    "ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED MAX_POOL_2D RELU RELU6 TRANSPOSE_CONV"
)
_GPU = _kinds(
    "ABS ADD AVERAGE_POOL_2D BATCH_MATMUL CAST CONCATENATION CONV_2D COS DENSIFY DEPTHWISE_CONV_2D DEPTH_TO_SPACE "
    "DEQUANTIZE DIV EQUAL ELU EXP FLOOR FLOOR_DIV FLOOR_MOD FULLY_CONNECTED GREATER GREATER_EQUAL HARD_SWISH LESS "
    "LESS_EQUAL LOGISTIC LOG LSTM MAXIMUM MAX_POOL_2D MEAN MINIMUM MIRROR_PAD MUL NEG NOT_EQUAL PACK PAD POW "
    "REDUCE_MAX REDUCE_MIN REDUCE_PROD QUANTIZE RELU RELU6 RELU_N1_TO_1 LEAKY_RELU PRELU RESHAPE RESIZE_BILINEAR "
    "RESIZE_NEAREST_NEIGHBOR RSQRT SIN SLICE SOFTMAX SPACE_TO_DEPTH SPLIT SPLIT_V SQRT SQUARE SQUARED_DIFFERENCE "
    "STRIDED_SLICE SUB SUM TANH TILE TRANSPOSE TRANSPOSE_CONV"
)
_FUSED = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")
# Inputs that must be constant for XNNPACK: sizes, axes, kernels.
_XNNPACK_CONSTANT = {
    "CONV_2D": (1, 2), "DEPTHWISE_CONV_2D": (1, 2), "TRANSPOSE_CONV": (0, 1), "FULLY_CONNECTED": (1,), "MEAN": (1,),
    "PAD": (1,), "RESHAPE": (1,), "RESIZE_BILINEAR": (1,), "SLICE": (1, 2), "STRIDED_SLICE": (1, 2, 3),
    "TRANSPOSE": (1,),
}  # fmt: skip


@dataclass(frozen=True)
class Accelerator:
    """An accelerator and the operators that it supports."""

    name: str
    refusal: Callable[[Graph, Operator], str]  # why it does not support an operator; empty if it does


def computed_dtype(graph: Graph, operator: Operator) -> str:
    """The type that an operator computes in, which is the type of its output."""
    return graph.output_of(operator).dtype


def is_float_border(graph: Graph, operator: Operator) -> bool:
    """Whether an operator only converts the float picture to bytes or back, which no accelerator needs to do."""
    ends = {operator.inputs[0], operator.outputs[0]} & {*graph.inputs, *graph.outputs}
    return operator.kind in BORDER and any(graph.tensors[end].dtype.startswith("float") for end in ends)


def _xnnpack_refusal(graph: Graph, operator: Operator) -> str:
    kind, dtype = operator.kind, computed_dtype(graph, operator)
    kinds = _XNNPACK_FLOAT if dtype == "float32" else _XNNPACK_BYTES if dtype in BYTE_TYPES else _kinds("")
    if kind not in kinds:
        return f"it has no {kind} for {dtype}"
    if operator.activation not in _FUSED:
        return f"it fuses no {operator.activation}"
    if kind == "QUANTIZE":
        taken = graph.inputs_of(operator)[0].dtype
        return f"it can't convert {taken} to {dtype}" if taken not in (dtype, "float32") else ""
    for place in _XNNPACK_CONSTANT.get(kind, ()):
        if place < len(operator.inputs) and operator.inputs[place] >= 0:
            tensor = graph.tensors[operator.inputs[place]]
            if not _is_known(graph, tensor):
                return f"input {place} ({tensor.name or 'unnamed'}) must be constant"
    if kind == "MEAN" and reduced_axes(graph, operator) not in ((1, 2), (2, 1), (2,)):
        return "it averages over height and width only"
    if kind == "CONCATENATION" and not 2 <= len(operator.inputs) <= 4:
        return "it joins only two to four tensors"
    return ""


def _edgetpu_refusal(graph: Graph, operator: Operator) -> str:
    kind = operator.kind
    tensors = [*graph.activations_of(operator), *(graph.tensors[index] for index in operator.outputs)]
    other = next((tensor.dtype for tensor in tensors if tensor.dtype not in BYTE_TYPES), None)
    if other is not None:
        return f"it supports int8 only, this is {other}"
    if kind not in _EDGETPU:
        refused = " (its compiler rejects version 2 of it)" if kind == "DEPTH_TO_SPACE" else ""
        return f"it has no {kind}{refused if operator.version == 2 else ''}"
    if kind in ("AVERAGE_POOL_2D", "MAX_POOL_2D", "CONCATENATION") and operator.activation != "NONE":
        return "it supports no fused activation"
    return ""


def _ethos_u_refusal(graph: Graph, operator: Operator) -> str:
    kind = operator.kind
    tensors = [*graph.activations_of(operator), *(graph.tensors[index] for index in operator.outputs)]
    other = next((tensor.dtype for tensor in tensors if tensor.dtype not in (*BYTE_TYPES, "int16", "int32")), None)
    if other is not None:
        return f"it supports integers only, this is {other}"
    if kind not in _ETHOS_U:
        return f"it has no {kind}"
    if kind == "TRANSPOSE_CONV" and (operator.options.get("strideW"), operator.options.get("strideH")) != (2, 2):
        return "it supports transposed convolutions of stride 2 only"
    return ""


def _hailo_refusal(graph: Graph, operator: Operator) -> str:
    return "" if operator.kind in _HAILO else f"its public documents do not name {operator.kind}"


def _gpu_refusal(graph: Graph, operator: Operator) -> str:
    if operator.kind not in _GPU:
        return f"it has no {operator.kind}"
    int16 = any(tensor.dtype == "int16" for tensor in (*graph.inputs_of(operator), graph.output_of(operator)))
    return "it supports no int16" if int16 else ""


XNNPACK = Accelerator("XNNPACK", _xnnpack_refusal)
EDGETPU = Accelerator("EdgeTPU", _edgetpu_refusal)
GPU = Accelerator("GPU", _gpu_refusal)
ETHOS_U = Accelerator("Ethos-U", _ethos_u_refusal)
HAILO = Accelerator("Hailo", _hailo_refusal)
ACCELERATORS = (XNNPACK, EDGETPU, ETHOS_U, HAILO, GPU)


def _is_known(graph: Graph, tensor: Tensor) -> bool:
    """Whether a tensor is constant, or made from a constant one, such as half-precision weights."""
    maker = graph.maker_of(tensor)
    return tensor.is_constant or (maker is not None and not graph.activations_of(maker))


def reduced_axes(graph: Graph, operator: Operator) -> tuple[int, ...]:
    """The axes of a reduction, counted from the front."""
    tensor = graph.tensors[operator.inputs[1]]
    if tensor.constant is None:
        return ()
    rank = len(graph.tensors[operator.inputs[0]].shape)
    return tuple(int(axis) % rank for axis in tensor.constant.reshape(-1))
