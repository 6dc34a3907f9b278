"""The wheel holds the app and its models, nothing else, and runs outside the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from celcam import __version__
from celcam.paths import MODELS, ROOT, SAMPLES

PHOTO = SAMPLES / "food_scikit_image_coffee.jpg"
FOLDERS = ("celcam", "edge_app", "models", "datasets", "train", "convert", "tests")
FILES = ("pyproject.toml", "README.md", "LICENSE")
LARGEST_WHEEL = 4_000_000  # bytes; today 2.4 million


def run(*words: str | Path, cwd: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environ = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    done = subprocess.run(list(words), cwd=cwd, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as ``make wheel`` builds it, from a copy: a build writes into its folder."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.jpg"))
    for name in FILES:
        shutil.copy(ROOT / name, copy)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", "dist"]
    run(sys.executable, "-m", "pip", "wheel", ".", *options, cwd=copy)
    (path,) = (copy / "dist").iterdir()
    return path


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel installed; its packages come from the Python that runs the tests."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", folder, wheel, cwd=folder)
    return folder


def test_the_name_of_the_wheel_holds_the_version(wheel: Path) -> None:
    assert wheel.name == f"celcam-{__version__}-py3-none-any.whl"


def test_the_wheel_holds_every_module_of_the_app_and_no_other(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".py")}
    modules = {str(path.relative_to(ROOT)) for room in ("celcam", "edge_app") for path in (ROOT / room).rglob("*.py")}
    assert names == modules, "name a new package in pyproject.toml"


def test_the_wheel_holds_the_data_of_the_app_and_no_weights_of_keras(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith(".py")}
    models = {f"celcam/models/{path.name}" for suffix in ("tflite", "json") for path in MODELS.glob(f"*.{suffix}")}
    folders = (ROOT / "edge_app/web/page", ROOT / "edge_app/samples")
    data = {str(path.relative_to(ROOT)) for folder in folders for path in folder.iterdir()}
    metadata = {name for name in names if name.startswith(f"celcam-{__version__}.dist-info/")}
    assert {"celcam/models/comic.tflite", "celcam/models/comic.json"} <= models
    assert names - metadata == models | data | {"edge_app/celcam.service"}


def test_the_models_in_the_wheel_are_those_of_the_checkout(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for path in MODELS.glob("*.tflite"):
            assert archive.read(f"celcam/models/{path.name}") == path.read_bytes()


def test_the_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < LARGEST_WHEEL


def test_the_wheel_requires_the_packages_of_the_apps_requirements(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        metadata = Parser().parsestr(archive.read(f"celcam-{__version__}.dist-info/METADATA").decode())
    assert metadata["Requires-Python"] == ">=3.11"
    needed = metadata.get_all("Requires-Dist") or []
    assert [line for line in needed if "extra" not in line] == requirements("requirements.txt")
    for extra in ("camera", "heic", "webrtc"):
        found = [line.partition(";")[0].strip() for line in needed if f'extra == "{extra}"' in line]
        assert found == requirements(f"requirements-{extra}.txt")


def requirements(name: str) -> list[str]:
    lines = (ROOT / "edge_app" / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_command_celcam_draws_a_photo_and_a_folder_from_anywhere(installed: Path, tmp_path: Path) -> None:
    celcam = installed / "bin" / "celcam"
    photos = tmp_path / "photos"
    photos.mkdir()
    for path in sorted(SAMPLES.glob("*.jpg"))[:2]:
        shutil.copy(path, photos)
    run(celcam, PHOTO, "--to", "comic.png", cwd=tmp_path, path=installed)
    run(celcam, "photos/", "--to", "comics/", cwd=tmp_path, path=installed)
    assert (tmp_path / "comic.png").is_file()
    assert len(list((tmp_path / "comics").iterdir())) == 2


def test_the_bundled_clip_and_every_model_are_found(installed: Path, tmp_path: Path) -> None:
    celcam = installed / "bin" / "celcam"
    table = run(celcam, "bench", "--runs", "1", "--threads", "1", cwd=tmp_path, path=installed).stdout
    assert all(path.stem in table for path in MODELS.glob("*.tflite"))
    code = "from edge_app.sources import BUNDLED_CLIP; print(BUNDLED_CLIP)"
    clip = Path(run(sys.executable, "-c", code, cwd=tmp_path, path=installed).stdout.strip())
    assert clip.is_relative_to(installed)
    assert clip.is_file()


def test_the_command_celcam_names_itself(installed: Path, tmp_path: Path) -> None:
    celcam = installed / "bin" / "celcam"
    assert run(celcam, "--version", cwd=tmp_path, path=installed).stdout == f"celcam {__version__}\n"
    for words in ([], ["bench"]):
        usage = run(celcam, *words, "--help", cwd=tmp_path, path=installed).stdout
        assert usage.startswith(" ".join(["usage: celcam", *words, "["]))
        assert "python -m" not in usage


@pytest.mark.slow
def test_the_wheel_installs_into_an_empty_venv(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", "venv", cwd=tmp_path)
    run(tmp_path / "venv/bin/python", "-m", "pip", "install", wheel, cwd=tmp_path)
    celcam = tmp_path / "venv/bin/celcam"
    run(celcam, PHOTO, "--to", "comic.png", cwd=tmp_path)
    run(celcam, SAMPLES, "--to", "comics/", cwd=tmp_path)
    assert (tmp_path / "comic.png").is_file()
    assert len(list((tmp_path / "comics").iterdir())) == len(list(SAMPLES.glob("*.jpg")))
    done = subprocess.run([celcam, "doctor"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1)  # 1: this machine has a problem
    assert "model" in done.stdout
    assert not done.stderr
