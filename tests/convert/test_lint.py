from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ai_edge_litert.interpreter import Interpreter

from celcam.paths import MODELS
from convert.__main__ import main
from convert.delegates import EDGETPU, ETHOS_U, GPU, HAILO, XNNPACK, Accelerator
from convert.graph import Graph, Operator, parse_graph, read_graph
from convert.lint import Finding, lint, lint_file
from convert.npu import for_npu
from tests.convert.small_networks import float32, int8, leaky, mixed, normed, reshaped, resized, sine, transposed

COMIC = MODELS / "comic.tflite"
SHIPPED = sorted(MODELS.glob("*.tflite"))


def found(data: bytes) -> list[Finding]:
    return lint(parse_graph(data), data)


def the(findings: list[Finding], severity: str, what: str, why: str) -> Finding:
    """The one finding that says so."""
    chosen = [each for each in findings if (each.severity, each.what) == (severity, what) and why in each.why]
    assert len(chosen) == 1, "\n".join(map(str, findings))
    return chosen[0]


def refused(graph: Graph, accelerator: Accelerator) -> list[str]:
    return [operator.kind for operator in graph.operators if accelerator.refusal(graph, operator)]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_our_files_only_have_notes(path: Path) -> None:
    assert {finding.severity for finding in lint_file(path)} == {"note"}


def test_operators_of_our_files_that_an_accelerator_does_not_support_are_named() -> None:
    comic = read_graph(COMIC)
    assert refused(comic, XNNPACK) == ["QUANTIZE", "QUANTIZE"]
    assert refused(comic, EDGETPU) == ["DEPTH_TO_SPACE", "DEPTH_TO_SPACE"]
    assert refused(comic, GPU) == []
    shuffle = next(finding for finding in lint_file(COMIC) if finding.what == "DEPTH_TO_SPACE")
    assert (shuffle.severity, shuffle.layer) == ("note", "up_shuffle")
    assert "so the 7 operators after it run on the CPU too" in shuffle.why
    notes = [str(finding) for finding in lint_file(MODELS / "comic-float32.tflite")]
    assert [note for note in notes if "Hailo" not in note] == [
        "note: file: EdgeTPU: it supports int8 only; remedy: export with --recipe int8",
        "note: file: Ethos-U: it supports int8 only; remedy: export with --recipe int8-npu",
    ]


def test_ethos_u_supports_our_files_but_for_depth_to_space_and_files_for_npus_whole() -> None:
    assert refused(read_graph(COMIC), ETHOS_U) == ["DEPTH_TO_SPACE", "DEPTH_TO_SPACE"]
    assert refused(parse_graph(for_npu(COMIC.read_bytes(), (320, 240)), "npu"), ETHOS_U) == []
    assert refused(read_graph(MODELS / "comic-float32.tflite"), ETHOS_U)


def test_hailo_takes_float_files_and_its_documents_do_not_name_two_operators() -> None:
    the(lint_file(COMIC), "note", "file", "its compiler quantizes float networks itself")
    assert set(refused(read_graph(MODELS / "comic-float32.tflite"), HAILO)) == {"DEPTH_TO_SPACE", "MINIMUM"}


def left_to_plain_kernels(data: bytes) -> list[int]:
    """The operators that the installed runtime does not hand to XNNPACK, by index."""
    interpreter: Any = Interpreter(model_content=data, num_threads=1)
    interpreter.allocate_tensors()
    *operators, delegate = interpreter._get_ops_details()
    assert delegate["op_name"] == "DELEGATE"
    inner = {*map(int, delegate["outputs"])}
    borders = {*map(int, delegate["inputs"])}
    taken = set()
    for operator in reversed(operators):
        if inner & {*map(int, operator["outputs"])}:
            taken.add(operator["index"])
            inner |= {*map(int, operator["inputs"])} - borders
    return [operator["index"] for operator in operators if operator["index"] not in taken]


@pytest.mark.parametrize(
    "make", [COMIC.read_bytes, lambda: float32(transposed), lambda: int8(transposed), lambda: int8(leaky)]
)
def test_the_runtime_hands_xnnpack_what_the_table_says(make: Callable[[], bytes]) -> None:
    data = make()
    graph = parse_graph(data)
    expected = [operator.index for operator in graph.operators if XNNPACK.refusal(graph, operator)]
    assert left_to_plain_kernels(data) == expected


