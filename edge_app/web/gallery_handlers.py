"""The handlers of the gallery: list, preview, send and delete what is saved."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar

from aiohttp import web

from celcam.errors import CelcamError
from edge_app.session import Session
from edge_app.web.access import RefusedError
from edge_app.web.gallery import SavedFile, delete_file, find_file, list_files
from edge_app.web.limits import Limits
from edge_app.web.previews import make_preview
from edge_app.web.streaming import counted, send_file

# The folder is read no more often than this, however many viewers ask.
LIST_EVERY_S = 2.0
# Previews that are kept, each of about 5 kB.
PREVIEWS = 200

Result = TypeVar("Result")


class GalleryHandlers:
    """Answers requests about saved files; runs in the server's event loop."""

    def __init__(self, session: Session, executor: Executor, limits: Limits) -> None:
        """Serve the folder of ``session``; ``executor`` reads it."""
        self._session, self._executor, self._limits = session, executor, limits
        self.downloads: set[asyncio.Task[Any]] = set()
        self._listed: list[SavedFile] = []
        self._listed_s = float("-inf")
        self._previews: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._making = asyncio.Lock()  # one preview at a time

    async def state(self) -> dict[str, Any]:
        """The number of files, and a word that changes if a complete file comes, goes or changes."""
        if time.monotonic() - self._listed_s >= LIST_EVERY_S:
            self._listed_s = time.monotonic()
            self._listed = await self._run(list_files, self._session.folder)
        text = " ".join(f"{file.name} {'' if file.is_growing else file.tag}" for file in self._listed)
        return {"files": len(self._listed), "files_tag": hashlib.sha256(text.encode()).hexdigest()[:16]}

    def forget(self) -> None:
        """Read the folder again for the next viewer who asks."""
        self._listed_s = float("-inf")

    async def list(self, request: web.Request) -> web.StreamResponse:
        """All files, newest first."""
        files = await self._run(list_files, self._session.folder)
        return web.json_response({"files": [dataclasses.asdict(file) for file in files]})

    async def file(self, request: web.Request) -> web.StreamResponse:
        """One file, or a part of it."""
        if len(self.downloads) >= self._limits.downloads:
            raise RefusedError(503, "too many downloads at the moment", retry_after_s=5.0)
        with counted(self.downloads):
            return await send_file(
                request,
                self._session.folder,
                request.match_info["name"],
                executor=self._executor,
                stalled_s=self._limits.stalled_s,
            )

    async def preview(self, request: web.Request) -> web.StreamResponse:
        """A small JPEG of a file."""
        try:
            saved, path = await self._run(find_file, self._session.folder, request.match_info["name"])
        except FileNotFoundError:
            raise RefusedError(404, "there is no such file") from None
        key = saved.name, saved.tag
        async with self._making:
            if key not in self._previews:
                try:
                    self._previews[key] = await self._run(make_preview, path)
                except CelcamError:
                    raise RefusedError(404, "there is no preview of this file") from None
                while len(self._previews) > PREVIEWS:
                    self._previews.popitem(last=False)
        return web.Response(body=self._previews[key], content_type="image/jpeg")

    async def delete(self, name: Any) -> web.StreamResponse:
        """Delete a file."""
        if not isinstance(name, str):
            raise RefusedError(400, "expected {'name': ...}")
        try:
            await self._run(delete_file, self._session.folder, name)
        except FileNotFoundError:
            raise RefusedError(404, "there is no such file") from None
        except BlockingIOError:
            raise RefusedError(409, f"{name} is being recorded; stop the recording first") from None
        except OSError as error:
            raise RefusedError(409, f"{name}: can't be deleted: {error.strerror}") from None
        self.forget()
        self._session.notices.add(f"deleted {name}, on the page")
        return web.json_response({"name": name})

    async def _run(self, work: Callable[..., Result], *arguments: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)
