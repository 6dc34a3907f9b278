"""Bodies that take long: the live picture, and a kept file."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from pathlib import Path

from aiohttp import web

from edge_app.web.access import RefusedError
from edge_app.web.files import UnsatisfiableRangeError, chosen_bytes, open_file
from edge_app.web.jpeg import Jpeg

BOUNDARY = "celcam-frame"
# What the kernel may hold for a viewer and has not sent: more is a picture that comes late.
UNSENT_BYTES = 16384
READ_BYTES = 65536


async def send_pictures(
    request: web.Request, after: Callable[[int], Awaitable[Jpeg]], *, stalled_s: float
) -> web.StreamResponse:
    """Send pictures, each the newest there is once the one before has gone, until the viewer goes.

    Args:
        request: of the viewer.
        after: gives the newest picture, once that is a later one than the number.
        stalled_s: a viewer that takes nothing for so long is dropped.
    """
    response = web.StreamResponse()
    response.content_type = "multipart/x-mixed-replace"
    response.headers["Content-Type"] += f"; boundary={BOUNDARY}"
    _keep_short(request.transport)
    number = 0
    # The boundary follows a picture at once, because some browsers show it only when they see its end.
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
    """Send a kept file, or the part of it that ``Range`` asks for.

    Raises:
        RefusedError: there is no such file, or no such part.
    """
    loop = asyncio.get_running_loop()
    try:
        kept, file = await loop.run_in_executor(executor, open_file, folder, name)
    except FileNotFoundError:
        raise RefusedError(404, "there is no such file") from None
    with file:
        headers = {
            "Content-Type": kept.content_type,
            "Content-Disposition": f'attachment; filename="{kept.name}"',
            "Accept-Ranges": "bytes",
            "ETag": kept.tag,
        }
        # Who goes on with a file that has changed since gets it anew.
        unchanged = request.headers.get("If-Range", kept.tag) == kept.tag
        try:
            chosen = chosen_bytes(request.headers.get("Range") if unchanged else None, kept.size_bytes)
        except UnsatisfiableRangeError:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{kept.size_bytes}"})
        first, end = chosen or (0, kept.size_bytes)
        if chosen is not None:
            headers["Content-Range"] = f"bytes {first}-{end - 1}/{kept.size_bytes}"
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
            request.transport.abort()  # shorter than promised: nothing else tells the browser
    return response


async def _send(request: web.Request, response: web.StreamResponse, data: bytes, stalled_s: float) -> bool:
    """Send ``data`` and wait until the kernel has it; False where the viewer took nothing for too long."""
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


def _keep_short(transport: asyncio.Transport | None) -> None:
    """Let as little as possible wait on the way to a viewer."""
    if transport is None:
        return
    transport.set_write_buffer_limits(high=0)
    connection = transport.get_extra_info("socket")
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if connection is not None and option is not None:
        connection.setsockopt(socket.IPPROTO_TCP, option, UNSENT_BYTES)
