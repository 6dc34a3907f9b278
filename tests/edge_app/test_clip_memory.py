"""The memory for the largest clips that are accepted, and for a hostile one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from celcam.paths import ROOT

# The service's limit is 800 MB.
MOST_MB = 700
MEASURED = """
import re, sys
from pathlib import Path
from edge_app.__main__ import main
status = main([*sys.argv[1:], "--threads", "1"])
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1000)
sys.exit(status)
"""


def write_4k(path: Path, *, pixels: str, references: int) -> Path:
    """A clip of 3840x2160 whose encoder refers to so many frames."""
    params = f"ref={references}:bframes=3:threads=1:no-scenecut=1:rc-lookahead=3:sync-lookahead=0"
    options = {"preset": "ultrafast", "crf": "45", "x264-params": params}
    picture = np.zeros((2160, 3840, 3), np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 3840, 2160, pixels
        for number in range(26):
            picture[:] = (np.arange(3840)[:, np.newaxis] + 4 * number) % 256
            picture[100:200, 100 * number : 100 * number + 200] = 240
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=pixels)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def draw(clip: Path, to: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", MEASURED, str(clip), "--to", to]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("pixels", "references"), [("yuv420p", 14), ("yuv420p10le", 5)])
def test_the_largest_clips_of_4k_take_less_than_700_mb(pixels: str, references: int, tmp_path: Path) -> None:
    clip = write_4k(tmp_path / "clip.mp4", pixels=pixels, references=references)
    done = draw(clip, str(tmp_path / "cartoon.mp4"))
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.splitlines()[-1]) < MOST_MB
    with av.open(str(tmp_path / "cartoon.mp4")) as cartoon:
        assert (cartoon.streams.video[0].width, cartoon.streams.video[0].frames) == (1920, 26)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ten_bits_and_16_references_at_4k_are_refused(tmp_path: Path) -> None:
    done = draw(write_4k(tmp_path / "clip.mp4", pixels="yuv420p10le", references=16), str(tmp_path / "cartoon.mp4"))
    assert done.returncode == 2
    assert "its decoder needs 498 MB, for 20 frames of 24.9 MB; a clip may need 225" in done.stderr
    assert float(done.stdout.splitlines()[-1]) < 300
    assert not (tmp_path / "cartoon.mp4").exists()
