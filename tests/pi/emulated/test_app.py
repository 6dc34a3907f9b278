"""The app on an emulated Pi: pictures to the bit, commands of the docs, its tests, the unit."""

from __future__ import annotations

import re

import av
import pytest

from celcam.paths import ROOT
from tests.pi.emulated.installed import CELCAM, CHECKOUT, PYTHON, Pi
from tests.pi.emulated.processors import PROCESSORS, Processor

pytestmark = pytest.mark.pi

MOST_EXPOSED = 20  # tenths, of `systemd-analyze security`
PAGE = ROOT / "docs" / "raspberry-pi.md"
TESTS = (
    "tests/celcam/test_pixels.py",
    "tests/celcam/finishes/test_whole_numbers.py",
    "tests/edge_app/sources/test_picamera.py",
    "tests/edge_app/doctor/test_check_machine.py",
    "tests/edge_app/drawing/test_painter.py",
)


def sh_blocks() -> list[str]:
    """The commands of the page for the Pi."""
    return re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("processor", PROCESSORS, ids=lambda processor: processor.board)
def test_every_file_and_every_look_draws_the_golden_pictures(pi: Pi, processor: Processor) -> None:
    # The app that is installed, with the golden set of the checkout.
    done = pi.run(PYTHON, f"{CHECKOUT}/tests/golden/looks.py", "--check", processor=processor, limit_s=1200)
    assert done.returncode == 0, done.stdout
    assert re.search(r"^\d+ pictures, 0 differ$", done.stdout, re.MULTILINE)


def test_every_command_of_the_page_runs(pi: Pi) -> None:
    here = pi.root / CHECKOUT.lstrip("/")
    photo = next((here / "datasets/samples").glob("*coffee*"))
    (here / "photo.jpg").write_bytes(photo.read_bytes())
    script = "\n".join(["set -e", f"cd {CHECKOUT}", *sh_blocks()])
    done = pi.run("/bin/bash", "-c", script, limit_s=1200)
    assert done.returncode == 0, done.stdout
    assert (here / "cartoon.png").is_file()
    assert (here / "bench.json").is_file()
    with av.open(here / "party.mp4") as clip:
        assert next(clip.decode(video=0)).width == 640
    assert "watch at http" in done.stdout
    settings = (pi.root / "etc/celcam.toml").read_text(encoding="utf-8")
    assert re.search(r'^token = "[\w-]{16}"$', settings, re.MULTILINE)
    assert (pi.root / "etc/systemd/system/multi-user.target.wants/celcam.service").is_symlink()


def test_the_tests_of_the_app_pass(pi: Pi) -> None:
    code = "import os, sys, pytest; os.chdir(sys.argv[1]); sys.exit(pytest.main(sys.argv[2:]))"
    words = ["-q", "-p", "no:cacheprovider", "-p", "no:warnings", *TESTS]
    done = pi.run(PYTHON, "-c", code, CHECKOUT, *words, PYTHONPATH=f"/opt/pytest:{CHECKOUT}")
    assert done.returncode == 0, done.stdout


def test_systemd_accepts_the_unit_and_rates_its_exposure(trixie: Pi) -> None:
    unit = f"{CHECKOUT}/edge_app/celcam.service"
    done = trixie.run("/usr/bin/systemd-analyze", "verify", unit)
    assert done.returncode == 0, done.stdout
    assert "celcam.service" not in done.stdout
    options = ["--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}"]
    done = trixie.run("/usr/bin/systemd-analyze", "security", *options, unit)
    assert done.returncode == 0, done.stdout


def test_celcam_names_its_version(pi: Pi) -> None:
    from celcam import __version__

    assert pi.run(CELCAM, "--version").stdout.strip() == f"celcam {__version__}"
