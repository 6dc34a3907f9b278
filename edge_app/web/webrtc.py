"""The live picture as WebRTC video, if aiortc is installed: less data than JPEGs, but an encoder for each viewer.

Because of the encoders, only few viewers can have it. There is no STUN or TURN server, so viewer and camera must be in
the same network.
"""

from __future__ import annotations

import asyncio
import importlib.util
import re
import time
from fractions import Fraction
from types import ModuleType
from typing import Any

import av
import cv2
import numpy as np

from celcam.arrays import Uint8Array
from edge_app.web.access import RefusedError, is_loopback
from edge_app.web.announce import own_address
from edge_app.web.jpeg import NewestFrame

CLOCK_HZ = 90_000
# Without a new picture, the last one is sent again at this interval, for new viewers and after lost packets.
AGAIN_S = 1.0
# A viewer that is not connected after so long is dropped.
CONNECT_S = 20.0
OVER = frozenset({"failed", "closed", "disconnected"})
MEDIA_LINE = re.compile(r"^m=(\w+) ", re.MULTILINE | re.ASCII)
# A browser offers one for each of its addresses.
MOST_CANDIDATES = 20


def can_be_smooth() -> bool:
    """Whether aiortc is installed; the first viewer loads it."""
    return importlib.util.find_spec("aiortc") is not None


class SmoothVideo:
    """The viewers with WebRTC video; runs in the server's event loop."""

    def __init__(self, newest: NewestFrame) -> None:
        """Send the frames of ``newest``."""
        self._newest = newest
        self._peers: set[Any] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._converted: tuple[int, Uint8Array] | None = None
        self._starting = 0  # viewers that have no peer yet

    @property
    def viewers(self) -> int:
        """The number of viewers that are connected or connecting."""
        return len(self._peers) + self._starting

    async def answer(self, offer_sdp: str, viewer: str) -> str:
        """Start to send to a viewer, which counts from the call on.

        Args:
            offer_sdp: the browser's offer to receive one video and nothing else.
            viewer: the viewer's address; packets go to no other.

        Returns:
            The answer's SDP.

        Raises:
            RefusedError: the offer is malformed, or asks for something else.
        """
        offer_sdp = checked_offer(offer_sdp, _network_address(viewer))
        self._starting += 1
        try:
            aiortc = await asyncio.get_running_loop().run_in_executor(None, importlib.import_module, "aiortc")
            peer = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
            self._peers.add(peer)
        finally:
            self._starting -= 1
        try:
            description = aiortc.RTCSessionDescription(sdp=offer_sdp, type="offer")
            await peer.setRemoteDescription(description)
            peer.addTrack(_make_track(aiortc, self))
            await peer.setLocalDescription(await peer.createAnswer())
        except Exception as error:  # aiortc has no error type for malformed offers
            await self._drop(peer)
            raise RefusedError(400, f"sdp: aiortc can't read it: {type(error).__name__}") from error
        peer.on("connectionstatechange", lambda: self._watch(peer))
        self._later(self._expect(peer))
        return str(peer.localDescription.sdp)

    async def close(self) -> None:
        """Disconnect all viewers."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *(peer.close() for peer in self._peers), return_exceptions=True)
        self._peers.clear()

    async def picture_after(self, number: int) -> tuple[int, Uint8Array]:
        """The newest picture's number and ``(H * 3 / 2, W) uint8`` YUV 4:2:0; the last one again if none comes."""
        try:
            async with asyncio.timeout(AGAIN_S if number else None):
                held = await self._newest.after(number)
        except TimeoutError:
            held = await self._newest.after(0)
        if self._converted is None or self._converted[0] != held.number:
            loop = asyncio.get_running_loop()
            self._converted = held.number, await loop.run_in_executor(None, _to_yuv420, held.frame.rgb_u8)
        return self._converted

    def _watch(self, peer: Any) -> None:
        if peer.connectionState in OVER:
            self._later(self._drop(peer))

    async def _expect(self, peer: Any) -> None:
        await asyncio.sleep(CONNECT_S)
        if peer.connectionState != "connected":
            await self._drop(peer)

    async def _drop(self, peer: Any) -> None:
        self._peers.discard(peer)
        await peer.close()

    def _later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def checked_offer(sdp: str, viewer: str) -> str:
    """The offer with candidates of the viewer's own address alone.

    Browsers hide their addresses behind random names that end in ``.local``; these become the viewer's address, too.

    Args:
        sdp: the browser's offer.
        viewer: the viewer's address in the network.

    Raises:
        RefusedError: it does not ask for one video, has too many candidates, or a line that others read differently.
    """
    lines = sdp.replace("\r\n", "\n").split("\n")
    if not all(line.isascii() and (line.isprintable() or not line) for line in lines):
        raise RefusedError(400, "sdp: expected lines of printable ASCII")
    if MEDIA_LINE.findall("\n".join(lines)) != ["video"]:
        raise RefusedError(400, "sdp: expected an offer to receive one video")
    kept, candidates = [], 0
    for line in lines:
        if line.startswith("a=candidate:"):
            candidates += 1
            # a=candidate:FOUNDATION COMPONENT PROTOCOL PRIORITY ADDRESS PORT typ ...
            words = line.split(" ")
            if len(words) < 6 or not (words[4] == viewer or words[4].endswith(".local")):
                continue
            line = " ".join([*words[:4], viewer, *words[5:]])
        kept.append(line)
    if candidates > MOST_CANDIDATES:
        raise RefusedError(400, f"sdp: {candidates} candidates; expected at most {MOST_CANDIDATES}")
    return "\r\n".join(kept)


def _network_address(viewer: str) -> str:
    """The address at which a viewer gets packets; a browser on this machine has that of the machine."""
    address = viewer.partition("%")[0].removeprefix("::ffff:")
    return own_address() or address if is_loopback(address) else address


def _make_track(aiortc: ModuleType, pictures: SmoothVideo) -> Any:
    """A track that returns the newest picture whenever the encoder is ready."""
    base: Any = aiortc.MediaStreamTrack

    class NewestTrack(base):  # type: ignore[misc]  # the type is known only after aiortc is loaded
        kind = "video"

        def __init__(self) -> None:
            super().__init__()
            self._number = 0
            self._started_s = time.monotonic()

        async def recv(self) -> av.VideoFrame:
            self._number, yuv420 = await pictures.picture_after(self._number)
            # A new frame for each viewer, because the encoder marks key frames in it.
            frame = av.VideoFrame.from_ndarray(yuv420, format="yuv420p")
            frame.pts = round(CLOCK_HZ * (time.monotonic() - self._started_s))
            frame.time_base = Fraction(1, CLOCK_HZ)
            return frame

    return NewestTrack()


def _to_yuv420(rgb_u8: Uint8Array) -> Uint8Array:
    """``(H, W, 3) uint8 RGB`` as ``(H * 3 / 2, W) uint8``; an odd last row or column is dropped."""
    height, width = (side - side % 2 for side in rgb_u8.shape[:2])
    return np.asarray(cv2.cvtColor(rgb_u8[:height, :width], cv2.COLOR_RGB2YUV_I420), np.uint8)
