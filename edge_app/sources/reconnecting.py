"""A camera that is reopened automatically after it was unplugged, ended or hung."""

from __future__ import annotations

import dataclasses
import math
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from functools import partial
from typing import Self

from celcam.errors import CelcamError
from edge_app.flow.channel import Channel, NothingYetError
from edge_app.flow.notices import Notices
from edge_app.frames import Frame, FrameSource

# The pause before a lost camera is opened again: first this long, then doubled each time up to the longest.
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
# After a connection that lasted so long, the pauses start from the first again; a loose contact does not last.
STEADY_S = 10.0
# The longest time from opening to the first picture.
OPENING_S = 15.0
# How often the end of the run is checked while no picture comes.
POLL_S = 0.1
# A reader whose camera works ends within the time of one picture.
JOIN_S = 1.0


class ReconnectingSource(FrameSource):
    """Frames of a live camera without end, even if it is unplugged and plugged in again.

    A thread of its own, the reader, opens, reads and closes the camera, so a driver call that hangs blocks nothing
    else. Each opening has its own reader, and only this reader closes the camera: drivers crash if one thread closes a
    camera that another thread reads.

    A reader that hangs is abandoned: nobody waits for it, and when its call returns, it closes its camera and ends. The
    sources end a read after 3 or 4 seconds if the driver allows that. If the driver does not, at most one abandoned
    reader exists at a time. While there is one, a second reader that hangs is waited for. So there are never more than
    two threads and two open cameras.
    """

    def __init__(
        self,
        name: str,
        open_camera: Callable[[], FrameSource],
        *,
        notices: Notices,
        stall_s: float = 5.0,
        opening_s: float = OPENING_S,
        stop: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Open the camera for the first time, on the calling thread.

        Args:
            name: the camera's name in messages, such as ``usb:0``.
            open_camera: opens it; called on other threads later.
            notices: receive a line for each loss and one for each return.
            stall_s: after so long without a picture, the camera counts as lost.
            opening_s: the same for the time from a later opening to the first picture.
            stop: set when the run is over; `frames` then ends within a fraction of a second.
            clock: for pauses and stalls.
            sleep: waits so many seconds.

        Raises:
            CelcamError: the camera can't be opened. At a later opening this is no error.
        """
        self._name, self._open_camera, self._notices = name, open_camera, notices
        self._stall_s, self._opening_s = stall_s, opening_s
        self._stop, self._clock, self._sleep = stop or threading.Event(), clock, sleep
        self._closed, self._lock = threading.Event(), threading.Lock()
        self._first: FrameSource | None = open_camera()
        self._abandoned: _Reader | None = None
        self._gone_s: float | None = None  # since when
        self._seen = False  # whether the present opening has given a picture
        self.info = dataclasses.replace(self._first.info, name=name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        """End `frames` on any thread; close a camera that was never read."""
        self._closed.set()
        first = self._take_first()
        if first is not None:
            first.__exit__(*exc_info)

    def frames(self) -> Iterator[Frame]:
        """Frames until the run is over. Their numbers go on, and ``media_s`` follows the clock while none come."""
        number, started_s, media_s = 0, 0.0, 0.0
        with closing(self._endlessly()) as frames:
            for frame in frames:
                number += 1
                if number == 1:
                    started_s = frame.captured_s
                else:  # a driver's stamps may go back a little
                    media_s = max(frame.captured_s - started_s, media_s + 0.001)
                yield dataclasses.replace(frame, name=f"frame-{number:06d}", media_s=media_s)

    def _endlessly(self) -> Generator[Frame, None, None]:
        pause_s = FIRST_PAUSE_S
        while not self._over():
            opened_s = self._clock()
            try:
                yield from self._one_opening()
            except _LostError as error:
                self._tell_gone(str(error))
            if self._seen and self._clock() - opened_s >= STEADY_S:
                pause_s = FIRST_PAUSE_S
            self._pause(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _one_opening(self) -> Generator[Frame, None, None]:
        """Frames of one opening, until the run is over or the camera is lost."""
        first = self._take_first()
        limit_s = max(self._opening_s, self._stall_s) if first is None else self._stall_s
        reader = _Reader(self._name, self._open_camera if first is None else partial(_same, first))
        self._seen, since_s, patience_s = False, self._clock(), JOIN_S
        try:
            while not self._over():
                try:
                    frame = reader.channel.get(POLL_S)
                except NothingYetError:
                    if self._clock() - since_s >= limit_s:
                        self._tell_gone(f"no picture for {limit_s:g} s")
                        if self._may_abandon():
                            patience_s = 0.0
                            raise _LostError("it hangs") from None
                    continue
                except Exception as error:  # a driver may raise anything: the app goes on
                    raise _LostError(_reason(self._name, error)) from error
                if frame is None:
                    raise _LostError("it ended")
                since_s, limit_s, self._seen = self._clock(), self._stall_s, True
                self._tell_back()
                yield frame
        finally:
            reader.channel.close()
            reader.thread.join(patience_s)
            if reader.thread.is_alive():
                self._abandoned = reader

    def _take_first(self) -> FrameSource | None:
        """The camera that the constructor opened, for the first caller only."""
        with self._lock:
            first, self._first = self._first, None
            return first

    def _may_abandon(self) -> bool:
        return self._abandoned is None or not self._abandoned.thread.is_alive()

    def _tell_gone(self, reason: str) -> None:
        if self._gone_s is None:
            self._gone_s = self._clock()
            self._notices.add(f"{self._name} is gone: {reason}; trying again")

    def _tell_back(self) -> None:
        if self._gone_s is not None:
            self._notices.add(f"{self._name} is back after {math.ceil(self._clock() - self._gone_s)} s")
            self._gone_s = None

    def _over(self) -> bool:
        return self._stop.is_set() or self._closed.is_set()

    def _pause(self, pause_s: float) -> None:
        until_s = self._clock() + pause_s
        while not self._over() and (left_s := until_s - self._clock()) > 0:
            self._sleep(min(left_s, POLL_S))


def _same(camera: FrameSource) -> FrameSource:
    return camera


class _LostError(Exception):
    """The camera is lost; the message is the reason."""


class _Reader:
    """One opening of the camera: a thread that opens, reads and closes it."""

    def __init__(self, name: str, open_camera: Callable[[], FrameSource]) -> None:
        self.channel: Channel[Frame] = Channel(1, keeps_newest=True)
        self._open_camera = open_camera
        self.thread = threading.Thread(target=self._read, name=f"read {name}", daemon=True)
        self.thread.start()

    def _read(self) -> None:
        try:
            with self._open_camera() as camera:
                for frame in camera.frames():
                    if not self.channel.put(frame):
                        break
        except Exception as error:  # raised by the channel's reader
            self.channel.end(error)
        else:
            self.channel.end()


def _reason(name: str, error: Exception) -> str:
    """The fault alone, without the name, which stands before it, and without the remedy, which is being tried.

    The text of an error that is not ours may hold an address with its password.
    """
    if not isinstance(error, CelcamError):
        return type(error).__name__
    return str(error).removeprefix(f"{name}: ").partition("; ")[0]
