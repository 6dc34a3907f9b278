"""The server's middleware: access rules, rate limits, and plain messages for refused requests."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Awaitable, Callable

from aiohttp import web

from edge_app.web.access import COOKIE_DAYS, FOREIGN, Access, RefusedError
from edge_app.web.limits import Limits, RateLimiter, peer_key

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
    "Server": "Celcam",
}
LONGEST_REASON = 300

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Guard:
    """The rules that every request must meet."""

    def __init__(self, access: Access, limits: Limits, report: Callable[[str], None]) -> None:
        """Guard with ``access`` and ``limits``; ``report`` gets a line about each unexpected error."""
        self._access, self._report = access, report
        self._requests = RateLimiter(limits.requests_per_s, limits.requests_at_once, peers=limits.peers)
        self._guesses = RateLimiter(limits.guesses_per_s, limits.guesses_at_once, peers=limits.peers)

    async def add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Add the security headers; aiohttp calls this for every response."""
        for name, value in HEADERS.items():
            response.headers[name] = value

    def let_in(self) -> web.Response:
        """The answer to the link with the token: a cookie, and a redirect to the address without the token."""
        response = web.Response(status=303, headers={"Location": "/"})
        if self._access.wants_token:
            name, value = self._access.cookie_name, self._access.cookie_value
            response.set_cookie(
                name,
                value,
                max_age=COOKIE_DAYS * 86400,
                path="/",
                httponly=True,
                samesite="Strict",
                secure=self._access.scheme == "https",
            )
        return response

    @web.middleware
    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let ``handler`` answer, or refuse with the reason."""
        try:
            self._check(request)
            return await handler(request)
        except RefusedError as refusal:
            return self._refusal(request, refusal)
        except web.HTTPException as error:  # aiohttp's own: no such path, another method
            return self._refusal(request, RefusedError(error.status, error.reason))
        except ConnectionError:
            raise  # the viewer has gone
        except Exception as error:  # reported here; the viewer gets no detail
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            self._report(f"web: {request.method} {request.path[:80]!r} failed: {reason[:LONGEST_REASON]}")
            return self._refusal(request, RefusedError(500, "internal error; see the output of Celcam for the reason"))

    def answer_malformed(self, address: str, status: int) -> web.Response:
        """The answer to a request that can't be read; the connection is closed after it."""
        wait_s = self._requests.take(peer_key(address))
        refusal = RefusedError(status if not wait_s else 429, "expected a request of HTTP/1.1", retry_after_s=wait_s)
        response = web.Response(status=refusal.status, text=_plain_page(refusal, again=False), content_type="text/html")
        response.headers.update(HEADERS)
        if wait_s:
            response.headers["Retry-After"] = str(math.ceil(wait_s))
        response.force_close()
        return response

    def _check(self, request: web.Request) -> None:
        peer = peer_key(request.remote or "")
        knows = self._access.has_cookie(request.cookies.get(self._access.cookie_name))
        # Devices behind one router share an address: viewers with the cookie have requests of their own.
        _bound(self._requests.take(f"viewer {peer}" if knows else peer))
        own = request.get_extra_info("sockname")
        self._access.check_host(request.headers.getall("Host", []), own[0] if own else "")
        is_visit = request.method == "GET" and request.path == "/"
        self._access.check_origin(request.method, request.headers, is_visit=is_visit)
        if not self._access.wants_token:
            return
        given = request.query.get("token") if is_visit else None
        if given is None and knows:
            return  # whatever others have guessed
        if given is None:
            kind, _, text = request.headers.get("Authorization", "").partition(" ")
            given = text.strip() if kind.lower() == "bearer" else None
        if given is None or not self._is_right(given, peer):
            raise RefusedError(403, "this page needs the link that was printed when Celcam was started")

    def _is_right(self, given: str, peer: str) -> bool:
        """Whether ``given`` is the token; wrong ones are counted, and too many refused before they are compared."""
        _bound(self._guesses.wait_s(peer))
        right = self._access.is_token(given)
        if not right:
            self._guesses.take(peer)
        return right

    def _refusal(self, request: web.Request, refusal: RefusedError) -> web.Response:
        """The reason in plain words, as JSON below ``/api/``."""
        response = web.Response(status=refusal.status)
        if request.path.startswith("/api/"):
            response.content_type = "application/json"
            response.text = json.dumps({"error": refusal.reason[:LONGEST_REASON]})
        else:
            # After a link on another site, the browser sends no strict cookie, not even after a redirect. A refresh
            # from our own page does send it.
            is_link = request.headers.get("Sec-Fetch-Site") in FOREIGN and request.path_qs == "/"
            response.content_type = "text/html"
            response.text = _plain_page(refusal, again=refusal.status == 403 and is_link)
        if refusal.status == 403 and self._access.cookie_name in request.cookies:
            # The cookie is from an earlier start.
            response.del_cookie(self._access.cookie_name, path="/", httponly=True, samesite="Strict")
        if refusal.retry_after_s:
            response.headers["Retry-After"] = str(math.ceil(refusal.retry_after_s))
        if refusal.status in (408, 413):
            response.force_close()  # the rest of the request is not read
        return response


def _bound(wait_s: float) -> None:
    if wait_s:
        raise RefusedError(429, "too many requests; wait a little", retry_after_s=wait_s)


def _plain_page(refusal: RefusedError, *, again: bool) -> str:
    refresh = '<meta http-equiv="refresh" content="0;url=/">' if again else ""
    reason = html.escape(refusal.reason[:LONGEST_REASON])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{refresh}'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>Celcam</title></head><body><h1>Celcam</h1><p>{refusal.status}: {reason}</p></body></html>\n"
    )
