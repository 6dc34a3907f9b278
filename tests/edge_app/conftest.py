"""Clips that tests need."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from celcam.image_io import write_image
from edge_app.__main__ import main
from edge_app.sources import BUNDLED_CLIP


@pytest.fixture(scope="session")
def clip_with_sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first two seconds of the bundled clip with a 440 Hz tone, as MP4 with AAC."""
    return write_clip(tmp_path_factory.mktemp("clips") / "sound.mp4", "aac")


@pytest.fixture(scope="session")
def clip_with_flac(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with lossless sound, which must be encoded again for MP4."""
    return write_clip(tmp_path_factory.mktemp("clips") / "flac.mkv", "flac")


@pytest.fixture(scope="session")
def broken_off_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled clip with its index in front and its second half missing."""
    folder = tmp_path_factory.mktemp("clips")
    with (
        av.open(str(BUNDLED_CLIP)) as source,
        av.open(str(folder / "whole.mp4"), "w", options={"movflags": "faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    data = (folder / "whole.mp4").read_bytes()
    (folder / "broken.mp4").write_bytes(data[: len(data) // 2])
    return folder / "broken.mp4"


@pytest.fixture
def photo_folder(tmp_path: Path) -> Path:
    """Four photos in two folders, a damaged one, and a text."""
    noise = np.random.default_rng(1)
    for name in ("a.jpg", "b.png", "sub/a.jpg", "sub/c.jpg"):
        write_image(tmp_path / "photos" / name, noise.integers(0, 256, (60, 80, 3)).astype(np.uint8))
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    (tmp_path / "photos" / "notes.txt").write_text("not a photo")
    return tmp_path / "photos"


@pytest.fixture(scope="session")
def small_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty small frames."""
    path = tmp_path_factory.mktemp("clips") / "clip.mkv"
    assert main(["synthetic:30@64x48", "--to", str(path), "--strength", "0"]) == 0
    return path


def write_clip(path: Path, sound_codec: str, seconds: int = 2) -> Path:
    """Write ``seconds`` of the bundled clip and a tone."""
    rate, block = 48_000, 1024
    with av.open(str(BUNDLED_CLIP)) as source, av.open(str(path), "w") as target:
        video = target.add_stream("libx264", rate=10)
        video.width, video.height, video.pix_fmt = 512, 384, "yuv420p"
        sound = target.add_stream(sound_codec, rate=rate)
        sound.layout = "mono"
        for number, picture in zip(range(10 * seconds), source.decode(video=0), strict=False):
            frame = av.VideoFrame.from_ndarray(picture.to_ndarray(format="rgb24"), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            target.mux(video.encode(frame))
        for number in range(seconds * rate // block):
            times = (np.arange(block) + number * block) / rate
            wave = (8000 * np.sin(2 * np.pi * 440 * times)).astype(np.int16)[np.newaxis]
            tone = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
            tone.sample_rate, tone.pts, tone.time_base = rate, number * block, Fraction(1, rate)
            target.mux(sound.encode(tone))
        target.mux(video.encode())
        target.mux(sound.encode())
    return path
