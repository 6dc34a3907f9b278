from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.media.photos import decode_image
from datasets.clips import frames_of_clip
from datasets.photo import Photo, Rejected


def frames(path: Path, frame_interval_s: float) -> tuple[list[Photo], list[Rejected]]:
    found = list(frames_of_clip(path, path.name, frame_interval_s=frame_interval_s))
    return [one for one in found if isinstance(one, Photo)], [one for one in found if isinstance(one, Rejected)]


def pixels(photo: Photo) -> Uint8Array:
    return decode_image(photo.read(), photo.name)


def write_clip(path: Path, pictures: list[Uint8Array]) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode(None))
    return path


def test_a_clip_gives_a_frame_per_interval(clip: Path) -> None:
    photos, rejected = frames(clip, 2.0)
    assert [photo.name for photo in photos] == [f"street_walk.mp4/{second}.00s" for second in (0, 2, 4, 6, 8)]
    assert not rejected
    assert len({photo.clip for photo in photos}) == 1
    assert len({photo.key for photo in photos}) == 5
    assert pixels(photos[0]).std() > 20


def test_reading_a_clip_again_gives_the_same_bytes(clip: Path) -> None:
    assert [one.data for one in frames(clip, 5.0)[0]] == [one.data for one in frames(clip, 5.0)[0]]


def test_colours_are_those_of_the_clip(tmp_path: Path) -> None:
    red = np.full((64, 96, 3), (200, 30, 20), np.uint8)
    (photo, *_), _ = frames(write_clip(tmp_path / "red.mp4", [red] * 10), 10.0)
    assert np.abs(pixels(photo).astype(int) - red).mean() < 8


@pytest.mark.parametrize("data", [b"", b"no clip", bytes(5000)])
def test_a_file_that_is_not_a_clip_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "holiday.mp4"
    path.write_bytes(data)
    photos, (rejected,) = frames(path, 1.0)
    assert not photos
    assert "holiday.mp4: not a readable clip" in rejected.reason


def test_an_mp4_without_its_index_is_named(tmp_path: Path, clip: Path) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes(clip.read_bytes()[:-20_000])
    photos, rejected = frames(path, 1.0)
    assert rejected
    assert all(photo.data for photo in photos)


def test_a_truncated_clip_gives_the_frames_before_the_damage(tmp_path: Path) -> None:
    noise = np.random.default_rng(0)
    pictures = [noise.integers(0, 256, (64, 96, 3), dtype=np.uint8) for _ in range(60)]
    whole = write_clip(tmp_path / "whole.mkv", pictures)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert len(frames(whole, 1.0)[0]) == 6
    photos, rejected = frames(cut, 1.0)
    assert 2 <= len(photos) <= 4
    assert all(one.kind == "damaged clip" for one in rejected)


def test_a_file_with_sound_only_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "song.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
    _, (rejected,) = frames(path, 1.0)
    assert "no picture track" in rejected.reason
