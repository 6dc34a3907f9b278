"""A tool without its packages, or on an old Python, says so on one line."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from celcam import __version__, startup
from celcam.startup import missing_package

ROOT = Path(__file__).parents[2]
# What each tool does first; the packages that it needs for that are blocked.
TOOLS = {
    "datasets": ("build", "--out", "{out}"),
    "train": ("--pairs", "{out}", "--out", "{out}/run"),
    "convert": ("lint", "models/comic.tflite"),
    "edge_app": ("datasets/samples", "--to", "{out}/cartoons/"),
}
PACKAGES = ("numpy", "cv2", "av", "PIL", "keras", "tensorflow", "tf_keras", "ai_edge_litert", "tflite_runtime", "tqdm")


def run_tool(tool: str, *words: str, before: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m tool words`` in a process that runs the line ``before`` first."""
    code = (
        f"import sys, runpy\n{before}\nsys.argv = [{tool!r}, *{words!r}]\n"
        f"runpy.run_module({tool!r}, run_name='__main__', alter_sys=True)\n"
    )
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("tool", TOOLS)
def test_missing_packages_are_one_line_and_exit_2(tool: str, tmp_path: Path) -> None:
    words = [word.format(out=tmp_path) for word in TOOLS[tool]]
    done = run_tool(tool, *words, before=f"sys.modules.update(dict.fromkeys({PACKAGES!r}))")
    assert done.returncode == 2, done.stderr
    requirements = "edge_app/requirements.txt" if tool == "edge_app" else "requirements.txt"
    assert done.stderr.startswith(f"python -m {tool}")
    assert done.stderr.endswith(f"is missing; run 'pip install -r {requirements}'\n")
    assert done.stderr.count("\n") == 1
    assert not done.stdout


@pytest.mark.parametrize("tool", TOOLS)
def test_an_old_python_is_one_line_and_exit_2(tool: str) -> None:
    done = run_tool(tool, "--help", before="sys.version_info = (3, 8, 10, 'final', 0)")
    assert done.returncode == 2
    assert done.stderr == "celcam: needs Python 3.11 or newer, found Python 3.8; install a newer Python\n"
    assert not done.stdout


@pytest.mark.parametrize("tool", TOOLS)
def test_an_old_python_can_read_what_comes_before_the_check(tool: str) -> None:
    main = (ROOT / tool / "__main__.py").read_text(encoding="utf-8")
    for path in (f"{tool}/__init__.py", "celcam/__init__.py", "celcam/paths.py", "celcam/startup.py"):
        ast.parse((ROOT / path).read_text(encoding="utf-8"), feature_version=(3, 8))
    first = [node for node in ast.parse(main, feature_version=(3, 8)).body if not isinstance(node, ast.Expr)][:2]
    assert [ast.unparse(node) for node in first] == [
        "from __future__ import annotations",
        "from celcam.startup import check_python",
    ]


@pytest.mark.parametrize("tool", TOOLS)
def test_each_tool_shows_the_version(tool: str) -> None:
    done = run_tool(tool, "--version", before="")
    assert (done.returncode, done.stdout) == (0, f"celcam {__version__}\n")


def test_a_module_of_our_own_that_is_missing_is_no_missing_package() -> None:
    assert missing_package("python -m convert", "train.networks") is None
    assert missing_package("python -m convert", "") is None


def test_an_installed_wheel_is_installed_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(startup, "ROOT", tmp_path)
    advice = "the Python package 'av' is missing; install the Celcam wheel again, without --no-deps"
    assert missing_package("celcam bench", "av") == advice
