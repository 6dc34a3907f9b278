"""Offers of WebRTC that are checked before aiortc sees them, over a fake of aiortc."""

from __future__ import annotations

import asyncio
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from edge_app.web import webrtc
from edge_app.web.access import RefusedError
from edge_app.web.jpeg import NewestFrame
from edge_app.web.webrtc import SmoothVideo, checked_offer

OFFER = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
VIEWER = "192.168.1.5"


def candidate(address: str) -> str:
    return f"a=candidate:1 1 udp 2113937151 {address} 54321 typ host\r\n"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (VIEWER, VIEWER),
        ("4b1c9f5e-1111-2222-3333-444455556666.local", VIEWER),
        ("192.168.1.6", None),
        ("8.8.8.8", None),
        ("router.example", None),
        ("fe80::1", None),
    ],
)
def test_packets_go_to_the_viewers_own_address_alone(address: str, kept: str | None) -> None:
    checked = checked_offer(OFFER + candidate(address), VIEWER)
    assert checked == OFFER + (candidate(kept) if kept is not None else "")


@pytest.mark.parametrize(
    ("viewer", "address"),
    [
        (VIEWER, VIEWER),
        (f"::ffff:{VIEWER}", VIEWER),
        ("fe80::1%eth0", "fe80::1"),
        ("127.0.0.1", "192.168.1.20"),
        ("::1", "192.168.1.20"),
    ],
)
def test_a_browser_on_this_machine_has_the_machines_address(
    viewer: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webrtc, "own_address", lambda: "192.168.1.20")
    assert webrtc._network_address(viewer) == address


@pytest.mark.parametrize(
    ("sdp", "message"),
    [
        (OFFER + "a=x\rm=audio 9 X 0\r\n", "printable ASCII"),
        (OFFER + "a=x\x0bm=audio 9 X 0\r\n", "printable ASCII"),
        (OFFER + "a=x\u2028m=audio 9 X 0\r\n", "printable ASCII"),
        (OFFER + "m=audio 9 X 0\r\n", "one video"),
        (OFFER + candidate(VIEWER) * 21, "21 candidates; expected at most 20"),
        ("", "one video"),
    ],
)
def test_an_offer_that_can_be_read_in_two_ways_is_refused(sdp: str, message: str) -> None:
    with pytest.raises(RefusedError, match=message) as refusal:
        checked_offer(sdp, VIEWER)
    assert refusal.value.status == 400


def test_offers_that_come_together_are_counted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*arguments: Any) -> None: ...

    waiting = ("setRemoteDescription", "setLocalDescription", "createAnswer", "close")
    methods = dict.fromkeys(waiting, nothing) | dict.fromkeys(("addTrack", "on", "__init__"), lambda *arguments: None)
    facts = {"connectionState": "connected", "localDescription": SimpleNamespace(sdp="v=0")}
    peer_type = type("Peer", (), methods | facts)
    fake: Any = ModuleType("aiortc")
    fake.RTCPeerConnection, fake.MediaStreamTrack = peer_type, object
    fake.RTCConfiguration = fake.RTCSessionDescription = lambda **options: options
    monkeypatch.setitem(sys.modules, "aiortc", fake)

    async def offer_all() -> list[int]:
        smooth, seen = SmoothVideo(NewestFrame()), []

        async def offer() -> None:
            seen.append(smooth.viewers)  # what the handler compares with the limit
            await smooth.answer(OFFER, VIEWER)

        await asyncio.gather(*(offer() for _ in range(6)))
        await smooth.close()
        return [*seen, smooth.viewers]

    assert asyncio.run(offer_all()) == [0, 1, 2, 3, 4, 5, 0]
