from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from celcam.native_messages import print_message
from celcam.paths import ROOT

WORK = """
import sys
from dataclasses import dataclass
from pathlib import Path
from celcam.cli import option, run_command
from celcam.native_messages import native_messages_off, print_message

@dataclass(frozen=True)
class Options:
    done: Path = option(help="written at the end", positional=True)

def run(options):
    for number in range(50):
        print(f"line {number}", flush=True)
        print_message(f"message {number}")
    with native_messages_off():
        print("caf\\u00e9 \\udcff")
    options.done.write_text("done")
    return 0

sys.exit(run_command("prog", "about", Options, run, None))
"""


def run_in_shell(tmp_path: Path, redirection: str, **environment: str) -> tuple[int, bool, str]:
    """The exit status, whether the work was done, and what was printed."""
    script, done = tmp_path / "work.py", tmp_path / "done"
    script.write_text(WORK)
    result = subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", f'"{sys.executable}" -B "{script}" "{done}" {redirection}'],
        capture_output=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        text=True,
        check=False,
    )
    return result.returncode, done.exists() and done.read_text() == "done", result.stdout + result.stderr


@pytest.mark.parametrize(
    "redirection",
    [
        "2>&-",
        ">&-",
        ">&- 2>&- <&-",
        ">/dev/full",
        "2>/dev/full",
        ">/dev/full 2>&1",
        "2>&1 | head -n 2",
        "2>&1 | true",
    ],
)
def test_output_that_nobody_takes_does_not_stop_the_work(tmp_path: Path, redirection: str) -> None:
    status, is_done, printed = run_in_shell(tmp_path, redirection)
    assert (status, is_done) == (0, True)
    assert "Traceback" not in printed


def test_no_file_gets_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    assert run_in_shell(tmp_path, "2>&- >&-")[1]  # a message would otherwise stand in the file "done"


def test_an_encoding_without_the_letter_does_not_stop_the_work(tmp_path: Path) -> None:
    status, is_done, printed = run_in_shell(tmp_path, "", PYTHONIOENCODING="ascii")
    assert (status, is_done) == (0, True)
    assert "caf\\xe9 \\udcff" in printed


def test_help_that_nobody_takes_is_no_error(tmp_path: Path) -> None:
    status, _, printed = run_in_shell(tmp_path, "--help >/dev/full")
    assert (status, printed) == (0, "")


def test_a_message_to_a_pipe_that_nobody_empties_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    try:
        os.set_blocking(writer, False)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(writer, bytes(4096))
        os.set_blocking(writer, True)
        with os.fdopen(writer, "w") as stream:
            monkeypatch.setattr(sys, "stderr", stream)
            print_message("nobody reads this")
        os.set_blocking(reader, False)
        held = b""
        while piece := os.read(reader, 65536):
            held += piece
        assert held.strip(b"\0") == b""
    finally:
        os.close(reader)
