"""A served page for tests, with a source, a session and a pipeline."""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from edge_app.control.controls import Controls, View
from edge_app.flow.notices import Notices
from edge_app.flow.pipeline import Pipeline
from edge_app.frames import Frame, FrameSink, FrameSource, SourceInfo
from edge_app.session import Session
from edge_app.web.limits import Limits
from edge_app.web.sink import WebSink
from tests.edge_app.fakes import inverting, make_looks, plain

SIZE_WH = (64, 48)
# A test asks faster than any page.
GENEROUS = Limits(requests_per_s=1e6, requests_at_once=1_000_000)


def import_aiortc() -> Any:
    """aiortc, else the test is skipped: it is an extra.

    It and TensorFlow each bring an OpenSSL of their own, and whichever is loaded second crashes the process. The app
    never loads both.
    """
    if "tensorflow" in sys.modules:
        pytest.skip("TensorFlow is loaded already; see 'make test-webrtc'", allow_module_level=True)
    return pytest.importorskip("aiortc")


def make_session(folder: Path, *, messages: list[str] | None = None, is_live: bool = True, still: int = 0) -> Session:
    """A session with the looks ``negative`` and ``plain``; what its notices print goes into ``messages``."""
    notices = Notices(write=(messages if messages is not None else []).append)
    looks = make_looks({"negative": lambda: inverting, "plain": lambda: plain}, notices)
    looks.load("negative")
    controls = Controls(
        View("negative", SIZE_WH), looks=looks.names, sizes_wh=[(32, 24), (96, 72)], can_record=not still
    )
    source = SourceInfo("/home/somebody/party.mp4", (64, 48), is_live=is_live, frames=still or None, fps=30.0)
    return Session(replace(source, is_still=still > 0), looks, controls, folder, notices)


def picture(level: int = 0, size_wh: tuple[int, int] = SIZE_WH) -> Uint8Array:
    """One grey, ``(H, W, 3) uint8 RGB``."""
    return np.full((size_wh[1], size_wh[0], 3), level % 256, np.uint8)


def frame(level: int = 0, media_s: float = 0.0) -> Frame:
    """A grey frame of that level."""
    return Frame(picture(level), f"frame-{level}", media_s, time.monotonic(), photo_u8=picture(level))


def noise(seed: int = 0, size_wh: tuple[int, int] = (640, 480)) -> Frame:
    """A frame of noise, whose JPEG is as large as possible."""
    rgb_u8 = np.random.default_rng(seed).integers(0, 256, (size_wh[1], size_wh[0], 3), np.uint8)
    return Frame(rgb_u8, "noise", 0.0, time.monotonic())


@dataclass
class Answer:
    """A response."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """A page being served."""

    sink: WebSink
    session: Session

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.sink.port}"

    def ask(
        self, path: str, *, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """One request on a connection of its own, with no headers but those given and Host."""
        connection = http.client.HTTPConnection("127.0.0.1", self.sink.port, timeout=10)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in ({"Host": self.host} | (headers or {})).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def post(self, path: str, content: Any, **headers: str) -> Answer:
        """A change, as the page sends it."""
        sent = {"Origin": f"http://{self.host}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(path, method="POST", body=json.dumps(content).encode(), headers=sent)

    def state(self) -> Any:
        return self.ask("/api/state").json()


@contextmanager
def served(session: Session, **options: Any) -> Iterator[Served]:
    """Serve ``session`` at a free port of this machine, with no thumbnails unless ``thumb_choices`` says so."""
    merged: dict[str, Any] = {"port": 0, "thumb_choices": {}, "limits": GENEROUS, "write": lambda text: None}
    merged |= {"state": session.folder / "state"} | options
    with WebSink(session, **merged) as sink:
        yield Served(sink, session)


@contextmanager
def running(
    session: Session,
    frames: Callable[[], Iterator[Frame]],
    draw: Callable[[Frame], Frame | None],
    *sinks: FrameSink,
    finish: Callable[[Frame], Frame] | None = None,
) -> Iterator[None]:
    """Run the pipeline on a thread for the length of the block."""

    class Source(FrameSource):
        info = session.source

        def frames(self) -> Iterator[Frame]:
            return frames()

    stop = threading.Event()
    pipeline = Pipeline(Source(), draw, sinks, stop=stop, stats=session.stats, notices=session.notices, finish=finish)
    thread = threading.Thread(target=pipeline.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


def until(condition: Callable[[], Any], timeout_s: float = 5.0) -> Any:
    """Wait until ``condition()`` is true and return it; fail after ``timeout_s``."""
    ends_s = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < ends_s, f"not within {timeout_s} s"
        time.sleep(0.01)
    return found
