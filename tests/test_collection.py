"""Collecting the tests is quick: no test module loads a slow package at its top."""

from __future__ import annotations

import subprocess
import sys

from celcam.paths import ROOT
from tests.test_layers import HEAVY

SLOW_TO_IMPORT = HEAVY | {"skimage", "matplotlib.pyplot"}


def test_collecting_the_tests_loads_no_slow_package() -> None:
    probe = (
        "import sys, pytest\n"
        "assert pytest.main(['--collect-only', '-q', '-m', '']) == 0\n"
        "print('LOADED', *sorted(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(done.stdout.rpartition("LOADED")[2].split()) & SLOW_TO_IMPORT
