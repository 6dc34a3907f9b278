from __future__ import annotations

import threading
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest

from celcam.errors import ClipBrokenOffError, MediaError
from celcam.media.clips import ClipReader
from edge_app.flow.pipeline import Pipeline
from edge_app.flow.stats import RunStats
from edge_app.sources import BUNDLED_CLIP, open_source
from edge_app.sources.video import VideoSource
from tests.edge_app.fakes import KeepingSink, quiet_notices


def test_a_clip_gives_every_frame_at_its_own_time() -> None:
    with open_source(str(BUNDLED_CLIP)) as source:
        frames = list(source.frames())
    assert source.info.size_wh == (512, 384)
    assert len(frames) == source.info.frames == 100
    assert frames[0].media_s == 0.0
    assert np.allclose(np.diff([frame.media_s for frame in frames]), 0.1, atol=1e-3)
    assert len({frame.name for frame in frames}) == 100


def test_a_clip_in_a_loop_starts_again_and_its_times_keep_rising() -> None:
    with VideoSource(BUNDLED_CLIP, loop=True) as source:
        assert source.info.frames is None
        assert not source.info.is_live
        frames = list(islice(source.frames(), 250))
    assert np.allclose(np.diff([frame.media_s for frame in frames]), 0.1, atol=1e-3)
    for again in (100, 200):
        assert np.array_equal(frames[again].rgb_u8, frames[0].rgb_u8)
        assert np.array_equal(frames[again + 30].rgb_u8, frames[30].rgb_u8)
    assert len({frame.name for frame in frames}) == 250


def test_a_loop_over_a_clip_without_a_frame_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = iter([iter(())])  # a second one would be an error
    with VideoSource(BUNDLED_CLIP, loop=True) as source:
        monkeypatch.setattr(ClipReader, "__iter__", lambda clip: next(rounds))
        assert list(source.frames()) == []


def test_a_loop_is_silent_and_a_single_run_is_not(clip_with_sound: Path) -> None:
    with VideoSource(clip_with_sound) as once, VideoSource(clip_with_sound, loop=True) as loop:
        assert once.info.sound == clip_with_sound
        assert loop.info.sound is None
        assert all(one.media_s < other.media_s for one, other in pairwise(islice(loop.frames(), 50)))


def test_a_loop_over_a_broken_clip_fails_at_the_first_end(broken_off_clip: Path) -> None:
    with VideoSource(broken_off_clip, loop=True) as source, pytest.raises(ClipBrokenOffError, match="breaks off"):
        for _ in islice(source.frames(), 200):
            pass


@pytest.mark.parametrize("name", ["text.jpg", "text.mp4", "empty.mp4", "cut.mp4"])
def test_files_that_are_not_videos_are_refused(tmp_path: Path, name: str) -> None:
    # The bundled clip has its index at the end: without it nothing can be read.
    content = {"empty.mp4": b"", "cut.mp4": BUNDLED_CLIP.read_bytes()[:150_000]}.get(name, b"just some words" * 99)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MediaError, match="not a readable"):
        open_source(str(tmp_path / name))


def test_a_broken_clip_gives_its_frames_and_then_an_error(broken_off_clip: Path) -> None:
    sink = KeepingSink()
    with (
        open_source(str(broken_off_clip)) as source,
        pytest.raises(ClipBrokenOffError, match=r"breaks off .*after [0-9]+ frames"),
    ):
        Pipeline(
            source,
            lambda frame: frame,
            [sink],
            stop=threading.Event(),
            stats=RunStats(),
            notices=quiet_notices(),
        ).run()
    assert 20 < len(sink.levels) < 90
