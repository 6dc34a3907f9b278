"""The connections of the server: their number, the time for an answer, and answers to malformed requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from edge_app.web.limits import Limits

TOO_MANY = "too many connections; try again shortly\n"

# Answers a request that can't be read: its device and the HTTP status.
AnswerMalformed = Callable[[str, int], web.Response]


class Connections:
    """Makes the protocol of each connection; above the limit, one that answers with status 503."""

    def __init__(
        self,
        server: web.Server,
        limits: Limits,
        *,
        headers: Mapping[str, str],
        answer_malformed: AnswerMalformed,
        options: Mapping[str, Any],
    ) -> None:
        """Make protocols for ``server``.

        Args:
            server: of aiohttp; counts its connections.
            limits: of the server.
            headers: added to every answer.
            answer_malformed: answers requests that can't be read.
            options: of aiohttp's `RequestHandler`.
        """
        self._server, self._limits, self._headers = server, limits, headers
        self._answer_malformed, self._options = answer_malformed, options

    def __call__(self) -> asyncio.Protocol:
        """The protocol for a new connection."""
        if len(self._server.connections) >= self._limits.connections:
            return _TooMany(self._headers)
        return _Connection(
            self._server,
            loop=asyncio.get_running_loop(),
            stalled_s=self._limits.stalled_s,
            answer_malformed=self._answer_malformed,
            options=self._options,
        )


class _Connection(web.RequestHandler):
    def __init__(
        self,
        server: web.Server,
        *,
        loop: asyncio.AbstractEventLoop,
        stalled_s: float,
        answer_malformed: AnswerMalformed,
        options: Mapping[str, Any],
    ) -> None:
        super().__init__(server, loop=loop, **options)
        self._stalled_s, self._answer_malformed = stalled_s, answer_malformed

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer like the rest of the server; aiohttp's own answer names its version, and quotes the request."""
        if request.writer.output_size > 0:
            raise ConnectionError("a part of the answer has been sent")
        return self._answer_malformed(request.remote or "", status)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send the answer; a viewer that does not read it in time is disconnected."""
        try:
            async with asyncio.timeout(self._stalled_s):
                return await super().finish_response(request, resp, start_time)
        except TimeoutError:
            if self.transport is not None:
                self.transport.abort()
            return resp, True


class _TooMany(asyncio.Protocol):
    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            headers = {
                "Content-Type": "text/plain",
                "Content-Length": str(len(TOO_MANY)),
                "Retry-After": "5",
                "Connection": "close",
                **self._headers,
            }
            head = "\r\n".join(f"{name}: {value}" for name, value in headers.items())
            transport.write(f"HTTP/1.1 503 Service Unavailable\r\n{head}\r\n\r\n{TOO_MANY}".encode())
        transport.close()
