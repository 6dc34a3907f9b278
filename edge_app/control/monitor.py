"""Once a second: read the machine, keep the rate, write the figures down."""

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
from edge_app.control.governor import Governor, build_ladder
from edge_app.device.vitals import Vitals, VitalsReader, process_age_s
from edge_app.session import Session

PERIOD_S = 1.0


class Monitor:
    """A thread of a run; a context manager that ends it."""

    def __init__(
        self,
        session: Session,
        *,
        target_fps: float = 0.0,
        stats_path: Path | None = None,
        read_vitals: Callable[[], Vitals] | None = None,
        period_s: float = PERIOD_S,
    ) -> None:
        """Monitor ``session``.

        Args:
            session: is read, and changed where the rate asks for it.
            target_fps: the rate to keep; 0 leaves size and look alone.
            stats_path: gets a line of JSON each second, behind those that it holds.
            read_vitals: of this machine; its own reader where None.
            period_s: between two looks.

        Raises:
            MediaError: ``stats_path`` can't be written.
        """
        self._session, self._target_fps, self._period_s = session, target_fps, period_s
        self._governor: Governor | None = None
        self._read_vitals = read_vitals or VitalsReader()
        self._vitals = self._read_vitals()
        self._stats_path = stats_path
        self._lines: TextIO | None = _open_lines(stats_path) if stats_path is not None else None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)

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
            facts.append(f"first frame {age_s - (time.monotonic() - first_s):.2f} s after the start")
        peak_mb = self._read_vitals().peak_memory_mb
        if peak_mb is not None:
            facts.append(f"peak memory {peak_mb:.0f} MB")
        lines = [f"  {', '.join(facts)}"] if facts else []
        governor = self._governor
        if governor is not None and governor.sustained_fps is not None:
            changes = f"{governor.changes} change{'' if governor.changes == 1 else 's'}"
            lines.append(f"  sustained {governor.sustained_fps:.1f} frames per second with {governor.rung}, {changes}")
        return lines

    def _watch(self) -> None:
        while not self._over.wait(self._period_s):
            self._vitals = self._read_vitals()
            if self._target_fps:
                self._govern(self._vitals)
            self._write()

    def _govern(self, vitals: Vitals) -> None:
        view, stats = self._session.controls.view, self._session.stats
        if view.size_wh is None:
            return
        governor = self._governor
        if governor is None or (governor.rung.look, governor.rung.size_wh) != (view.look, view.size_wh):
            # The first look at this run, or somebody chose by hand: that is the top from now on.
            controls = self._session.controls
            ladder = build_ladder(view.look, view.size_wh, looks=controls.looks, sizes_wh=controls.sizes_wh)
            self._governor = governor = Governor(self._target_fps, ladder)
        rung = governor.step(time.monotonic(), stats.recent_fps, stats.median_ms("stylize", 30), vitals)
        if rung is not None:
            self._session.controls.change(look=rung.look, size_wh=rung.size_wh)
            self._session.notices.add(governor.reason)

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
        with contextlib.suppress(OSError):  # told when the line before could not be written
            self._lines.close()
        self._lines = None


def _open_lines(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a", encoding="utf-8")
    except OSError as error:
        raise MediaError(f"{path}: can't be written: {error.strerror}; choose another place") from error
