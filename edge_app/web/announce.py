"""The links to the page, and a QR code of the first one, for the terminal."""

from __future__ import annotations

import io
import ipaddress
import socket

import segno

from edge_app.web.access import is_loopback, machine_names
from edge_app.web.tls import Tls

# An address for documentation (RFC 5737): to ask the system for a route to it sends nothing.
NOWHERE = ("192.0.2.1", 9)


def announcement(
    address: str,
    port: int,
    token: str | None,
    *,
    qr: bool = True,
    tls: Tls | None = None,
    hidden: str | None = None,
) -> str:
    """How to open the page, in a few lines.

    Args:
        address: the address that the server is bound to.
        port: the port that it listens on.
        token: added to the links.
        qr: add a QR code of the first link, unless only this machine can open it.
        tls: the certificate; None is HTTP.
        hidden: where the token is, for an output that others may read; the links then lack it.
    """
    scheme = "http" if tls is None else "https"
    links = [f"{scheme}://{host}:{port}/{_query(token, hidden)}" for host in hosts(address)]
    lines = [f"watch at {links[0]}", *(f"      or {link}" for link in links[1:])]
    if tls is not None:
        lines.append(f"the certificate has the SHA-256 fingerprint {tls.fingerprint}")
        if not tls.is_own:
            lines.append("the browser warns once, because this machine signed it: compare the fingerprint, then go on")
    if is_loopback(address):
        lines.append("on this machine only; --web-address 0.0.0.0 admits others, with a token")
    elif hidden is not None:
        lines.append(f"replace TOKEN by the token {hidden}")
    elif qr:
        lines += ["anyone with this link can watch; scan it with a phone:", _qr(links[0])]
    else:
        lines.append("anyone with this link can watch")
    return "\n".join(lines)


def hosts(address: str) -> list[str]:
    """The names and addresses under which a server at ``address`` can be opened, the most reliable first."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return [address]
    if not found.is_unspecified:
        return [f"[{found}]" if found.version == 6 else str(found)]
    name = next((name for name in sorted(machine_names()) if name.endswith(".local")), "localhost")
    own = own_address()
    return [own, name] if own is not None and found.version == 4 else [name]


def certificate_names(address: str) -> list[str]:
    """The names and addresses for the certificate of a server at ``address``."""
    found = [host.strip("[]") for host in hosts(address)]
    return list(dict.fromkeys([*found, *sorted(machine_names()), "127.0.0.1", "::1"]))


def own_address() -> str | None:
    """This machine's address in its network; None without a network."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(NOWHERE)
            return str(probe.getsockname()[0])
    except OSError:
        return None


def _query(token: str | None, hidden: str | None) -> str:
    if token is None:
        return ""
    return f"?token={token if hidden is None else 'TOKEN'}"


def _qr(text: str) -> str:
    drawn = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(out=drawn, border=2, compact=True)
    return drawn.getvalue().rstrip("\n")
