"""The newest picture, for all who watch; as JPEG it is encoded once, and only where somebody asks for it.

One thread offers pictures and never waits. The rest runs in the server's event loop.
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

# Above this a cartoon's file grows and its picture does not change.
QUALITY = 85
STAGE = "encode web"

# ``(H, W, 3) uint8 RGB`` to the bytes of a file.
Encode = Callable[[Uint8Array], bytes]


def encode_jpeg(rgb_u8: Uint8Array) -> bytes:
    """``(H, W, 3) uint8 RGB`` as JPEG."""
    return encode_image(rgb_u8, ".jpg", quality=QUALITY)


@dataclass(frozen=True)
class Numbered:
    """A frame, and which one it is; the first is 1."""

    number: int
    frame: Frame


@dataclass(frozen=True)
class Jpeg:
    """An encoded frame."""

    number: int
    data: bytes


class Newest:
    """The newest frame, and a way to wait for the next."""

    def __init__(self) -> None:
        self.held: Numbered | None = None  # one reference, replaced whole: needs no lock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._came = asyncio.Event()
        self._waiting = 0

    def attach(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Wake those who wait in ``loop`` from now on; None wakes nobody any more."""
        self._loop = loop

    def offer(self, frame: Frame) -> None:
        """Take a frame, in place of the one before; called by one thread."""
        self.held = Numbered(self.held.number + 1 if self.held is not None else 1, frame)
        loop = self._loop
        # Who waits says so before it looks at what is held, so none is missed; for nobody the loop is left asleep.
        if self._waiting and loop is not None:
            with suppress(RuntimeError):  # the server has just ended
                loop.call_soon_threadsafe(self._wake)

    async def after(self, number: int) -> Numbered:
        """The newest frame, once that is a later one than ``number``."""
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
    """The newest frame as JPEG; however many ask, each frame is encoded once at most."""

    def __init__(
        self,
        newest: Newest,
        *,
        executor: Executor,
        stats: RunStats,
        tell: Callable[[str], None],
        encode: Encode = encode_jpeg,
    ) -> None:
        """Encode what ``newest`` holds.

        Args:
            newest: the frames.
            executor: where the encoding runs.
            stats: told how long each took.
            tell: told what can't be encoded.
            encode: one picture to bytes; raises CelcamError where it can't.
        """
        self._newest, self._executor, self._stats, self._tell = newest, executor, stats, tell
        self._encode = encode
        self._done = Jpeg(0, b"")
        self._tried = 0
        self._running: asyncio.Task[None] | None = None

    async def after(self, number: int) -> Jpeg:
        """The newest frame, once that is a later one than ``number``; one that can't be encoded is left out."""
        while True:
            held = await self._newest.after(number)
            if self._done.number < held.number:
                if self._tried < held.number and self._running is None:
                    self._running = asyncio.create_task(self._encode_newest())
                if self._running is None:
                    number = max(number, held.number)
                    continue
                # Whoever leaves, the others still want it.
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
            self._tell(f"a picture can't be shown in the browser: {error}")
            return b""
