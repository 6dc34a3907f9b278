"""The live scene in each look, small: drawn one at a time by models of their own, and only while somebody looks.

Everything runs on one thread that gives way to the live picture's.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from celcam.errors import CelcamError
from celcam.paths import MODELS
from edge_app.drawing.looks import FILTER, Drawer, filter_loader, network_loader
from edge_app.drawing.sizing import fit
from edge_app.web.jpeg import Numbered, encode_jpeg

SIZE_WH = (128, 96)
# Each look is drawn anew after so long; until all have been drawn once, they follow each other closely.
EVERY_S = 5.0
FIRST_EVERY_S = 0.15
# Nobody has asked for so long: nobody looks. After a minute the models are let go of.
WATCHED_S = 12.0
FORGET_S = 60.0
NICENESS = 10


def thumbnail_loaders(
    looks: Iterable[str], *, model: Path | None = None, models: Path = MODELS
) -> dict[str, Callable[[], Drawer]]:
    """How to load those of ``looks`` that can be found: by name in ``models``, or as ``model``; on one thread."""
    loaders: dict[str, Callable[[], Drawer]] = {}
    for name in looks:
        if model is not None and name == model.stem:
            loaders[name] = network_loader(model, threads=1)
            continue
        if name.startswith(FILTER):
            loaders[name] = filter_loader(name.removeprefix(FILTER))
        elif (models / f"{name}.tflite").is_file():
            loaders[name] = network_loader(models / f"{name}.tflite", threads=1)
    return loaders


class Thumbnails:
    """A thread that draws; a context manager that ends it."""

    def __init__(
        self,
        loaders: Mapping[str, Callable[[], Drawer]],
        newest: Callable[[], Numbered | None],
        *,
        tell: Callable[[str], None],
        every_s: float = EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Draw what ``newest`` gives.

        Args:
            loaders: of the looks; none is called before somebody looks.
            newest: the frame of this moment; its ``photo_u8`` is drawn, so that every look sees the scene alone.
            tell: told which look can't be drawn.
            every_s: the age at which one is drawn anew.
            clock: seconds.
        """
        self._loaders, self._newest, self._tell, self._every_s, self._clock = loaders, newest, tell, every_s, clock
        self._drawers: dict[str, Drawer] = {}
        self._failed: set[str] = set()
        self._drawn: dict[str, bytes] = {}
        self._drawn_s: dict[str, float] = {}
        self._times: dict[str, int] = {}
        self._of: dict[str, int] = {}  # the frame's number, not the frame: that would keep its memory
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
        """How often each look has been drawn, by name; keeps the drawing going for a while."""
        with self._changed:
            self._asked_s = self._clock()
            self._changed.notify_all()
            return dict(self._times)

    def get(self, look: str) -> bytes | None:
        """The look's JPEG; None where it is not drawn yet or never will be."""
        return self._drawn.get(look)

    def _run(self) -> None:
        with suppress(OSError, AttributeError):  # Linux knows threads there; elsewhere the scheduler decides
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        while self._wait():
            held = self._newest()
            if held is None:
                continue
            looks = [name for name in self._left() if self._of.get(name) != held.number]
            if looks:
                self._draw(min(looks, key=lambda name: self._drawn_s.get(name, float("-inf"))), held)

    def _wait(self) -> bool:
        """Wait until it is time for the next; False at the end."""
        with self._changed:
            waits = any(name not in self._drawn for name in self._left())
            self._changed.wait_for(
                lambda: self._over, FIRST_EVERY_S if waits else self._every_s / max(1, len(self._loaders))
            )
            if not self._over and not self._is_watched() and not self._changed.wait_for(self._is_due, FORGET_S):
                self._drawers.clear()
                self._changed.wait_for(self._is_due)
            return not self._over

    def _left(self) -> list[str]:
        return [name for name in self._loaders if name not in self._failed]

    def _is_watched(self) -> bool:
        return self._clock() - self._asked_s < WATCHED_S

    def _is_due(self) -> bool:
        return self._over or self._is_watched()

    def _draw(self, look: str, held: Numbered) -> None:
        try:
            if look not in self._drawers:
                self._drawers[look] = self._loaders[look]()
            photo_u8 = held.frame.photo_u8 if held.frame.photo_u8 is not None else held.frame.rgb_u8
            data = encode_jpeg(self._drawers[look](fit(photo_u8, SIZE_WH), SIZE_WH))
        except Exception as error:  # a thread has nobody to raise it to, and the live picture goes on
            self._failed.add(look)
            kind = "" if isinstance(error, CelcamError) else f"{type(error).__name__}: "
            self._tell(f"look {look} has no small picture: {kind}{' '.join(str(error).split())}")
            return
        with self._changed:
            self._drawn[look], self._drawn_s[look], self._of[look] = data, self._clock(), held.number
            self._times[look] = self._times.get(look, 0) + 1
