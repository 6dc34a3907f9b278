from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.media.clips import ClipReader
from train.__main__ import main
from train.clip_evaluation import evaluate_clip
from train.video import VideoWriter


@pytest.fixture
def clip(photo: Uint8Array, tmp_path: Path) -> Path:
    """Four frames of a camera that turns slowly."""
    path = tmp_path / "clip.mp4"
    with VideoWriter(path, Fraction(10)) as writer:
        for number in range(4):
            writer.write(np.ascontiguousarray(photo[100:228, 100 + 2 * number : 260 + 2 * number]))
    return path


def test_the_clip_shows_input_and_network_side_by_side(
    smoke_run: Path, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sub" / "drawn.mp4"
    words = ["evaluate", str(smoke_run), "--video", str(clip), "--size", "64", "--frames", "3", "--clip", str(out)]
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("3 frames of")
    assert [line.split()[0] for line in printed.splitlines()[2:5]] == ["input", "target", "network"]
    with ClipReader(out) as reader:
        frames = [picture.rgb_u8 for picture in reader]
        assert reader.frame_rate == 10
    assert [frame.shape for frame in frames] == [(64, 160, 3)] * 3
    assert [path.name for path in out.parent.iterdir()] == ["drawn.mp4"]


def test_a_flickering_network_is_detected(clip: Path, tmp_path: Path) -> None:
    brightness = itertools.cycle((0, 30))
    out = tmp_path / "out.mp4"
    unchanged = evaluate_clip(lambda rgb_u8: rgb_u8, "comic", clip, out, short_side=64, quiet=True).flicker
    assert unchanged["network"] == unchanged["input"]
    flickering = evaluate_clip(
        lambda rgb_u8: rgb_u8 // 2 + next(brightness), "comic", clip, out, short_side=64, quiet=True
    ).flicker
    assert flickering["network"].motion_compensated == pytest.approx(30, abs=2)
    assert flickering["input"] == unchanged["input"]
    assert flickering["input"].motion_compensated < 5


def test_a_clip_that_fails_leaves_nothing_behind(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "sub" / "out.mp4"
    with pytest.raises(MediaError, match="fewer than two frames"):
        evaluate_clip(lambda rgb_u8: rgb_u8, "comic", clip, out, short_side=64, most_frames=1, quiet=True)
    assert not list(out.parent.iterdir())
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(clip.read_bytes()[:200])
    with pytest.raises(MediaError, match="not a readable video"):
        ClipReader(damaged)
