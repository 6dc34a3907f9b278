"""The bundled clip in real looks, in an endless loop, for the browser tests and the pictures of the docs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np

from edge_app.control.controls import Controls, View
from edge_app.drawing.catalogue import Networks, look_choices
from edge_app.drawing.looks import Looks
from edge_app.drawing.painter import Painter
from edge_app.drawing.sizing import size_choices
from edge_app.flow.notices import Notices
from edge_app.frames import Frame, SourceInfo
from edge_app.session import Session
from edge_app.sources import BUNDLED_CLIP
from edge_app.web.sink import WebSink
from tests.edge_app.web.stage import Served, running

LOOK = "comic"
FPS = 15.0
# Grey from dark at the top to bright at the bottom; a small moving square makes each frame different.
RAMP = np.repeat(np.linspace(20, 120, 48).astype(np.uint8), 64).reshape(48, 64)


def film_frames(path: Path = BUNDLED_CLIP) -> Callable[[], Iterator[Frame]]:
    """The frames of a clip over and over, as a camera would give them."""
    with av.open(str(path)) as container:
        pictures = [picture.to_ndarray(format="rgb24") for picture in container.decode(video=0)]

    def frames() -> Iterator[Frame]:
        started_s, number = time.monotonic(), 0
        while True:
            number += 1
            time.sleep(max(0.0, started_s + number / FPS - time.monotonic()))
            yield Frame(pictures[number % len(pictures)], f"{number}", number / FPS, time.monotonic())

    return frames


def ramp_frames() -> Iterator[Frame]:
    """A still picture, except for the square."""
    for number in range(100_000):
        time.sleep(0.04)
        rgb_u8 = np.repeat(RAMP[:, :, np.newaxis], 3, axis=2)
        rgb_u8[:4, number % 60 : number % 60 + 4] = 255
        yield Frame(rgb_u8, f"{number}", number / 25, time.monotonic())


def film_session(folder: Path, size_wh: tuple[int, int] = (320, 240)) -> Session:
    """A session with the shipped looks and the clip as its camera."""
    first, choices = look_choices(LOOK, Networks(threads=1))
    notices = Notices(write=lambda text: None)
    looks = Looks(choices, notices)
    looks.load(first)
    source = SourceInfo(BUNDLED_CLIP.name, (512, 384), is_live=True, frames=None, fps=FPS)
    controls = Controls(View(first, size_wh), looks=looks.names, sizes_wh=size_choices(source.size_wh))
    return Session(source, looks, controls, folder, notices)


@contextmanager
def film_served(
    session: Session, frames: Callable[[], Iterator[Frame]] | None = None, **options: Any
) -> Iterator[Served]:
    """Serve ``frames``, or the clip, as they are drawn."""
    merged: dict[str, Any] = {"port": 0, "write": lambda text: None} | options
    painter = Painter(session.looks, session.controls, session.notices, session.source)
    with (
        WebSink(session, **merged) as sink,
        running(session, frames or film_frames(), painter.draw, sink, finish=painter.finish),
    ):
        yield Served(sink, session)
