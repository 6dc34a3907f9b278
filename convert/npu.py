"""Rewrites an int8 file for NPUs, which have no DEPTH_TO_SPACE.

Rearranging channels into blocks of 2x2 pixels is a transposed convolution with stride 2 whose 2x2 kernel is one-hot:
each output value is one input value. With the same scale on both sides nothing is rounded, so the picture stays the
same to the bit. A transposed convolution names the size of its output, so the file runs at one size only.
"""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from celcam.errors import UsageError
from celcam.pixels import SIZE_MULTIPLE
from convert.graph import parse_graph

# The size that a file for NPUs has unless the user chooses another; the app's own for a camera.
NPU_SIZE_WH = (320, 240)
BLOCK = 2  # pixels on each side
VERSION = 2  # of TRANSPOSE_CONV: the first with int8
FILE_IDENTIFIER = b"TFL3"


def for_npu(data: bytes, size_wh: tuple[int, int]) -> bytes:
    """An int8 file for one size, with a transposed convolution in place of each DEPTH_TO_SPACE.

    Args:
        data: a TFLite file whose network takes a picture of any size.
        size_wh: of the picture, multiples of 4.

    Raises:
        UsageError: a side is not a multiple of 4.
        ModelError: ``data`` is damaged.
    """
    if min(size_wh) < SIZE_MULTIPLE or any(side % SIZE_MULTIPLE for side in size_wh):
        raise UsageError(f"{size_wh[0]}x{size_wh[1]}: expected sides that are multiples of {SIZE_MULTIPLE}")
    traced_hw = parse_graph(data, "the int8 file").traced_hw
    model = schema.ModelT.InitFromPackedBuf(data, 0)
    (graph,) = model.subgraphs
    _set_size(model, traced_hw, (size_wh[1], size_wh[0]))
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
    shuffles = [each for each in graph.operators if codes[each.opcodeIndex] == schema.BuiltinOperator.DEPTH_TO_SPACE]
    if shuffles:
        code = _operator_code()
        model.operatorCodes.append(code)
        for operator in shuffles:
            _replace(model, operator, len(model.operatorCodes) - 1)
    builder = flatbuffers.Builder(len(data))
    builder.Finish(model.Pack(builder), FILE_IDENTIFIER)
    return bytes(builder.Output())


def one_hot_kernel(channels: int) -> Any:
    """The kernel that moves values as DEPTH_TO_SPACE does: ``(channels, 2, 2, 4 channels) int8``, 0 and 1."""
    kernel = np.zeros((channels, BLOCK, BLOCK, BLOCK * BLOCK * channels), np.int8)
    for row in range(BLOCK):
        for column in range(BLOCK):
            for channel in range(channels):
                kernel[channel, row, column, (row * BLOCK + column) * channels + channel] = 1
    return kernel


def _set_size(model: Any, traced_hw: tuple[int, int], size_hw: tuple[int, int]) -> None:
    """Give all pictures inside the graph the size that they have if the input has ``size_hw``."""
    (graph,) = model.subgraphs
    for tensor in graph.tensors:
        is_constant = model.buffers[tensor.buffer].data is not None
        if is_constant or tensor.shape is None or len(tensor.shape) != 4:
            continue
        batch, height, width, channels = (int(side) for side in tensor.shape)
        tensor.shape = [batch, height * size_hw[0] // traced_hw[0], width * size_hw[1] // traced_hw[1], channels]
        tensor.shapeSignature = None


def _operator_code() -> Any:
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.TRANSPOSE_CONV
    code.version = VERSION
    return code


def _replace(model: Any, operator: Any, code: int) -> None:
    """Turn a DEPTH_TO_SPACE into a transposed convolution."""
    (graph,) = model.subgraphs
    output = graph.tensors[operator.outputs[0]]
    name = output.name.decode()
    shape = np.array(output.shape, np.int32)
    size = _add_constant(model, f"{name}/size", shape, schema.TensorType.INT32)
    kernel = _add_constant(model, f"{name}/kernel", one_hot_kernel(int(shape[3])), schema.TensorType.INT8)
    quantization = schema.QuantizationParametersT()
    quantization.scale, quantization.zeroPoint = [1.0], [0]
    graph.tensors[kernel].quantization = quantization
    options = schema.TransposeConvOptionsT()
    options.padding, options.strideW, options.strideH = schema.Padding.VALID, BLOCK, BLOCK
    operator.opcodeIndex = code
    operator.inputs = [size, kernel, operator.inputs[0]]
    operator.builtinOptionsType, operator.builtinOptions = schema.BuiltinOptions.TransposeConvOptions, options


def _add_constant(model: Any, name: str, values: Any, dtype: int) -> int:
    """The index of a new constant tensor."""
    (graph,) = model.subgraphs
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(values.tobytes(), np.uint8)
    model.buffers.append(buffer)
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type = name.encode(), list(values.shape), dtype
    tensor.buffer = len(model.buffers) - 1
    graph.tensors.append(tensor)
    return len(graph.tensors) - 1
