"""Helpers for tests of the recorder."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterable
from pathlib import Path

from edge_app.frames import Frame
from edge_app.session import Session
from edge_app.sinks.recorder import Recorder
from tests.edge_app.sinks.films import read_film

NOON = datetime.datetime(2026, 11, 25, 15, 30, 0)


def at_noon() -> datetime.datetime:
    """A clock that stands still."""
    return NOON


def ticking() -> Callable[[], datetime.datetime]:
    """A clock that goes on by a second each time it is read."""
    seconds = itertools.count()
    return lambda: NOON + datetime.timedelta(seconds=next(seconds))


def switch(session: Session, on: bool) -> None:
    """Switch the recording, as the page or the key does."""
    session.controls.change(recording=on)


def messages(session: Session) -> list[str]:
    """The texts of all notices."""
    return [notice.text for notice in session.notices.since()]


def names(folder: Path) -> list[str]:
    """The names of the files in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())


def feed(recorder: Recorder, frames: Iterable[Frame]) -> None:
    """Show frames; the recorder must accept each."""
    for frame in frames:
        assert recorder.show(frame)


def numbers_of(paths: Iterable[Path]) -> list[int]:
    """The numbers of the frames of several films, modulo 50."""
    return [number for path in paths for number in read_film(path).numbers]
