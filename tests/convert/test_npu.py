"""Files for NPUs draw what the files that they are made from draw, and Arm's compiler maps them whole."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import UsageError
from celcam.paths import MODELS, ROOT
from celcam.pixels import resize
from celcam.tflite_model import TFLiteModel
from convert.graph import parse_graph, read_graph
from convert.npu import for_npu, one_hot_kernel
from tests.pi.caching import cached

REQUIREMENTS = ROOT / "convert" / "requirements-npu.txt"
INT8_FILES = [path for path in sorted(MODELS.glob("*.tflite")) if "float" not in path.stem]
SIZE_WH = (320, 240)


def rewritten(path: Path, folder: Path, size_wh: tuple[int, int] = SIZE_WH) -> Path:
    written = folder / path.name
    written.write_bytes(for_npu(path.read_bytes(), size_wh))
    return written


@pytest.mark.parametrize("path", INT8_FILES, ids=lambda path: path.stem)
def test_a_file_for_npus_draws_the_same_picture(path: Path, tmp_path: Path, photo: Uint8Array) -> None:
    picture = resize(photo, SIZE_WH)
    assert np.array_equal(TFLiteModel(rewritten(path, tmp_path))(picture), TFLiteModel(path)(picture))


def test_it_has_no_depth_to_space_and_as_many_operators(tmp_path: Path) -> None:
    before = read_graph(MODELS / "comic.tflite")
    after = read_graph(rewritten(MODELS / "comic.tflite", tmp_path))
    kinds = [operator.kind for operator in after.operators]
    assert "DEPTH_TO_SPACE" not in kinds
    assert kinds == [operator.kind.replace("DEPTH_TO_SPACE", "TRANSPOSE_CONV") for operator in before.operators]


@pytest.mark.parametrize("size_wh", [(320, 240), (256, 256), (640, 360)])
def test_it_has_the_chosen_size_throughout(tmp_path: Path, size_wh: tuple[int, int]) -> None:
    graph = read_graph(rewritten(MODELS / "comic.tflite", tmp_path, size_wh))
    assert graph.traced_hw == (size_wh[1], size_wh[0])
    assert graph.tensors[graph.outputs[0]].shape == (1, size_wh[1], size_wh[0], 3)
    quarter = min(tensor.shape[1] for operator in graph.operators for tensor in graph.activations_of(operator))
    assert quarter == size_wh[1] // 4


def test_a_size_that_the_network_can_not_draw_is_refused() -> None:
    with pytest.raises(UsageError, match="322x240: expected sides that are multiples of 4"):
        for_npu((MODELS / "comic.tflite").read_bytes(), (322, 240))


def test_a_file_without_depth_to_space_keeps_its_operators(tmp_path: Path) -> None:
    once = rewritten(MODELS / "comic.tflite", tmp_path).read_bytes()
    twice = for_npu(once, SIZE_WH)
    assert [each.kind for each in parse_graph(twice, "twice").operators] == [
        each.kind for each in parse_graph(once, "once").operators
    ]


def test_each_value_of_the_kernels_output_is_one_value_of_its_input() -> None:
    kernel = one_hot_kernel(5)
    assert kernel.shape == (5, 2, 2, 20)
    assert (kernel.sum(axis=3) == 1).all()
    assert (kernel.sum(axis=(0, 1, 2)) == 1).all()


def _install(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), "-r", str(REQUIREMENTS)]
    subprocess.run(command, check=True)


@pytest.fixture(scope="session")
def vela() -> Path:
    """The folder with Arm's compiler; its packages are its own."""
    return cached("vela", hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest(), _install)


def mapped(file: Path, accelerator: str, vela: Path) -> tuple[int, int]:
    """How many operators the compiler runs on the CPU and on the NPU."""
    command = [sys.executable, "-m", "ethosu.vela", str(file), "--accelerator-config", accelerator]
    environ = os.environ | {"PYTHONPATH": str(vela)}
    output = ["--output-dir", str(file.parent / "compiled")]
    done = subprocess.run([*command, *output], env=environ, capture_output=True, text=True, check=True)
    counts = [re.search(rf"^{kind} operators = (\d+) ", done.stdout, re.MULTILINE) for kind in ("CPU", "NPU")]
    assert counts[0] and counts[1], done.stdout
    return int(counts[0][1]), int(counts[1][1])


@pytest.mark.npu
@pytest.mark.parametrize("accelerator", ["ethos-u65-512", "ethos-u85-512"])
@pytest.mark.parametrize("path", INT8_FILES, ids=lambda path: path.stem)
def test_the_compiler_maps_every_operator_onto_the_npu(
    path: Path, accelerator: str, vela: Path, tmp_path: Path
) -> None:
    written = rewritten(path, tmp_path)
    on_cpu, on_npu = mapped(written, accelerator, vela)
    assert on_cpu == 0
    assert on_npu >= len(read_graph(written).operators)  # it splits some operators for an Ethos-U85


@pytest.mark.npu
def test_the_compiler_leaves_depth_to_space_to_the_cpu(vela: Path, tmp_path: Path) -> None:
    file = tmp_path / "comic.tflite"
    file.write_bytes((MODELS / "comic.tflite").read_bytes())
    assert mapped(file, "ethos-u65-512", vela)[0] == 2
