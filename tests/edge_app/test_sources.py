from __future__ import annotations

import threading
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import CameraError, ClipBrokenOffError, MediaError
from celcam.image_io import write_image
from edge_app.pipeline import run_pipeline
from edge_app.sources import BUNDLED_CLIP, open_source
from edge_app.sources.synthetic import BARS
from edge_app.sources.synthetic import test_card as draw_card
from tests.edge_app.fakes import KeepingSink

SAMPLES = Path(__file__).parents[2] / "datasets" / "samples"


def test_a_clip_gives_every_frame_at_its_own_time() -> None:
    with open_source(str(BUNDLED_CLIP)) as source:
        frames = list(source.frames())
    assert source.info.size_wh == (512, 384)
    assert len(frames) == source.info.frames == 100
    assert frames[0].media_s == 0.0
    assert np.allclose(np.diff([frame.media_s for frame in frames]), 0.1, atol=1e-3)
    assert len({frame.name for frame in frames}) == 100


def test_an_image_is_one_frame_and_a_folder_one_each() -> None:
    with open_source(str(SAMPLES / "food_scikit_image_coffee.jpg")) as source:
        assert [frame.name for frame in source.frames()] == ["food_scikit_image_coffee"]
    with open_source(str(SAMPLES)) as source:
        names = [frame.name for frame in source.frames()]
    assert names == sorted(names)
    assert len(names) == source.info.frames == 19


def test_images_that_differ_in_suffix_alone_keep_names_of_their_own(tmp_path: Path, photo: Uint8Array) -> None:
    for name in ("a.jpg", "a.png", "b.png"):
        write_image(tmp_path / name, photo)
    with open_source(str(tmp_path)) as source:
        assert [frame.name for frame in source.frames()] == ["a-jpg", "a-png", "b"]


def test_red_is_red_on_the_test_card() -> None:
    with open_source("synthetic:") as source:
        assert source.info.is_live
        frame = next(source.frames())
    width = frame.rgb_u8.shape[1] // len(BARS)
    seen = [tuple(frame.rgb_u8[10, width * bar + width // 2]) for bar in range(len(BARS))]
    assert seen == list(BARS)
    assert not np.array_equal(draw_card(0.0), draw_card(0.5))  # it moves


def test_frames_of_a_live_source_are_paced() -> None:
    with open_source("synthetic:") as source:
        frames = list(islice(source.frames(), 4))
    spent = frames[-1].captured_s - frames[0].captured_s
    assert spent >= 3 / 30 - 0.005


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("none.mp4", "no such file or folder"),
        ("usb:97", "usb:97: no camera there"),
        ("usb:front", "expected the camera's number, such as usb:0"),
    ],
)
def test_what_is_not_there_is_named(spec: str, message: str) -> None:
    with pytest.raises((MediaError, CameraError), match=message):
        open_source(spec)


def test_without_picamera2_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "picamera2", None)
    with pytest.raises(CameraError, match="apt install python3-picamera2"):
        open_source("picamera:0")


@pytest.mark.parametrize("name", ["text.jpg", "text.mp4", "empty.mp4", "cut.mp4"])
def test_files_that_are_not_what_they_say_are_refused(tmp_path: Path, name: str) -> None:
    # The bundled clip has its index at the end: cut, nothing of it can be read.
    content = {"empty.mp4": b"", "cut.mp4": BUNDLED_CLIP.read_bytes()[:150_000]}.get(name, b"just some words" * 99)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MediaError, match="not a readable"):
        open_source(str(tmp_path / name))


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no image in it"):
        open_source(str(tmp_path))


def test_a_clip_that_breaks_off_gives_what_there_is_and_says_so(broken_off_clip: Path) -> None:
    sink = KeepingSink()
    with (
        open_source(str(broken_off_clip)) as source,
        pytest.raises(ClipBrokenOffError, match=r"breaks off .*after [0-9]+ frames"),
    ):
        run_pipeline(source, lambda rgb_u8: rgb_u8, sink, stop=threading.Event())
    assert 20 < len(sink.levels) < 90
