"""Once a second: reads the machine's vitals, keeps the frame rate, writes the figures to a file."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TextIO

from celcam.errors import MediaError
from edge_app.control.controls import View
from edge_app.control.governor import Governor, build_ladder
from edge_app.device.vitals import Vitals, VitalsReader, process_age_s
from edge_app.session import Session

PERIOD_S = 1.0
LEAST_FRAMES = 3  # the governor does not judge the figures of fewer frames


class Monitor:
    """A thread that watches a run; a context manager that ends it."""

    def __init__(
        self,
        session: Session,
        *,
        target_fps: float = 0.0,
        stats_path: Path | None = None,
        read_vitals: Callable[[], Vitals] | None = None,
        period_s: float = PERIOD_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Monitor ``session``.

        Args:
            session: is read; its look and size are changed to keep the rate.
            target_fps: the rate to keep; 0 leaves look and size alone.
            stats_path: a line of JSON is appended to this file each second.
            read_vitals: reads the machine; None reads this one.
            period_s: between two readings.
            clock: seconds, the same clock as that of the session's figures.

        Raises:
            MediaError: ``stats_path`` can't be written.
        """
        self._session, self._target_fps, self._period_s, self._clock = session, target_fps, period_s, clock
        self._governor: Governor | None = None
        self._read_vitals = read_vitals or VitalsReader()
        self._vitals = self._read_vitals()
        self._stats_path = stats_path
        self._lines: TextIO | None = _open_lines(stats_path) if stats_path is not None else None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="monitor", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._over.set()
        self._thread.join()
        self._stop_writing()

    def vitals(self) -> dict[str, Any]:
        """The last reading of the machine, ready for JSON."""
        return dataclasses.asdict(self._vitals)

    def summary(self) -> list[str]:
        """Lines for people at the end of the run."""
        facts = []
        age_s, first_s = process_age_s(), self._session.stats.first_s
        if age_s is not None and first_s is not None:
            facts.append(f"first frame {age_s - (self._clock() - first_s):.2f} s after the start")
        peak_mb = self._read_vitals().peak_memory_mb
        if peak_mb is not None:
            facts.append(f"peak memory {peak_mb:.0f} MB")
        lines = [f"  {', '.join(facts)}"] if facts else []
        governor = self._governor
        if governor is not None and governor.sustained_fps is not None:
            changes = f"{governor.changes} change{'' if governor.changes == 1 else 's'}"
            lines.append(f"  sustained {governor.sustained_fps:.1f} frames per second with {governor.rung}, {changes}")
        return lines

    def check(self) -> None:
        """Do what the thread does once a second."""
        self._vitals = self._read_vitals()
        if self._target_fps:
            self._govern(self._vitals)
        self._write()

    def _run(self) -> None:
        while not self._over.wait(self._period_s):
            self.check()

    def _govern(self, vitals: Vitals) -> None:
        session, view = self._session, self._session.controls.view
        if view.size_wh is None:
            return
        governor = self._governor
        if governor is not None and session.looks.state(governor.rung.look) == "failed":
            self._give_up_look(governor, view)
            return
        if governor is None or (governor.rung.look, governor.rung.size_wh) != (view.look, view.size_wh):
            # Either the first check, or a viewer has chosen: that choice is the top of a new ladder.
            self._governor = governor = self._new_governor(view, view.size_wh)
        figures = session.stats.drawing()
        if figures.drawn_as != (view.look, view.size_wh) or figures.frames < LEAST_FRAMES:
            return  # the look is still loading, or too few frames have come since the change
        rung = governor.step(self._clock(), figures.fps, figures.draw_ms, vitals)
        if rung is None:
            return
        if session.controls.change_from(view, look=rung.look, size_wh=rung.size_wh):
            session.notices.add(governor.reason)
        else:  # a viewer has just chosen
            self._governor = None

    def _give_up_look(self, governor: Governor, view: View) -> None:
        """Go back to the top of the ladder; the next governor does without the look that could not be loaded."""
        self._governor = None
        top, rung = governor.ladder[0], governor.rung
        # The painter may have returned to the previous look already; anything else is a viewer's choice.
        if view.look in (top.look, rung.look) and view.size_wh == rung.size_wh:
            self._session.controls.change_from(view, look=top.look, size_wh=top.size_wh)

    def _new_governor(self, view: View, size_wh: tuple[int, int]) -> Governor:
        controls = self._session.controls
        usable = [name for name in controls.looks if self._session.looks.state(name) != "failed"]
        gmac_256 = self._session.looks.gmac_256
        ladder = build_ladder(view.look, size_wh, looks=usable, sizes_wh=controls.sizes_wh, gmac_256=gmac_256)
        return Governor(self._target_fps, ladder)

    def _write(self) -> None:
        if self._lines is None:
            return
        line = {
            "time_s": round(time.time(), 3),
            **self._session.stats.snapshot(),
            "view": dataclasses.asdict(self._session.controls.view),
            "vitals": self.vitals(),
        }
        try:
            self._lines.write(json.dumps(line) + "\n")
            self._lines.flush()
        except OSError as error:
            self._session.notices.add(f"{self._stats_path}: {error.strerror}; figures are no longer written")
            self._stop_writing()

    def _stop_writing(self) -> None:
        if self._lines is None:
            return
        with contextlib.suppress(OSError):  # reported when the line before could not be written
            self._lines.close()
        self._lines = None


def _open_lines(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a", encoding="utf-8")
    except OSError as error:
        raise MediaError(f"{path}: can't be written: {error.strerror}; choose another place") from error
