"""The settings of the docs run, with a source and a sink that every computer has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from celcam.paths import ROOT

PAGES = (ROOT / "docs" / "raspberry-pi.md", ROOT / "docs" / "app.md")
SHIPPED = ROOT / "edge_app" / "celcam.toml"
BLOCKS = [
    block
    for page in PAGES
    for block in re.findall(r"^```toml\n(source = .*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
]


def test_the_page_shows_the_shipped_settings() -> None:
    assert tomllib.loads(BLOCKS[0]) == tomllib.loads(SHIPPED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("block", BLOCKS, ids=["raspberry-pi", "app"])
def test_every_block_of_settings_runs(block: str, tmp_path: Path) -> None:
    settings = tmp_path / "celcam.toml"
    settings.write_text(re.sub(r"/var/lib/celcam", str(tmp_path / "recordings"), block), encoding="utf-8")
    command = [sys.executable, "-m", "edge_app", "synthetic:", "--settings", str(settings)]
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    here = ["--web-address", "127.0.0.1", "--port", "0", "--seconds", "1"]
    done = subprocess.run(
        [*command, *here], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\d+ frames?", done.stdout, re.MULTILINE)
