"""A recording that is killed with no chance to finish loses two seconds at most."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.edge_app.sinks.films import read_film

ROOT = Path(__file__).parents[3]
LOST_S = 2.0
# Records a moving picture at a rate and prints the media time of each frame that has been taken.
RECORDING = """
import sys, time
from pathlib import Path
import numpy as np
from edge_app.frames import Frame
from edge_app.sinks.recorder import Recorder
from tests.edge_app.fakes import make_session
path, fps, haste = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
width, height = int(sys.argv[4]), int(sys.argv[5])
blocks = np.random.default_rng(1).integers(0, 256, (height // 20, width // 20, 3)).astype(np.uint8)
card = np.repeat(np.repeat(blocks, 20, 0), 20, 1)
cards = [np.roll(card, 8 * number, axis=1) for number in range(20)]
with Recorder(make_session(path.parent), path=path) as recorder:
    started_s = time.monotonic()
    for number in range(10**6):
        media_s = number / fps
        time.sleep(max(0.0, started_s + media_s / haste - time.monotonic()))
        recorder.show(Frame(cards[number % 20], "card", media_s, time.monotonic()))
        print(media_s, flush=True)
"""


def record_and_kill(path: Path, *, fps: float, after_s: float, haste: float, size_wh: tuple[int, int]) -> float:
    """Kill a recording once a frame of that time has been taken; returns the time of the last that was."""
    words = [str(path), fps, haste, *size_wh]
    command = [sys.executable, "-c", RECORDING, *map(str, words)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert child.stdout is not None
        last_s = 0.0
        for line in child.stdout:
            last_s = float(line)
            if last_s >= after_s:
                break
        time.sleep(0.013)  # anywhere between two frames, or within one
        child.kill()
        for line in child.stdout:  # taken before the end came
            last_s = float(line)
    assert last_s >= after_s
    return last_s


def check(path: Path, last_s: float, fps: float) -> None:
    film = read_film(path)
    assert len(film.times_s) == pytest.approx(film.times_s[-1] * fps + 1, abs=0.01)  # without a gap
    assert last_s - LOST_S <= film.times_s[-1] <= last_s + 1 / fps


@pytest.mark.parametrize(
    ("fps", "after_s", "suffix"),
    [(30.0, 4.95, ".mp4"), (4.0, 12.5, ".mp4"), (12.0, 9.0, ".mkv")],
)
def test_a_killed_recording_plays_to_two_seconds_before_the_last_frame(
    fps: float, after_s: float, suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"party{suffix}"
    last_s = record_and_kill(path, fps=fps, after_s=after_s, haste=15.0, size_wh=(160, 120))
    check(path, last_s, fps)


@pytest.mark.slow
@pytest.mark.parametrize("fps", [3.0, 15.0, 30.0])
@pytest.mark.parametrize("after_s", [2.05, 3.7, 6.4, 9.9])
@pytest.mark.parametrize("size_wh", [(320, 240), (1280, 720)])
def test_a_recording_killed_in_real_time_at_any_moment_and_rate_plays(
    fps: float, after_s: float, size_wh: tuple[int, int], tmp_path: Path
) -> None:
    path = tmp_path / "party.mp4"
    last_s = record_and_kill(path, fps=fps, after_s=after_s, haste=1.0, size_wh=size_wh)
    check(path, last_s, fps)
