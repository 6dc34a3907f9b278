"""The server's routes and their handlers: the page, the pictures, the state, the controls and the gallery."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import gzip
import json
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from celcam import __version__
from celcam.errors import CelcamError
from edge_app.session import Session
from edge_app.sinks.images import snapshot
from edge_app.web.access import RefusedError
from edge_app.web.gallery_handlers import GalleryHandlers
from edge_app.web.guard import Guard, Handler
from edge_app.web.jpeg import NewestFrame, SharedEncoder
from edge_app.web.limits import Limits, RateLimiter
from edge_app.web.streaming import counted, send_pictures
from edge_app.web.thumbnails import Thumbnails
from edge_app.web.wording import short_name, without_folders

PAGE = Path(__file__).parent / "page"
PAGE_TYPES = {
    "index.html": "text/html",
    "app.js": "text/javascript",
    "graph.js": "text/javascript",
    "wipe.js": "text/javascript",
    "live.js": "text/javascript",
    "gallery.js": "text/javascript",
    "style.css": "text/css",
    "icon.svg": "image/svg+xml",
}
# The longest wait for the first picture.
FIRST_PICTURE_S = 3.0


@dataclass(frozen=True)
class Services:
    """What the handlers show and change."""

    session: Session
    newest: NewestFrame
    encoder: SharedEncoder
    thumbnails: Thumbnails
    executor: Executor
    read_vitals: Callable[[], dict[str, Any]]
    # Returns the answer to the WebRTC offer of a viewer at an address, both as SDP; None without WebRTC.
    answer_offer: Callable[[str, str], Awaitable[str]] | None
    smooth_viewers: Callable[[], int]


class Handlers:
    """The handlers of all routes; they run in the server's event loop."""

    def __init__(self, services: Services, guard: Guard, limits: Limits) -> None:
        """Answer the requests that ``guard`` lets through, within ``limits``."""
        self._services, self._guard, self._limits = services, guard, limits
        self._snapshots = RateLimiter(limits.snapshots_per_s, limits.snapshots_at_once, peers=1)
        self._streams: set[asyncio.Task[Any]] = set()
        self._gallery = GalleryHandlers(services.session, services.executor, limits)
        self._page = {name: (PAGE / name).read_bytes() for name in PAGE_TYPES}
        self._packed = {name: gzip.compress(data, mtime=0) for name, data in self._page.items()}

    def app(self) -> web.Application:
        """The aiohttp application with all routes."""
        app = web.Application(middlewares=[self._guard.answer], client_max_size=self._limits.offer_bytes)
        app.on_response_prepare.append(self._guard.add_headers)
        app.on_shutdown.append(self._end_streams)
        self._add(app, "GET", "/", self._index)
        for name in PAGE_TYPES:
            self._add(app, "GET", f"/{name}", self._page_file)
        self._add(app, "GET", "/live.mjpg", self._live)
        self._add(app, "GET", "/frame.jpg", self._frame)
        self._add(app, "GET", "/thumbs/{look}.jpg", self._thumb)
        self._add(app, "GET", "/api/state", self._state)
        self._add(app, "POST", "/api/view", self._view)
        self._add(app, "POST", "/api/snapshot", self._snapshot)
        self._add(app, "GET", "/api/files", self._gallery.list)
        self._add(app, "POST", "/api/delete", self._delete)
        self._add(app, "GET", "/previews/{name}.jpg", self._gallery.preview)
        self._add(app, "GET", "/files/{name}", self._gallery.file)
        self._add(app, "HEAD", "/files/{name}", self._gallery.file)
        self._add(app, "POST", "/api/offer", self._offer)
        return app

    def _add(self, app: web.Application, method: str, path: str, handler: Handler) -> None:
        # aiohttp would answer to the header Expect before the guard has seen the request.
        app.router.add_route(method, path, handler, expect_handler=_ignore)

    @property
    def viewers(self) -> int:
        """The number of viewers at this moment."""
        return len(self._streams) + self._services.smooth_viewers()

    async def _index(self, request: web.Request) -> web.StreamResponse:
        if "token" in request.query:
            return self._guard.let_in()
        return self._page_response(request, "index.html")

    async def _page_file(self, request: web.Request) -> web.StreamResponse:
        return self._page_response(request, request.path.removeprefix("/"))

    def _page_response(self, request: web.Request, name: str) -> web.Response:
        packs = "gzip" in request.headers.get("Accept-Encoding", "").replace(",", " ").lower().split()
        response = web.Response(
            body=(self._packed if packs else self._page)[name], content_type=PAGE_TYPES[name], charset="utf-8"
        )
        if packs:
            response.headers["Content-Encoding"] = "gzip"
        return response

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if self.viewers >= self._limits.viewers:
            raise RefusedError(
                503, f"{self.viewers} viewers are watching already, which is the limit", retry_after_s=5.0
            )
        with counted(self._streams):
            return await send_pictures(request, self._services.encoder.after, stalled_s=self._limits.stalled_s)

    async def _frame(self, request: web.Request) -> web.StreamResponse:
        try:
            async with asyncio.timeout(FIRST_PICTURE_S):
                jpeg = await self._services.encoder.after(0)
        except TimeoutError:
            raise RefusedError(503, "there is no picture yet", retry_after_s=1.0) from None
        return web.Response(body=jpeg.data, content_type="image/jpeg")

    async def _thumb(self, request: web.Request) -> web.StreamResponse:
        data = self._services.thumbnails.get(request.match_info["look"])
        if data is None:
            raise RefusedError(404, "there is no such thumbnail, or not yet")
        return web.Response(body=data, content_type="image/jpeg")

    async def _state(self, request: web.Request) -> web.StreamResponse:
        try:
            since = int(request.query.get("since", "0")[:18])
        except ValueError:
            raise RefusedError(400, "since: expected the number of a notice") from None
        session, held = self._services.session, self._services.newest.held
        view, source = session.controls.view, session.source
        notices = session.notices.since(since)
        state = {
            "version": __version__,
            "view": dataclasses.asdict(view),
            "looks": session.controls.looks,
            "thumbs": self._services.thumbnails.watch(),
            "sizes": session.controls.sizes_wh,
            "stats": session.stats.snapshot(),
            "vitals": self._services.read_vitals(),
            "notices": [dataclasses.asdict(notice) | {"text": self._plain(notice.text)} for notice in notices],
            "recording": view.recording,
            "can_record": session.controls.can_record,
            "smooth": self._services.answer_offer is not None,
            "viewers": self.viewers,
            "time_s": round(time.time(), 3),
            **await self._gallery.state(),
            "frame": held.number if held is not None else 0,
            "age_s": round(time.monotonic() - held.frame.captured_s, 2) if held is not None else None,
            "source": {
                "name": short_name(source.name),
                "size_wh": source.size_wh,
                "is_live": source.is_live,
                "is_still": source.is_still,
            },
        }
        return web.json_response(state)

    async def _view(self, request: web.Request) -> web.StreamResponse:
        changes = await self._read_json(request, self._limits.body_bytes)
        try:
            view = self._services.session.controls.change(**changes)
        except CelcamError as error:
            raise RefusedError(400, str(error)) from error
        return web.json_response({"view": dataclasses.asdict(view)})

    async def _snapshot(self, request: web.Request) -> web.StreamResponse:
        await self._read_json(request, self._limits.body_bytes)
        held = self._services.newest.held
        if held is None:
            raise RefusedError(409, "there is no picture yet")
        wait_s = self._snapshots.take("")
        if wait_s:
            raise RefusedError(429, "too many snapshots; wait a little", retry_after_s=wait_s)
        folder, rgb_u8, now = self._services.session.folder, held.frame.rgb_u8, datetime.datetime.now()
        loop = asyncio.get_running_loop()
        try:
            path = await loop.run_in_executor(self._services.executor, lambda: snapshot(folder, rgb_u8, now=now))
        except CelcamError as error:
            self._services.session.notices.add(str(error))
            raise RefusedError(409, self._plain(str(error))) from error
        self._services.session.notices.add(f"saved {path}")
        self._gallery.forget()
        return web.json_response({"name": path.name})

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        content = await self._read_json(request, self._limits.body_bytes)
        return await self._gallery.delete(content.get("name"))

    async def _offer(self, request: web.Request) -> web.StreamResponse:
        offer = await self._read_json(request, self._limits.offer_bytes)
        if self._services.answer_offer is None:
            raise RefusedError(404, "WebRTC is not available; run 'pip install aiortc'")
        if self.viewers >= self._limits.viewers or self._services.smooth_viewers() >= self._limits.smooth_viewers:
            raise RefusedError(503, "too many viewers for smooth video", retry_after_s=5.0)
        if offer.get("type") != "offer" or not isinstance(offer.get("sdp"), str):
            raise RefusedError(400, "expected {'type': 'offer', 'sdp': ...}")
        answer = await self._services.answer_offer(offer["sdp"], request.remote or "")
        return web.json_response({"type": "answer", "sdp": answer})

    async def _read_json(self, request: web.Request, limit_bytes: int) -> dict[str, Any]:
        """The JSON object in the request's body."""
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.request_s):
                async for chunk in request.content.iter_any():
                    body += chunk
                    if len(body) > limit_bytes:
                        raise RefusedError(413, f"expected at most {limit_bytes} bytes")
        except TimeoutError:
            raise RefusedError(408, "the request took too long") from None
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            raise RefusedError(400, "expected JSON") from None
        if not isinstance(content, dict):
            raise RefusedError(400, "expected a JSON object")
        return content

    def _plain(self, text: str) -> str:
        return without_folders(text, self._services.session.folder)

    async def _end_streams(self, app: web.Application) -> None:
        for task in self._streams | self._gallery.downloads:
            task.cancel()


async def _ignore(request: web.Request) -> None:
    """No handler waits for a permission to send the body: all bodies are small."""
