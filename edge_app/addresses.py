"""Addresses of network cameras, and the part of them that may be shown.

An address often holds a user name and a password, before or after the host, and some cameras' whole path is a secret.
So messages, errors and the page show only the scheme, host and port of an address.
"""

from __future__ import annotations

import re

from celcam.errors import CameraError

SCHEMES = ("rtsp", "rtsps", "http", "https")


def is_address(spec: str) -> bool:
    """Whether ``spec`` has the form of an address, with any scheme."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", spec) is not None


def shown_address(url: str) -> str:
    """Scheme, host and port of an address, without anything that may be a secret.

    Raises:
        CameraError: a network camera can't have this address; the message holds only the scheme.
    """
    scheme, _, rest = url.partition("://")
    scheme = scheme.lower()
    if scheme not in SCHEMES:
        raise CameraError(
            f"{scheme}://: expected an address such as rtsp://user:password@host/stream or http://host/..."
        )
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    host = authority.rpartition("@")[2]
    if not re.fullmatch(r"(\[[0-9A-Za-z:.%]+\]|[\w.-]+)(:[0-9]{1,5})?", host):
        raise CameraError(
            f"{scheme}://: expected {scheme}://user:password@host:port/..., "
            "with @ : / ? # in user name and password written as %40 %3A %2F %3F %23"
        )
    if "@" in rest and "@" not in authority:
        # Either the path has an @, or a password has a / and ends the host too early: the rest may be a secret.
        return f"{scheme}://..."
    return f"{scheme}://{host}"


def without_secret(spec: str) -> str:
    """A source or sink as it may be shown: of an address `shown_address`, anything else as it is."""
    return shown_address(spec) if is_address(spec) else spec
