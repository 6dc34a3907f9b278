"""The architecture: the allowed imports, the packages without TensorFlow, and the modules that load quickly."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("celcam", "datasets", "train", "convert", "edge_app")
MAY_IMPORT = {
    "celcam": set(),
    "datasets": {"celcam"},
    "train": {"celcam"},
    "convert": {"celcam", "train"},
    "edge_app": {"celcam"},
}
# The app's packages, lowest first. Each may import the packages before it.
APP_PACKAGES = ("flow", "device", "control", "drawing", "sources", "sinks", "web", "benchmarks", "doctor")
MOST_FILES_AT_APP_ROOT = 12
MOST_LINES = 300
HEAVY = {"tensorflow", "tf_keras", "keras", "tensorflow_model_optimization"}
COMMANDS = ("datasets", "train", "convert", "edge_app")


def imported_roots(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_packages_below_it(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    for path in files:
        others = set(imported_roots(path)) & (set(PACKAGES) - {package})
        assert others <= MAY_IMPORT[package], f"{path} imports {others}"


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                submodule = ROOT.joinpath(*node.module.split("."), f"{alias.name}.py")
                yield f"{node.module}.{alias.name}" if submodule.is_file() else node.module


@pytest.mark.parametrize("package", APP_PACKAGES)
def test_a_package_of_the_app_imports_only_packages_below_it(package: str) -> None:
    allowed = set(APP_PACKAGES[: APP_PACKAGES.index(package) + 1])
    files = sorted((ROOT / "edge_app" / package).rglob("*.py"))
    assert files
    for path in files:
        for module in imported_modules(path):
            parts = module.split(".")
            if parts[0] == "edge_app" and len(parts) > 1 and parts[1] in APP_PACKAGES:
                assert parts[1] in allowed, f"{path} imports {module}"


def test_every_folder_of_the_app_is_a_known_package() -> None:
    folders = {path.parent.name for path in (ROOT / "edge_app").glob("*/__init__.py")}
    assert folders == set(APP_PACKAGES)


def test_there_is_no_import_cycle() -> None:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in files}
    imports = {name: {each for each in imported_modules(path) if each in names} for name, path in names.items()}
    TopologicalSorter(imports).prepare()  # raises CycleError, which names the modules of the cycle


def test_the_root_of_the_app_holds_few_files() -> None:
    assert len(list((ROOT / "edge_app").glob("*.py"))) <= MOST_FILES_AT_APP_ROOT


def test_no_file_is_long() -> None:
    files = [path for folder in (*PACKAGES, "tests", "examples") for path in (ROOT / folder).rglob("*.py")]
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert not {path: lines for path, lines in lengths.items() if lines > MOST_LINES}


@pytest.mark.parametrize("package", ["celcam", "datasets", "edge_app"])
def test_tensorflow_and_keras_stay_in_train_and_convert(package: str) -> None:
    for path in sorted((ROOT / package).rglob("*.py")):
        assert not set(imported_roots(path)) & HEAVY, path


def test_the_app_runs_without_tensorflow(tmp_path: Path) -> None:
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
    # PyPI has a well-known package "datasets" too. `python -m datasets` in the root runs this project's.
    for path in (path for package in PACKAGES if package != "datasets" for path in (ROOT / package).rglob("*.py")):
        assert "datasets" not in set(imported_roots(path)), path


@pytest.mark.parametrize("command", COMMANDS)
def test_help_loads_no_slow_package(command: str) -> None:
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