def test_a_transposed_convolution_is_slow_and_of_one_size() -> None:
    findings = found(int8(transposed))
    slow = the(findings, "warning", "TRANSPOSE_CONV", "3 to 5 times slower")
    assert (slow.layer, slow.remedy) == ("up", "use a 1x1 convolution and depth_to_space")
    the(findings, "warning", "TRANSPOSE_CONV", "its size 1x16x16x5 is a constant")
    the(findings, "warning", "file", "does not run at 32x16 without XNNPACK")


def test_instance_norm_is_found_by_its_pattern() -> None:
    findings = found(int8(normed))
    norm = the(findings, "warning", "RSQRT", "instance normalisation with SQUARED_DIFFERENCE, MEAN and RSQRT")
    assert norm.layer == "norm"
    the(findings, "warning", "SQUARED_DIFFERENCE", "XNNPACK: it has no SQUARED_DIFFERENCE for int8")
    the(found(float32(normed)), "warning", "RSQRT", "instance normalisation")


def test_a_reshape_of_fixed_size_is_named_and_the_runtime_refuses_the_file() -> None:
    findings = found(float32(reshaped))
    assert (findings[0].severity, findings[0].what) == ("error", "file")
    assert findings[0].why.startswith("does not run at 32x16: ")
    assert the(findings, "warning", "RESHAPE", "its size 1x256x3 is a constant").layer == "shuffle"


def test_a_picture_that_stays_small_is_an_error_too() -> None:
    findings = found(int8(resized))
    the(findings, "error", "file", "does not run at 32x16: its output stays 16x16, expected 32x16")
    the(findings, "warning", "RESIZE_BILINEAR", "its size 16x16 is a constant")


def test_a_leaky_relu_is_named() -> None:
    findings = found(int8(leaky))
    assert the(findings, "warning", "LEAKY_RELU", "a separate pass").remedy == "use ReLU6"
    the(findings, "note", "LEAKY_RELU", "EdgeTPU: it has no LEAKY_RELU")


def test_a_float_island_is_named_with_its_layer() -> None:
    findings = found(mixed(sine))
    assert the(findings, "warning", "SIN", "computes in float32 inside an int8 graph").layer == "sine"
    the(findings, "note", "file", "its input is float32")
    the(findings, "note", "file", "its output is float32")
    assert not [finding for finding in found(float32(sine)) if "inside an int8 graph" in finding.why]


def test_a_pair_that_only_changes_the_scale_is_named() -> None:
    data = mixed(sine)
    graph = parse_graph(data)
    names = [operator.kind for operator in graph.operators]
    island = names.index("SIN")
    # Without the sine, QUANTIZE comes directly after DEQUANTIZE.
    before, sine_operator, after = graph.operators[island - 1 : island + 2]
    bridged = Operator(after.index, after.kind, before.outputs, after.outputs)
    operators = (*graph.operators[:island], bridged, *graph.operators[island + 2 :])
    pair = the(
        lint(Graph("pair", graph.tensors, operators, graph.inputs, graph.outputs), data),
        "warning",
        "QUANTIZE",
        "directly after DEQUANTIZE",
    )
    assert sine_operator.kind == "SIN"
    assert "remove the pair" in pair.remedy


def test_findings_are_a_failure_only_with_strict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flawed = tmp_path / "flawed.tflite"
    flawed.write_bytes(int8(leaky))
    assert main(["lint", str(flawed)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{flawed}: int8, 5 operators; errors: 0, warnings: 1, notes: 4"
    assert lines[1].startswith("  warning: LEAKY_RELU (leaky): ")
    assert "; remedy: use ReLU6" in lines[1]
    assert len(lines) == 6
    assert main(["lint", str(COMIC), str(flawed), "--strict"]) == 1
    assert main(["lint", str(COMIC), "--strict"]) == 0


def test_a_file_that_can_not_be_read_is_one_line_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(COMIC, tmp_path / "comic.tflite")
    assert main(["lint", str(tmp_path / "comic.tflite"), str(tmp_path / "none.tflite")]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.strip().count("\n") == 0
    assert "none.tflite: can't be read: No such file or directory" in printed.err
