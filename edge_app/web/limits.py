"""The limits of the web server, and a rate limiter for each device."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of the web server, each with its reason."""

    # A live picture at 320x240 takes about 5 Mbit/s; a Pi's Wi-Fi carries ten of them.
    viewers: int = 10
    # Each viewer needs a video encoder of its own, which is far more work than a JPEG that all viewers share.
    smooth_viewers: int = 2
    # Every browser opens up to six; further connections get status 503.
    connections: int = 200
    downloads: int = 8
    # The page sends about three requests a second, and twelve while a slider is dragged.
    requests_per_s: float = 25.0
    requests_at_once: int = 150
    # Wrong tokens: enough for a person who mistypes, too few for a program that guesses.
    guesses_per_s: float = 0.2
    guesses_at_once: int = 10
    # A snapshot is a file of about a megabyte.
    snapshots_per_s: float = 1.0
    snapshots_at_once: int = 5
    # The number of devices that are remembered.
    peers: int = 1024
    body_bytes: int = 4096
    offer_bytes: int = 65536
    # The longest time for a request's head, and for its body.
    request_s: float = 15.0
    # A viewer that reads nothing for so long is disconnected.
    stalled_s: float = 10.0


# The key of the peers for which there is no room.
SHARED = ""


class RateLimiter:
    """A token bucket for each peer: so many requests at once, then so many a second.

    Only a peer with a full bucket is forgotten, so that nobody gains requests by being forgotten. If there is none, the
    peers that are new share one bucket.
    """

    def __init__(self, per_s: float, at_once: int, *, peers: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with full buckets.

        Args:
            per_s: requests a second in the long run.
            at_once: requests at once.
            peers: the number of peers that are remembered.
            clock: seconds.
        """
        self._per_s, self._at_once, self._peers, self._clock = per_s, at_once, peers, clock
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens left, and when

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, peer: str) -> float:
        """Count a request of ``peer``; returns 0 if it is allowed, else the seconds to wait."""
        key = self._key(peer)
        left = self._left(key)
        allowed = left >= 1.0
        self._kept[key] = (left - 1.0 if allowed else left, self._clock())
        self._kept.move_to_end(key)
        return 0.0 if allowed else (1.0 - left) / self._per_s

    def wait_s(self, peer: str) -> float:
        """The seconds until `take` would allow a request; counts nothing."""
        return max(0.0, (1.0 - self._left(self._key(peer))) / self._per_s)

    def _key(self, peer: str) -> str:
        """The peer's own bucket; the shared one if there is no room."""
        if peer in self._kept:
            return peer
        while len(self._kept) >= self._peers:
            silent = next(key for key in self._kept)  # longest
            if self._left(silent) < self._at_once:
                return SHARED
            del self._kept[silent]
        return peer

    def _left(self, peer: str) -> float:
        left, since_s = self._kept.get(peer, (float(self._at_once), self._clock()))
        return min(float(self._at_once), left + (self._clock() - since_s) * self._per_s)


def peer_key(address: str) -> str:
    """The key of a device: its IPv4 address, or its IPv6 /64 network, because a device has a whole /64 of addresses."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((found, 64), strict=False).network_address)
    return str(found)
