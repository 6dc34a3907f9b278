"""What one run of the web server bears, and how often one device may ask."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of the web server, each with its reason."""

    # A live picture at 320x240 is about 5 Mbit/s; ten of them are what a Pi's Wi-Fi carries.
    viewers: int = 10
    # Each viewer's video is encoded on its own, which is far more work than a JPEG shared by all.
    smooth_viewers: int = 2
    # Every browser opens up to six; the rest is room for strangers, who are told to wait.
    connections: int = 200
    downloads: int = 8
    # The page asks for about three things a second, and for twelve while a slider is dragged.
    requests_per_s: float = 25.0
    requests_at_once: int = 150
    # Wrong tokens: a person mistypes; a program guesses.
    guesses_per_s: float = 0.2
    guesses_at_once: int = 10
    # A snapshot is a file of a megabyte or so.
    snapshots_per_s: float = 1.0
    snapshots_at_once: int = 5
    # Devices that are remembered; the one that was silent longest is forgotten.
    peers: int = 1024
    body_bytes: int = 4096
    offer_bytes: int = 65536
    # Of a request's head or body.
    request_s: float = 15.0
    # A viewer that reads nothing for so long is gone.
    stalled_s: float = 10.0


class Buckets:
    """A token bucket for each peer: so many at once, then so many a second."""

    def __init__(self, per_s: float, at_once: int, *, peers: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Full buckets for all.

        Args:
            per_s: what runs into a bucket.
            at_once: what a bucket holds.
            peers: that are remembered.
            clock: seconds.
        """
        self._per_s, self._at_once, self._peers, self._clock = per_s, at_once, peers, clock
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is left, and since when

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, peer: str) -> float:
        """Take one from the bucket of ``peer``; 0 where there was one, else the seconds until there is."""
        left = self._left(peer)
        allowed = left >= 1.0
        self._kept[peer] = (left - 1.0 if allowed else left, self._clock())
        self._kept.move_to_end(peer)
        while len(self._kept) > self._peers:
            self._kept.popitem(last=False)
        return 0.0 if allowed else (1.0 - left) / self._per_s

    def wait_s(self, peer: str) -> float:
        """The seconds until `take` would find one; nothing is taken."""
        return max(0.0, (1.0 - self._left(peer)) / self._per_s)

    def _left(self, peer: str) -> float:
        left, since_s = self._kept.get(peer, (float(self._at_once), self._clock()))
        return min(float(self._at_once), left + (self._clock() - since_s) * self._per_s)


def peer_key(address: str) -> str:
    """By what a device is told from others: its address, or its network where it has 2**64 addresses of its own."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((found, 64), strict=False).network_address)
    return str(found)
