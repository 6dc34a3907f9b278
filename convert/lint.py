"""Finds what makes a ``.tflite`` file slow, inexact or limited to one size, and names a remedy.

An error is a file that does not run as our files do. A warning costs speed or quality on a CPU. A note is for
information: an operator that an accelerator does not support, or a pass over the picture at the border.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from celcam.model_card import read_model
from convert.delegates import (
    ACCELERATORS,
    BORDER,
    BYTE_TYPES,
    EDGETPU,
    ETHOS_U,
    HAILO,
    XNNPACK,
    Accelerator,
    computed_dtype,
    is_float_border,
    reduced_axes,
)  # fmt: skip
from convert.graph import Graph, Operator, layer_of, parse_graph
from convert.graph_cost import WEIGHT_INPUTS
from convert.resizing import resize_refusal

SEVERITIES = ("error", "warning", "note")
# Steps back from a square root in which its variance is searched: an epsilon, a change of scale and a margin.
NORM_REACH = 5
# Position of the size among the inputs of an operator.
SIZE_INPUTS = {"RESHAPE": 1, "RESIZE_BILINEAR": 1, "RESIZE_NEAREST_NEIGHBOR": 1, "TRANSPOSE_CONV": 0, "BROADCAST_TO": 1}
SMOOTH = ("TANH", "LOGISTIC", "HARD_SWISH", "ELU", "GELU")

_UPSAMPLE = "use a 1x1 convolution and depth_to_space"
_CLIP = "remove it if int8 saturates at the same values; inside, a ReLU6 directly after a convolution is fused"
_NORM = "use batch norm, which folds into the convolution, or none"
_REMEDIES = {
    "QUANTIZE": "at the border, none: input and output are bytes; inside, use operators that quantize",
    "DEQUANTIZE": "use operators that quantize",
    "MINIMUM": _CLIP,
    "RELU": _CLIP,
    "DEPTH_TO_SPACE": "export with --recipe int8-npu for an NPU; it is fast on the CPU",
    "LEAKY_RELU": "use ReLU6",
    "PRELU": "use ReLU6",
    "TRANSPOSE_CONV": _UPSAMPLE,
    "RESIZE_BILINEAR": _UPSAMPLE,
    "RESIZE_NEAREST_NEIGHBOR": _UPSAMPLE,
    "RSQRT": _NORM,
    "SQUARED_DIFFERENCE": _NORM,
} | dict.fromkeys(SMOOTH, "use ReLU6, and clip the output")
_ANY_REMEDY = "build it of convolutions, ReLU6, additions and depth_to_space"


@dataclass(frozen=True)
class Finding:
    """One error, warning or note."""

    severity: str  # one of SEVERITIES
    what: str  # the operator's kind, or "file"
    layer: str  # of the Keras network; empty for the whole file
    why: str
    remedy: str

    def __str__(self) -> str:
        where = f" ({self.layer})" if self.layer else ""
        return f"{self.severity}: {self.what}{where}: {self.why}; remedy: {self.remedy}"


def lint_file(path: Path) -> list[Finding]:
    """All findings in a model file, most severe first.

    Raises:
        ModelError: the file is missing, damaged, or not the file that its card describes.
    """
    data, _ = read_model(path)
    return lint(parse_graph(data, str(path)), data)


def lint(graph: Graph, data: bytes) -> list[Finding]:
    """All findings in ``graph``, most severe first; ``data`` is its file, which is run at another size."""
    findings = [
        *_refused_sizes(graph, data),
        *_fixed_sizes(graph),
        *_slow_operators(graph),
        *_norms(graph),
        *_float_islands(graph),
        *_requantizing_pairs(graph),
    ]
    for accelerator in ACCELERATORS:
        findings += _unsupported(graph, accelerator)
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def report(graph: Graph, findings: Sequence[Finding]) -> str:
    """The findings as text: a line with their number, then one line each."""
    counts = (f"{severity}s: {sum(each.severity == severity for each in findings)}" for severity in SEVERITIES)
    kind = "int8" if is_int8(graph) else "float32"
    lines = [f"{graph.name}: {kind}, {len(graph.operators)} operators; {', '.join(counts)}"]
    return "\n".join([*lines, *(f"  {finding}" for finding in findings)])


def is_int8(graph: Graph) -> bool:
    """Whether the convolutions of ``graph`` compute in bytes."""
    return any(computed_dtype(graph, each) in BYTE_TYPES for each in graph.operators if each.kind in WEIGHT_INPUTS)


def _unsupported(graph: Graph, accelerator: Accelerator) -> Iterator[Finding]:
    """Operators that ``accelerator`` does not support."""
    if accelerator in (EDGETPU, ETHOS_U) and not is_int8(graph):
        recipe = "int8" if accelerator is EDGETPU else "int8-npu"
        yield Finding(
            "note", "file", "", f"{accelerator.name}: it supports int8 only", f"export with --recipe {recipe}"
        )
        return
    if accelerator is HAILO and is_int8(graph):
        why = "Hailo: its compiler quantizes float networks itself"
        yield Finding("note", "file", "", why, "export with --recipe float32")
        return
    refusals = [
        ""
        if accelerator in (EDGETPU, ETHOS_U) and is_float_border(graph, operator)
        else accelerator.refusal(graph, operator)
        for operator in graph.operators
    ]
    supported = [index for index, refusal in enumerate(refusals) if not refusal]
    first_unsupported = next((index for index, refusal in enumerate(refusals) if refusal), -1)
    for index, (operator, refusal) in enumerate(zip(graph.operators, refusals, strict=True)):
        if not refusal:
            continue
        # A heavy operator costs time on the CPU, and so does one between supported operators. At the border it is one
        # pass over the picture. Arithmetic on sizes costs nothing.
        inside = bool(supported) and supported[0] < index < supported[-1]
        heavy = operator.kind in WEIGHT_INPUTS
        on_sizes = len(graph.output_of(operator).shape) < 2
        severity = "warning" if accelerator is XNNPACK and (inside or heavy) and not on_sizes else "note"
        behind = len(refusals) - index - 1
        if accelerator is EDGETPU and index == first_unsupported and behind:
            refusal += f", so the {behind} operators after it run on the CPU too"
        yield _finding(graph, severity, operator, f"{accelerator.name}: {refusal}")


def _slow_operators(graph: Graph) -> Iterator[Finding]:
    for operator in graph.operators:
        if operator.kind == "TRANSPOSE_CONV":
            why = "at int8 it is 3 to 5 times slower than a convolution of the same MACs, and the EdgeTPU can't run it"
            yield _finding(graph, "warning", operator, why)
        elif operator.kind in ("LEAKY_RELU", "PRELU"):
            why = "a separate pass over the tensor; a ReLU6 would be fused into the convolution"
            yield _finding(graph, "warning", operator, why)
        elif operator.kind in SMOOTH:
            yield _finding(graph, "note", operator, "a table look-up at int8 with coarse rounding in its steep part")
        elif operator.kind in ("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"):
            yield _finding(graph, "note", operator, "EdgeTPU: large resizes run on the CPU")


def _norms(graph: Graph) -> Iterator[Finding]:
    """Normalisations that compute mean and variance for each picture."""
    for operator in graph.operators:
        if operator.kind not in ("RSQRT", "SQRT"):
            continue
        for before in _before(graph, operator, NORM_REACH):
            squared = before.kind == "MEAN" and graph.maker_of(graph.tensors[before.inputs[0]])
            if not squared or squared.kind not in ("SQUARED_DIFFERENCE", "SQUARE", "MUL"):
                continue
            kind = "instance" if reduced_axes(graph, before) == (1, 2) else "layer"
            why = f"{kind} normalisation with {squared.kind}, MEAN and {operator.kind}: two more passes, coarse at int8"
            yield Finding("warning", operator.kind, layer_of(graph, operator), why, _NORM)
            break


def _float_islands(graph: Graph) -> Iterator[Finding]:
    """Float operators between integer ones."""
    if not is_int8(graph):
        return
    for operator in graph.operators:
        if operator.kind not in BORDER and computed_dtype(graph, operator).startswith("float"):
            why = f"computes in {computed_dtype(graph, operator)} inside an int8 graph"
            yield _finding(graph, "warning", operator, why, "replace it by operators that quantize")
    for index in (*graph.inputs, *graph.outputs):
        tensor = graph.tensors[index]
        if tensor.dtype.startswith("float"):
            why = f"its {'input' if index in graph.inputs else 'output'} is {tensor.dtype}: a pass over the picture"
            yield Finding("note", "file", "", why, "convert with uint8 input and output, scale 1/255")


def _requantizing_pairs(graph: Graph) -> Iterator[Finding]:
    """QUANTIZE directly after DEQUANTIZE, or the reverse."""
    for operator in graph.operators:
        maker = graph.maker_of(graph.tensors[operator.inputs[0]]) if operator.inputs else None
        if maker is not None and {operator.kind, maker.kind} == set(BORDER):
            why = f"directly after {maker.kind}: two passes over the tensor that only change its scale"
            yield _finding(graph, "warning", operator, why, "give both neighbours the same range, or remove the pair")


def _fixed_sizes(graph: Graph) -> Iterator[Finding]:
    """Operators with a constant size."""
    for operator in graph.operators:
        place = SIZE_INPUTS.get(operator.kind, len(operator.inputs))
        if place >= len(operator.inputs) or operator.inputs[place] < 0:
            size = operator.options.get("newShape") if operator.kind == "RESHAPE" else None
        else:
            size = graph.tensors[operator.inputs[place]].constant
        if size is None or (operator.kind == "RESHAPE" and not _is_picture_size(graph, operator, size)):
            continue
        shown = "x".join(str(int(side)) for side in size)
        alone = (
            "only XNNPACK runs it at others" if operator.kind == "TRANSPOSE_CONV" else "the file runs at no other size"
        )
        why = f"its size {shown} is a constant: {alone}"
        remedy = _UPSAMPLE if operator.kind != "RESHAPE" else "take the size from the tensor, or set one side to -1"
        yield _finding(graph, "warning", operator, why, remedy)


def _refused_sizes(graph: Graph, data: bytes) -> Iterator[Finding]:
    """Run the file on a picture of twice the width."""
    height, width = graph.traced_hw
    refusal = resize_refusal(data, (height, width), (height, width))
    if refusal:
        yield Finding("error", "file", "", f"the runtime refuses it: {refusal}", "convert it with built-in operators")
        return
    wide_hw = (height, 2 * width)
    for plain_kernels in (False, True):
        refusal = resize_refusal(data, (height, width), wide_hw, plain_kernels=plain_kernels)
        if refusal:
            without = " without XNNPACK" if plain_kernels else ""
            why = f"does not run at {wide_hw[1]}x{wide_hw[0]}{without}: {refusal}"
            yield Finding(
                "warning" if plain_kernels else "error", "file", "", why, "remove constant sizes from the graph"
            )
            return


def _is_picture_size(graph: Graph, operator: Operator, size: Sequence[int]) -> bool:
    """Whether a RESHAPE fixes the number of pixels."""
    taken = graph.tensors[operator.inputs[0]].shape
    return all(side >= 0 for side in size) and len(taken) > 1 and any(side > 1 for side in taken[1:-1])


def _before(graph: Graph, operator: Operator, reach: int) -> Iterator[Operator]:
    """The operators that ``operator`` depends on, up to ``reach`` steps back."""
    layer = [operator]
    for _ in range(reach):
        makers = (graph.maker_of(tensor) for each in layer for tensor in graph.activations_of(each))
        layer = [maker for maker in makers if maker is not None]
        yield from layer


def _finding(graph: Graph, severity: str, operator: Operator, why: str, remedy: str = "") -> Finding:
    remedy = remedy or _REMEDIES.get(operator.kind, _ANY_REMEDY)
    return Finding(severity, operator.kind, layer_of(graph, operator), why, remedy)
