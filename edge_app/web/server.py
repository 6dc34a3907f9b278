"""The web server: one thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Self

from aiohttp import web

from celcam.errors import UsageError
from edge_app.drawing.looks import Choice
from edge_app.session import Session
from edge_app.web.access import Access, is_loopback
from edge_app.web.connection import Connections
from edge_app.web.guard import HEADERS, Guard
from edge_app.web.handlers import Handlers, Services
from edge_app.web.jpeg import Encode, NewestFrame, SharedEncoder, encode_jpeg
from edge_app.web.limits import Limits
from edge_app.web.thumbnails import Thumbnails
from edge_app.web.tls import Tls
from edge_app.web.webrtc import SmoothVideo, can_be_smooth

BACKLOG = 64
# The longest wait for running responses when the server ends.
SHUTDOWN_S = 1.0
JOIN_TIMEOUT_S = 10.0
REMEDIES = {
    errno.EADDRINUSE: "another program uses it; use another --port, or --port 0 for any free port",
    errno.EACCES: "only the administrator may use it; use --port 8000, or --port 0 for any free port",
    errno.EADDRNOTAVAIL: "not an address of this machine; use --web-address 127.0.0.1, or 0.0.0.0 to admit others",
}


class WebServer:
    """Serves the page of one session; a context manager that ends its thread, tasks and sockets."""

    def __init__(
        self,
        session: Session,
        newest: NewestFrame,
        *,
        address: str,
        port: int,
        token: str | None,
        key: bytes,
        tls: Tls | None = None,
        read_vitals: Callable[[], dict[str, Any]],
        thumb_choices: Mapping[str, Choice],
        limits: Limits,
        encode: Encode = encode_jpeg,
    ) -> None:
        """A server that does not listen yet.

        Args:
            session: is shown, and changed by the viewers.
            newest: the frames.
            address: the address to listen on.
            port: the port to listen on; 0 is any free port.
            token: required from viewers; None requires none.
            key: makes the viewers' cookies.
            tls: for HTTPS; None is HTTP.
            read_vitals: returns the machine's vitals, ready for JSON.
            thumb_choices: the looks that get thumbnails.
            limits: the limits of the server.
            encode: a picture to JPEG.
        """
        self._session, self._newest, self._address, self._token, self._key = session, newest, address, token, key
        self._read_vitals, self._limits, self._encode, self._tls = read_vitals, limits, encode, tls
        self.port = port
        self._thumbnails = Thumbnails(thumb_choices, lambda: newest.held, report=session.notices.add)
        self._thread: threading.Thread | None = None
        self._started: Future[None] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None

    def __enter__(self) -> Self:
        """Listen and start.

        Raises:
            UsageError: the address or port is not available; the message names the remedy.
        """
        listener = listen(self._address, self.port)
        self.port = listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, args=(listener,), name="web server", daemon=True)
        self._thread.start()
        self._started.result()
        return self

    def __exit__(self, *exc_info: object) -> None:
        loop, over, thread = self._loop, self._over, self._thread
        if thread is None:
            return
        if loop is not None and over is not None and thread.is_alive():
            with suppress(RuntimeError):  # it has just ended
                loop.call_soon_threadsafe(over.set)
        thread.join(JOIN_TIMEOUT_S)

    @property
    def is_running(self) -> bool:
        """Whether the server's thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def _run(self, listener: socket.socket) -> None:
        try:
            asyncio.run(self._serve(listener))
        except BaseException as error:  # raised by `__enter__`; reported if the server has started
            if self._started.done():
                self._session.notices.add(f"the web server stopped: {' '.join(str(error).split())}")
            else:
                self._started.set_exception(error)
        finally:
            self._newest.attach(None)
            listener.close()

    async def _serve(self, listener: socket.socket) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(self._report_loop_error)
        with (
            ThreadPoolExecutor(1, thread_name_prefix="web encode") as encoders,
            ThreadPoolExecutor(2, thread_name_prefix="web files") as workers,
            self._thumbnails,
        ):
            # WebRTC listens on the addresses of the network, so it is off if only this machine may watch.
            smooth = SmoothVideo(self._newest) if can_be_smooth() and not is_loopback(self._address) else None
            scheme = "http" if self._tls is None else "https"
            access = Access(address=self._address, port=self.port, token=self._token, key=self._key, scheme=scheme)
            guard = Guard(access, self._limits, self._session.notices.add)
            runner = self._runner(encoders, workers, smooth, guard)
            await runner.setup()
            server = runner.server
            if server is None:
                raise RuntimeError("aiohttp made no server")
            self._newest.attach(self._loop)
            connections = Connections(
                server,
                self._limits,
                headers=HEADERS,
                answer_malformed=guard.answer_malformed,
                options=self._connection_options(),
            )
            listening = await self._loop.create_server(
                connections,
                sock=listener,
                backlog=BACKLOG,
                ssl=None if self._tls is None else self._tls.context,
                ssl_handshake_timeout=None if self._tls is None else self._limits.request_s,
            )
            self._started.set_result(None)
            try:
                await self._over.wait()
            finally:
                listening.close()
                if smooth is not None:
                    await smooth.close()
                transports = [connection.transport for connection in server.connections]
                await runner.cleanup()
                for transport in transports:
                    if transport is not None:
                        transport.abort()  # else a connection whose viewer reads nothing would stay open
                await asyncio.sleep(0)  # they close in the next round of the loop

    def _connection_options(self) -> dict[str, Any]:
        return {
            "access_log": None,  # it would contain the token
            "logger": _silent_logger(),
            "keepalive_timeout": self._limits.request_s,
            "lingering_time": 1.0,
            "auto_decompress": False,
        }

    def _runner(
        self, encoders: ThreadPoolExecutor, workers: ThreadPoolExecutor, smooth: SmoothVideo | None, guard: Guard
    ) -> web.AppRunner:
        session, limits = self._session, self._limits
        services = Services(
            session=session,
            newest=self._newest,
            encoder=SharedEncoder(
                self._newest,
                executor=encoders,
                stats=session.stats,
                report=session.notices.add,
                encode=self._encode,
            ),
            thumbnails=self._thumbnails,
            executor=workers,
            read_vitals=self._read_vitals,
            answer_offer=smooth.answer if smooth is not None else None,
            smooth_viewers=lambda: smooth.viewers if smooth is not None else 0,
        )
        return web.AppRunner(
            Handlers(services, guard, limits).app(),
            access_log=None,
            logger=_silent_logger(),
            shutdown_timeout=SHUTDOWN_S,
            handler_cancellation=True,
        )

    def _report_loop_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception") or context.get("message")
        if not isinstance(error, ConnectionError):
            self._session.notices.add(f"web: {' '.join(f'{type(error).__name__}: {error}'.split())}")


def listen(address: str, port: int) -> socket.socket:
    """A bound socket that listens.

    Raises:
        UsageError: the address or port is not available; the message names the remedy.
    """
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--web-address {address}: {REMEDIES[errno.EADDRNOTAVAIL]}") from error
    family, kind, protocol, _, place = min(found, key=lambda one: one[0] != socket.AF_INET)
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # else a restart would have to wait a minute
        listener.bind(place)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        what = f"--web-address {address}" if error.errno == errno.EADDRNOTAVAIL else f"--port {port}"
        raise UsageError(f"{what}: {REMEDIES.get(error.errno or 0, f'{error.strerror}; use --port 0')}") from error
    return listener


def _silent_logger() -> logging.Logger:
    """A logger without output: aiohttp's messages about malformed requests may contain the token."""
    logger = logging.Logger("edge_app.web")
    logger.addHandler(logging.NullHandler())
    return logger
