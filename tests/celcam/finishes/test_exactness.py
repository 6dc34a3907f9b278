"""The layer rule that keeps finishes exact: they call only what has one result on every processor and version."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import celcam.finishes

FOLDER = Path(celcam.finishes.__file__).parent
FILES = sorted(FOLDER.glob("*.py"))
# What was tried on x86-64 and arm64, with OpenCV 4.11 and 5.0. It computes in whole numbers.
EXACT = {
    "LUT", "absdiff", "add", "bitwise_and", "bitwise_not", "bitwise_xor", "boxFilter", "compare", "convertMaps",
    "copyMakeBorder", "cvtColor", "dilate", "erode", "extractChannel", "max", "merge", "min", "morphologyEx", "remap",
    "resize", "split", "subtract", "BORDER_REPLICATE", "CMP_GT", "COLOR_GRAY2RGB", "COLOR_RGB2GRAY", "CV_16SC2",
    "CV_16U", "CV_32S", "INTER_AREA", "INTER_LINEAR", "INTER_LINEAR_EXACT", "INTER_NEAREST", "MORPH_CLOSE",
}  # fmt: skip
# By file. The picture is enlarged before it is finished, and tiles are written to files: these are no steps of a
# finish. A product is OpenCV's where it is found to be right for each pair of bytes.
ALSO = {"finish.py": {"INTER_CUBIC"}, "files.py": {"imencode"}, "whole_numbers.py": {"multiply"}}
# Functions whose last digits differ between processors. Tables and tiles may use them, since these are rounded with a
# margin, but nothing that draws.
INEXACT = {
    "arctan2", "cbrt", "cos", "dot", "exp", "fft", "hypot", "interp", "log", "matmul", "mean", "power", "sin", "sqrt",
    "std", "tan", "tanh",
}  # fmt: skip
MAKE_TILES = {"noise.py", "tables.py", "tiles.py"}
MAKE_KITS = {"make_kit", "opponent"}
# How a resized picture may be interpolated, by the file that does it.
EXACT_RESIZING = {
    "finish.py": {"INTER_CUBIC"},
    "grid.py": {"INTER_NEAREST"},
    "whole_numbers.py": {"INTER_AREA", "INTER_LINEAR_EXACT"},
}


def attributes_of(tree: ast.AST, module: str) -> Iterator[str]:
    """The names that follow ``module.``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module:
            yield node.attr


def calls_of(tree: ast.AST, name: str) -> Iterator[dict[str, str]]:
    """The named arguments of each call of ``cv2.name``, as source text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"cv2.{name}":
            yield {keyword.arg or "": ast.unparse(keyword.value) for keyword in node.keywords}


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def without_kits(tree: ast.Module) -> ast.Module:
    """The module without the functions that make tables and tiles."""

    class Remover(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
            return None if node.name in MAKE_KITS else self.generic_visit(node)

    removed: ast.Module = Remover().visit(tree)
    return removed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_finish_calls_only_exact_functions_of_opencv(path: Path) -> None:
    unknown = set(attributes_of(parse(path), "cv2")) - EXACT - ALSO.get(path.name, set())
    assert not unknown, f"{path.name} uses {unknown}; use celcam/finishes/whole_numbers.py"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_finish_is_drawn_without_functions_that_differ_in_the_last_digit(path: Path) -> None:
    if path.name in MAKE_TILES:
        assert "cv2" not in path.read_text(encoding="utf-8").replace("``cv2.LUT``", "")  # these draw nothing
        return
    found = set(attributes_of(without_kits(parse(path)), "np")) & INEXACT
    assert not found, f"{path.name} draws with {found}; put it into a table or a tile"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_finish_resizes_and_averages_in_whole_numbers(path: Path) -> None:
    tree = parse(path)
    for given in calls_of(tree, "resize"):
        allowed = {f"cv2.{name}" for name in EXACT_RESIZING.get(path.name, set())}
        assert given.get("interpolation") in allowed, f"{path.name}: cv2.resize({given})"
    for given in calls_of(tree, "boxFilter"):
        assert given.get("normalize") == "False", f"{path.name}: cv2.boxFilter({given})"
    for name in ("add", "subtract"):
        assert all("dtype" not in given for given in calls_of(tree, name))


def test_what_is_inexact_is_found() -> None:
    tree = ast.parse(
        "def bind():\n    cv2.addWeighted(a, 0.3, b, 0.7, 0.0)\n    np.exp(a)\ndef make_kit():\n    np.power(a)"
    )
    assert set(attributes_of(tree, "cv2")) - EXACT == {"addWeighted"}
    assert set(attributes_of(without_kits(tree), "np")) & INEXACT == {"exp"}
    assert list(calls_of(ast.parse("cv2.resize(a, b, interpolation=cv2.INTER_AREA)"), "resize")) == [
        {"interpolation": "cv2.INTER_AREA"}
    ]
