"""The newest frame for all viewers; it is encoded as JPEG once, and only on request.

One thread offers frames and never waits. The rest runs in the server's event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass

from celcam.arrays import Uint8Array
from celcam.errors import CelcamError
from celcam.image_io import encode_image
from edge_app.flow.stats import RunStats
from edge_app.frames import Frame

# Above this quality, a cartoon's file grows without a visible gain.
QUALITY = 85
STAGE = "encode web"

# ``(H, W, 3) uint8 RGB`` to the bytes of a file.
Encode = Callable[[Uint8Array], bytes]


def encode_jpeg(rgb_u8: Uint8Array) -> bytes:
    """``(H, W, 3) uint8 RGB`` as JPEG."""
    return encode_image(rgb_u8, ".jpg", quality=QUALITY)


@dataclass(frozen=True)
class NumberedFrame:
    """A frame and its number, counted from 1."""

    number: int
    frame: Frame


@dataclass(frozen=True)
class Jpeg:
    """An encoded frame."""

    number: int
    data: bytes


class NewestFrame:
    """The newest frame, and a way to wait for the next."""

    def __init__(self) -> None:
        self.held: NumberedFrame | None = None  # one reference that is replaced as a whole: needs no lock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._came = asyncio.Event()
        self._waiting = 0

    def attach(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Wake the waiting tasks of ``loop`` from now on; None wakes no task any more."""
        self._loop = loop

    def offer(self, frame: Frame) -> None:
        """Replace the frame; called by one thread."""
        self.held = NumberedFrame(self.held.number + 1 if self.held is not None else 1, frame)
        loop = self._loop
        # A task counts itself as waiting before it looks at the frame, so it misses none. Without one, the loop sleeps
        # on.
        if self._waiting and loop is not None:
            with suppress(RuntimeError):  # the server has just ended
                loop.call_soon_threadsafe(self._wake)

    async def after(self, number: int) -> NumberedFrame:
        """The newest frame, once its number is above ``number``."""
        self._waiting += 1
        try:
            while True:
                came, held = self._came, self.held
                if held is not None and held.number > number:
                    return held
                await came.wait()
        finally:
            self._waiting -= 1

    def _wake(self) -> None:
        came, self._came = self._came, asyncio.Event()
        came.set()


class SharedEncoder:
    """The newest frame as JPEG; each frame is encoded at most once for all viewers."""

    def __init__(
        self,
        newest: NewestFrame,
        *,
        executor: Executor,
        stats: RunStats,
        report: Callable[[str], None],
        encode: Encode = encode_jpeg,
    ) -> None:
        """Encode the frames of ``newest``.

        Args:
            newest: the frames.
            executor: runs the encoding.
            stats: receives the times.
            report: gets a line about each frame that can't be encoded.
            encode: one picture to bytes; raises CelcamError if it can't.
        """
        self._newest, self._executor, self._stats, self._report = newest, executor, stats, report
        self._encode = encode
        self._done = Jpeg(0, b"")
        self._tried = 0
        self._running: asyncio.Task[None] | None = None

    async def after(self, number: int) -> Jpeg:
        """The newest frame, once its number is above ``number``; a frame that can't be encoded is dropped."""
        while True:
            held = await self._newest.after(number)
            if self._done.number < held.number:
                if self._tried < held.number and self._running is None:
                    self._running = asyncio.create_task(self._encode_newest())
                if self._running is None:
                    number = max(number, held.number)
                    continue
                # Shielded: if this viewer leaves, the others still need the frame.
                await asyncio.shield(self._running)
            if self._done.number > number:
                return self._done

    async def _encode_newest(self) -> None:
        held = self._newest.held
        try:
            if held is not None:
                self._tried = held.number
                data = await asyncio.get_running_loop().run_in_executor(self._executor, self._timed, held.frame)
                if data:
                    self._done = Jpeg(held.number, data)
        finally:
            self._running = None

    def _timed(self, frame: Frame) -> bytes:
        try:
            with self._stats.stage(STAGE).timing():
                return self._encode(frame.rgb_u8)
        except CelcamError as error:
            self._report(f"a picture can't be shown in the browser: {error}")
            return b""
