"""Responses that take long: the live picture, and a saved file."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from edge_app.web.access import RefusedError
from edge_app.web.gallery import UnsatisfiableRangeError, chosen_bytes, open_file
from edge_app.web.jpeg import Jpeg

BOUNDARY = "celcam-frame"
# The most bytes that the kernel may hold unsent for a viewer: more would delay the picture.
UNSENT_BYTES = 16384
READ_BYTES = 65536


async def send_pictures(
    request: web.Request, after: Callable[[int], Awaitable[Jpeg]], *, stalled_s: float
) -> web.StreamResponse:
    """Send pictures until the viewer leaves; each is the newest at the moment the one before has been sent.

    Args:
        request: of the viewer.
        after: returns the newest picture, once its number is above the given one.
        stalled_s: a viewer that reads nothing for so long is disconnected.
    """
    response = web.StreamResponse()
    response.content_type = "multipart/x-mixed-replace"
    response.headers["Content-Type"] += f"; boundary={BOUNDARY}"
    _keep_short(request.transport)
    number = 0
    # The boundary follows a picture at once, because some browsers show a picture only after its boundary.
    await _send(request, response, f"--{BOUNDARY}\r\n".encode(), stalled_s)
    while request.transport is not None:
        jpeg = await after(number)
        number = jpeg.number
        head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg.data)}\r\n\r\n"
        part = head.encode() + jpeg.data + f"\r\n--{BOUNDARY}\r\n".encode()
        if not await _send(request, response, part, stalled_s):
            break
    return response


async def send_file(
    request: web.Request, folder: Path, name: str, *, executor: Executor, stalled_s: float
) -> web.StreamResponse:
    """Send a saved file, or the part that the header ``Range`` asks for.

    Raises:
        RefusedError: there is no such file, or no such part.
    """
    loop = asyncio.get_running_loop()
    try:
        saved, file = await loop.run_in_executor(executor, open_file, folder, name)
    except FileNotFoundError:
        raise RefusedError(404, "there is no such file") from None
    with file:
        headers = {
            "Content-Type": saved.content_type,
            "Content-Disposition": f'attachment; filename="{saved.name}"',
            "Accept-Ranges": "bytes",
            "ETag": saved.tag,
        }
        # A browser that resumes the download of a file that has changed gets the whole file again.
        unchanged = request.headers.get("If-Range", saved.tag) == saved.tag
        try:
            chosen = chosen_bytes(request.headers.get("Range") if unchanged else None, saved.size_bytes)
        except UnsatisfiableRangeError:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{saved.size_bytes}"})
        first, end = chosen or (0, saved.size_bytes)
        if chosen is not None:
            headers["Content-Range"] = f"bytes {first}-{end - 1}/{saved.size_bytes}"
        response = web.StreamResponse(status=200 if chosen is None else 206, headers=headers)
        response.content_length = end - first
        if request.method == "HEAD":
            await response.prepare(request)
            return response
        file.seek(first)
        while first < end:
            data = await loop.run_in_executor(executor, file.read, min(READ_BYTES, end - first))
            if not data or not await _send(request, response, data, stalled_s):
                break
            first += len(data)
        if first < end and request.transport is not None:
            request.transport.abort()  # shorter than announced: only this informs the browser
    return response


async def _send(request: web.Request, response: web.StreamResponse, data: bytes, stalled_s: float) -> bool:
    """Send ``data`` and wait until the kernel has it; False if the viewer has left or reads nothing."""
    try:
        async with asyncio.timeout(stalled_s):
            writer = await response.prepare(request)
            if writer is not None:
                await writer.write(data)
                await writer.drain()
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
        return False
    except ConnectionError:
        return False
    return True


@contextmanager
def counted(tasks: set[asyncio.Task[Any]]) -> Iterator[None]:
    """Keep the running task in ``tasks`` for the length of the block."""
    task = asyncio.current_task()
    if task is not None:
        tasks.add(task)
    try:
        yield
    finally:
        if task is not None:
            tasks.discard(task)


def _keep_short(transport: asyncio.Transport | None) -> None:
    """Keep the buffers to a viewer short."""
    if transport is None:
        return
    transport.set_write_buffer_limits(high=0)
    connection = transport.get_extra_info("socket")
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if connection is not None and option is not None:
        connection.setsockopt(socket.IPPROTO_TCP, option, UNSENT_BYTES)
