"""A real Dask cluster on this machine: a scheduler and two workers in three processes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image

from tests.datasets.builds import Build, Contents

pytestmark = pytest.mark.skipif(find_spec("distributed") is None, reason="needs the package distributed")

ROOT = Path(__file__).parents[2]
WORKERS = 2


def start(command: str, *words: str, log: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with log.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{command}", *words],
            cwd=log.parent,
            env=environment,
            stdout=file,
            stderr=file,
        )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    scheduler = start(
        "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", log=tmp_path / "scheduler.log"
    )
    # --no-nanny: a killed worker is not restarted.
    options = (address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
    workers = [start("worker", *options, log=tmp_path / f"worker{number}.log") for number in range(WORKERS)]
    yield address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_gives_the_result_of_one_machine(
    build: Build,
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    samples: list[Path],
    tmp_path: Path,
    contents: Contents,
) -> None:
    address, workers = cluster
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, path in enumerate(samples * 2):
        with Image.open(path) as picture:
            picture.rotate(90 * (number // len(samples)), expand=True).save(folder / f"{number}.jpg")
    (folder / "zero.jpg").write_bytes(b"")
    shutil.make_archive(str(tmp_path / "more"), "zip", samples[0].parent)
    sources = (folder, tmp_path / "more.zip")
    logs = [tmp_path / f"worker{number}.log" for number in range(WORKERS)]
    wait_until(lambda: all("Registered to" in log.read_text() for log in logs))

    out = tmp_path / "cluster"
    command = [sys.executable, "-m", "datasets", "build", "--scheduler", address, "--out", str(out), "--sizes", "128"]
    command += ["--photos", *map(str, sources)]
    with (tmp_path / "build.log").open("wb") as log:
        building = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        wait_until(lambda: len(list(out.glob("comic/*.png"))) >= 10 or building.poll() is not None)
        assert building.poll() is None, (tmp_path / "build.log").read_text()
        workers[0].kill()
        (out / "comic" / f".x.png.{'0' * 32}.part").write_bytes(b"left by the killed worker")
        assert building.wait(timeout=180) == 0, (tmp_path / "build.log").read_text()
    assert workers[1].poll() is None
    build(*sources, out=tmp_path / "local", sizes=(128,))
    assert contents(out) == contents(tmp_path / "local")
