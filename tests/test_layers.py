"""The rules of the house: imports point down, TensorFlow stays on the workstation, help is quick."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("celcam", "datasets", "train", "convert", "edge_app")
MAY_IMPORT = {
    "celcam": set(),
    "datasets": {"celcam"},
    "train": {"celcam"},
    "convert": {"celcam", "train"},
    "edge_app": {"celcam"},
}
HEAVY = {"tensorflow", "tf_keras", "keras", "tensorflow_model_optimization"}
COMMANDS = ("datasets", "train", "convert", "edge_app")


def imported_roots(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("room", ROOMS)
def test_imports_point_down_only(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    for path in files:
        others = set(imported_roots(path)) & (set(ROOMS) - {room})
        assert others <= MAY_IMPORT[room], f"{path} imports {others}"


@pytest.mark.parametrize("room", ["celcam", "datasets", "edge_app"])
def test_tensorflow_and_keras_stay_in_train_and_convert(room: str) -> None:
    for path in sorted((ROOT / room).rglob("*.py")):
        assert not set(imported_roots(path)) & HEAVY, path


def test_the_app_runs_where_tensorflow_can_not_be_imported(tmp_path: Path) -> None:
    blocker = (
        "import sys, runpy\n"
        f"for name in {sorted(HEAVY)}: sys.modules[name] = None\n"
        f"sys.argv = ['edge_app', '{ROOT / 'edge_app/samples/street_walk.mp4'}', '--to', 'null']\n"
        "runpy.run_module('edge_app', run_name='__main__', alter_sys=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", blocker], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "100 frames" in done.stdout


def test_nothing_outside_datasets_and_its_tests_imports_it() -> None:
    # "datasets" is also the name of a well-known package; only `python -m datasets` from the root is sure to be ours.
    for path in (path for room in ROOMS if room != "datasets" for path in (ROOT / room).rglob("*.py")):
        assert "datasets" not in set(imported_roots(path)), path


@pytest.mark.parametrize("command", COMMANDS)
def test_help_loads_nothing_that_takes_time(command: str) -> None:
    probe = (
        "import sys, runpy\n"
        f"sys.argv = ['{command}', '--help']\n"
        "try:\n"
        f"    runpy.run_module('{command}', run_name='__main__', alter_sys=True)\n"
        "except SystemExit as done:\n"
        "    assert done.code == 0\n"
        "print('LOADED', *sorted(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.partition("LOADED")[2].split())
    assert "usage:" in done.stdout
    assert not loaded & (HEAVY | {"cv2", "numpy", "av"})
