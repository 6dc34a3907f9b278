"""Thumbnails of the live scene in each look, drawn one at a time by models of their own, and only while a page is open.

They have the looks' finishes. Everything runs on one thread of low priority, so the live picture comes first.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Self

from celcam.arrays import Uint8Array
from celcam.errors import CelcamError
from celcam.finishes.finish import Finish
from edge_app.drawing.finishing import Finishes
from edge_app.drawing.looks import Choice, Drawer, Loader
from edge_app.drawing.sizing import fit
from edge_app.web.jpeg import NumberedFrame, encode_jpeg

SIZE_WH = (128, 96)
# Each look is drawn again after so long; until all looks have been drawn once, the pauses are short.
EVERY_S = 5.0
FIRST_EVERY_S = 0.15
# If nobody has asked for so long, no page is open. The models are released a minute later.
WATCHED_S = 12.0
FORGET_S = 60.0
NICENESS = 10


class Thumbnails:
    """A thread that draws thumbnails; a context manager that ends it."""

    def __init__(
        self,
        choices: Mapping[str, Choice],
        newest: Callable[[], NumberedFrame | None],
        *,
        report: Callable[[str], None],
        every_s: float = EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Draw the frames of ``newest``.

        Args:
            choices: the looks; none is loaded before a page is open.
            newest: returns the newest frame; each look draws its ``photo_u8``, the camera's picture.
            report: gets a line about each look that can't be drawn.
            every_s: the age at which a thumbnail is drawn again.
            clock: seconds.
        """
        self._choices, self._newest, self._report, self._every_s, self._clock = choices, newest, report, every_s, clock
        self._drawers: dict[Loader, Drawer] = {}  # looks may share a network
        self._finishes = Finishes()
        self._failed: set[str] = set()
        self._drawn: dict[str, bytes] = {}
        self._drawn_s: dict[str, float] = {}
        self._times: dict[str, int] = {}
        self._of: dict[str, int] = {}  # the frame's number; the frame itself would keep its memory
        self._asked_s = float("-inf")
        self._changed = threading.Condition()
        self._over = False
        self._thread = threading.Thread(target=self._run, name="thumbnails", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._thread.join()

    def watch(self) -> dict[str, int]:
        """How often each look has been drawn, by name. Each call keeps the drawing going for some seconds."""
        with self._changed:
            self._asked_s = self._clock()
            self._changed.notify_all()
            return dict(self._times)

    def get(self, look: str) -> bytes | None:
        """The look's thumbnail as JPEG; None if it is not drawn yet, or can't be drawn."""
        return self._drawn.get(look)

    def _run(self) -> None:
        with suppress(OSError, AttributeError):  # only Linux has priorities of threads
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        while self._wait():
            held = self._newest()
            if held is None:
                continue
            looks = [name for name in self._left() if self._of.get(name) != held.number]
            if looks:
                self._draw(min(looks, key=lambda name: self._drawn_s.get(name, float("-inf"))), held)

    def _wait(self) -> bool:
        """Wait until the next thumbnail is due; False at the end."""
        with self._changed:
            waits = any(name not in self._drawn for name in self._left())
            self._changed.wait_for(
                lambda: self._over, FIRST_EVERY_S if waits else self._every_s / max(1, len(self._choices))
            )
            if not self._over and not self._is_watched() and not self._changed.wait_for(self._is_due, FORGET_S):
                self._drawers.clear()
                self._finishes = Finishes()
                self._changed.wait_for(self._is_due)
            return not self._over

    def _left(self) -> list[str]:
        return [name for name in self._choices if name not in self._failed]

    def _is_watched(self) -> bool:
        return self._clock() - self._asked_s < WATCHED_S

    def _is_due(self) -> bool:
        return self._over or self._is_watched()

    def _draw(self, look: str, held: NumberedFrame) -> None:
        try:
            choice = self._choices[look]
            if choice.load not in self._drawers:
                self._drawers[choice.load] = choice.load()
            photo_u8 = held.frame.photo_u8 if held.frame.photo_u8 is not None else held.frame.rgb_u8
            drawn = self._drawers[choice.load](fit(photo_u8, SIZE_WH), SIZE_WH)
            data = encode_jpeg(self._finished(drawn, choice.finish))
        except Exception as error:  # nobody joins this thread, and the live picture goes on
            self._failed.add(look)
            kind = "" if isinstance(error, CelcamError) else f"{type(error).__name__}: "
            self._report(f"look {look} has no thumbnail: {kind}{' '.join(str(error).split())}")
            return
        with self._changed:
            self._drawn[look], self._drawn_s[look], self._of[look] = data, self._clock(), held.number
            self._times[look] = self._times.get(look, 0) + 1

    def _finished(self, drawn_u8: Uint8Array, finish: Finish) -> Uint8Array:
        return self._finishes.full(finish, SIZE_WH)(self._finishes.small(finish, SIZE_WH)(drawn_u8))
