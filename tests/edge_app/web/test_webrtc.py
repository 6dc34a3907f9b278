from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_app.frames import Frame
from edge_app.web import server
from edge_app.web.announce import own_address
from edge_app.web.limits import Limits
from tests.edge_app.web.stage import Served, frame, import_aiortc, make_session, running, served, until

aiortc: Any = import_aiortc()

TOKEN = "a-token_of-tests"
BEARER = f"Bearer {TOKEN}"
pytestmark = pytest.mark.skipif(own_address() is None, reason="WebRTC needs a network, even to itself")


def brightening() -> Iterator[Frame]:
    """Thirty a second, each brighter than the one before, then dark again."""
    for number in range(100_000):
        time.sleep(1 / 30)
        yield frame(number * 4 % 200 + 20, number / 30)


@asynccontextmanager
async def viewer(page: Served) -> AsyncIterator[Any]:
    """A viewer's video track, as a browser receives it."""
    peer = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
    tracks: asyncio.Queue[Any] = asyncio.Queue()
    peer.on("track", tracks.put_nowait)
    peer.addTransceiver("video", direction="recvonly")
    try:
        await peer.setLocalDescription(await peer.createOffer())
        offer = {"type": "offer", "sdp": peer.localDescription.sdp}
        answer = await asyncio.to_thread(page.post, "/api/offer", offer, Authorization=BEARER)
        assert answer.status == 200, answer.body
        await peer.setRemoteDescription(aiortc.RTCSessionDescription(**answer.json()))
        yield await tracks.get()
    finally:
        await peer.close()


async def levels(track: Any, count: int) -> list[float]:
    """The mean grey of the next pictures."""
    found = []
    for _ in range(count):
        picture = await asyncio.wait_for(track.recv(), 10)
        found.append(float(picture.to_ndarray(format="rgb24").mean()))
    return found


def viewers(page: Served) -> int:
    return int(page.ask("/api/state", headers={"Authorization": BEARER}).json()["viewers"])


def test_a_viewer_gets_the_moving_picture_and_is_counted(tmp_path: Path) -> None:
    session = make_session(tmp_path)

    async def watch(page: Served) -> None:
        async with viewer(page) as track:
            seen = await levels(track, 40)
            assert np.ptp(seen) > 50
            assert await asyncio.to_thread(viewers, page) == 1

    with (
        served(session, address="0.0.0.0", token=TOKEN) as page,
        running(session, brightening, lambda frame: frame, page.sink),
    ):
        assert page.ask("/api/state", headers={"Authorization": BEARER}).json()["smooth"] is True
        asyncio.run(watch(page))
        until(lambda: viewers(page) == 0, 15)


@pytest.mark.slow
def test_a_still_picture_is_sent_again_and_its_size_may_change(tmp_path: Path) -> None:
    session = make_session(tmp_path)

    async def watch(page: Served) -> None:
        async with viewer(page) as track:
            assert abs((await levels(track, 1))[0] - 180) < 8
            assert abs((await levels(track, 1))[0] - 180) < 8  # a second later
            large = np.full((96, 128, 3), 60, np.uint8)
            page.sink.show(Frame(large, "large", 0.0, time.monotonic()))
            for _ in range(10):
                picture = await asyncio.wait_for(track.recv(), 10)
                if picture.width == 128:
                    break
            assert (picture.width, picture.height) == (128, 96)

    with served(session, address="0.0.0.0", token=TOKEN) as page:
        page.sink.show(frame(180))
        asyncio.run(watch(page))


def test_viewers_are_limited_and_released(tmp_path: Path) -> None:
    async def watch(page: Served) -> None:
        async with viewer(page) as track:
            await levels(track, 1)
            with pytest.raises(AssertionError, match="too many viewers for smooth video"):
                async with viewer(page):
                    pass
            await asyncio.to_thread(page.sink.__exit__)  # the camera is switched off while somebody watches

    with served(make_session(tmp_path), address="0.0.0.0", token=TOKEN, limits=Limits(smooth_viewers=1)) as page:
        page.sink.show(frame(100))
        asyncio.run(watch(page))
        assert not [thread.name for thread in threading.enumerate() if thread.name.startswith(("web", "asyncio"))]


@pytest.mark.parametrize(
    "offer",
    [
        {},
        {"type": "answer", "sdp": "v=0"},
        {"type": "offer", "sdp": 5},
        {"type": "offer", "sdp": ""},
        {"type": "offer", "sdp": "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"},
        {"type": "offer", "sdp": "v=0\r\nm=video x y z\r\n"},
        {"type": "offer", "sdp": "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"},
        {"type": "offer", "sdp": "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"},
    ],
)
def test_an_invalid_offer_is_refused(tmp_path: Path, offer: dict[str, Any]) -> None:
    messages: list[str] = []
    with served(make_session(tmp_path, messages=messages), address="0.0.0.0", token=TOKEN) as page:
        assert page.post("/api/offer", offer, Authorization=BEARER).status == 400
        assert viewers(page) == 0
        assert page.post("/api/offer", offer).status == 403
        assert page.post("/api/offer", {"sdp": "x" * 70_000}, Authorization=BEARER).status == 413
    assert not messages


def test_on_localhost_or_without_aiortc_there_is_no_webrtc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(make_session(tmp_path)) as page:
        assert page.state()["smooth"] is False
        answer = page.post("/api/offer", {"type": "offer", "sdp": "v=0"})
        assert (answer.status, "WebRTC" in answer.json()["error"]) == (404, True)
    monkeypatch.setattr(server, "can_be_smooth", lambda: False)
    with served(make_session(tmp_path), address="0.0.0.0", token=TOKEN) as page:
        assert page.ask("/api/state", headers={"Authorization": BEARER}).json()["smooth"] is False


def test_no_udp_socket_is_open_before_the_first_offer(tmp_path: Path) -> None:
    def sockets() -> int:
        return len(Path("/proc/self/net/udp").read_text().splitlines())

    before = sockets()
    with served(make_session(tmp_path), address="0.0.0.0", token=TOKEN):
        assert sockets() == before
