"""Access rules: the token, the names of this machine, and the pages that a request may come from.

A request that breaks a rule raises `RefusedError` before it has any effect.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from celcam.errors import UsageError

TOKEN_BYTES = 24
SHORTEST_TOKEN = 8
TOKEN_LETTERS = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
COOKIE_DAYS = 30
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?", re.ASCII)
PORTS = {"http": 80, "https": 443}
TOKEN_VARIABLE = "CELCAM_TOKEN"
CHANGING_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# A page of another site, or of another program on this machine, may not show or fetch anything from this server.
FOREIGN = frozenset({"cross-site", "same-site"})


class RefusedError(Exception):
    """A refused request: the HTTP status, the reason in one line, and the seconds to wait before a retry."""

    def __init__(self, status: int, reason: str, *, retry_after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.status, self.reason, self.retry_after_s = status, reason, retry_after_s


def is_loopback(address: str) -> bool:
    """Whether only programs on this machine can reach ``address``."""
    if address.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def given_token(token: str | None, file: Path | None, environment: Mapping[str, str]) -> str | None:
    """The user's token: of the option, else of the file, else of the variable ``CELCAM_TOKEN``; None without one.

    Other users of the machine can see the words of a command, but neither of the others.

    Raises:
        UsageError: the file can't be read.
    """
    if token is not None or file is None:
        return token if token is not None else environment.get(TOKEN_VARIABLE) or None
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no text"
        raise UsageError(
            f"--token-file {file}: can't be read ({reason}); expected a file that holds the token"
        ) from error


def choose_token(address: str, token: str | None) -> str | None:
    """The token for viewers: the given one; else a new one, unless only this machine can reach ``address``.

    Raises:
        UsageError: the given token is too short, or has characters that do not fit into a link.
    """
    if token is None:
        return None if is_loopback(address) else secrets.token_urlsafe(TOKEN_BYTES)
    if len(token) < SHORTEST_TOKEN or not TOKEN_LETTERS.fullmatch(token):
        raise UsageError(
            f"--token: expected {SHORTEST_TOKEN} or more of A-Z, a-z, 0-9, - and _; omit it for a random token"
        )
    return token


def machine_names() -> frozenset[str]:
    """The names of this machine, in lower case, with and without ``.local``."""
    name = socket.gethostname().lower().removesuffix(".local")
    return frozenset({"localhost", name, f"{name}.local"}) - {"", ".local"}


class Access:
    """The access rules of one server."""

    def __init__(
        self,
        *,
        address: str,
        port: int,
        token: str | None,
        key: bytes = b"",
        scheme: str = "http",
        names: Iterable[str] | None = None,
    ) -> None:
        """Rules for a server at ``address`` and ``port``.

        Args:
            address: the address that it is bound to.
            port: the port that it listens on.
            token: required in every request; None requires none.
            key: secret; makes the cookies, so that nobody can compute a cookie from a guessed token.
            scheme: of its addresses, http or https.
            names: the names of this machine; None looks them up.
        """
        self._port, self._token, self.scheme = port, token, scheme
        self._names = {address.lower(), *(machine_names() if names is None else names)}
        self.cookie_name = (
            f"celcam_{port}"  # browsers send cookies to all ports: two servers on this machine must not share one
        )
        # Not the token itself, so the token is not in a browser's files; the same after a restart with the same token.
        self.cookie_value = (
            hmac.new(key, b"celcam cookie " + token.encode(), hashlib.sha256).hexdigest() if token is not None else ""
        )

    @property
    def wants_token(self) -> bool:
        """Whether viewers need the token."""
        return self._token is not None

    def is_token(self, given: str) -> bool:
        """Whether ``given`` is the token; compared in constant time."""
        return self._token is not None and _same(given, self._token)

    def has_cookie(self, cookie: str | None) -> bool:
        """Whether ``cookie`` is this server's; compared in constant time."""
        return self._token is not None and cookie is not None and _same(cookie, self.cookie_value)

    def check_host(self, hosts: list[str], own_address: str) -> None:
        """Refuse a request for another name than this machine's (DNS rebinding).

        Another site may let its own name point to this machine; the browser then sends that name.

        Args:
            hosts: all values of the header ``Host``.
            own_address: the local address of the connection.

        Raises:
            RefusedError: the header names another machine, or is missing.
        """
        found = HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if found is not None and int(found[2] or PORTS[self.scheme]) == self._port:
            name = found[1].lower().strip("[]")
            if name in self._names or (_address(name) is not None and _address(name) == _address(own_address)):
                return
        raise RefusedError(
            421, "this address does not belong to this machine; use the link that was printed at the start"
        )

    def check_origin(self, method: str, headers: Mapping[str, str], *, is_visit: bool) -> None:
        """Refuse a request that another site's page has sent.

        Args:
            method: of the request.
            headers: of the request; `check_host` has passed.
            is_visit: whether the request opens the page itself; a link to it may be on any site.

        Raises:
            RefusedError: the request comes from another site, or changes something without a statement of its origin.
        """
        site = headers.get("Sec-Fetch-Site")
        # A link opens a document; an <img> on another site would only guess tokens.
        is_link = is_visit and headers.get("Sec-Fetch-Dest", "document") == "document"
        if site in FOREIGN and not is_link:
            raise RefusedError(403, "this was asked for by another page")
        if method not in CHANGING_METHODS:
            return
        origin = headers.get("Origin")
        if origin is None:
            if site != "same-origin":
                raise RefusedError(403, "a change needs the header Origin, such as 'Origin: http://HOST:PORT'")
        elif not self._is_origin(origin, headers["Host"]):
            raise RefusedError(403, "this was asked for by another page")
        if headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
            raise RefusedError(415, "expected Content-Type: application/json")

    def _is_origin(self, origin: str, host: str) -> bool:
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return (parts.scheme, parts.netloc.lower(), parts.path) == (self.scheme, host.lower(), "")


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found
