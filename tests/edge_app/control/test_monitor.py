from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from celcam.errors import MediaError
from edge_app.control.monitor import Monitor
from edge_app.device.vitals import Vitals
from edge_app.session import Session
from tests.edge_app.fakes import make_session

COOL = Vitals(45.0, (), 90.0, 95.0, 0.5, 4)


def wait_until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline_s = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def watch(session: Session, **options: object) -> Monitor:
    return Monitor(session, read_vitals=lambda: COOL, period_s=0.02, **options)  # type: ignore[arg-type]


def test_each_look_is_a_line_of_json(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.stats.stage("stylize").add(7.0)
    path = tmp_path / "new" / "stats.jsonl"
    with watch(session, stats_path=path):
        wait_until(lambda: path.read_text().count("\n") >= 3)
        session.controls.change(look="plain")
        wait_until(lambda: '"plain"' in path.read_text())
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[0]["view"]["look"] == "negative"
    assert lines[0]["stages_ms"]["stylize"]["median"] == 7.0
    assert lines[-1]["vitals"]["temperature_c"] == 45.0
    assert lines[-1]["time_s"] > lines[0]["time_s"]


def test_lines_are_appended_to_existing_ones(tmp_path: Path) -> None:
    path = tmp_path / "stats.jsonl"
    path.write_text('{"older": true}\n')
    with watch(make_session(tmp_path), stats_path=path):
        wait_until(lambda: path.read_text().count("\n") >= 2)
    assert path.read_text().startswith('{"older": true}\n')


def test_a_path_that_can_not_be_written_is_an_error_immediately(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MediaError, match="can't be written"):
        watch(make_session(tmp_path), stats_path=tmp_path / "file" / "stats.jsonl")


def test_a_full_disk_ends_the_lines_and_not_the_run(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    with watch(session, stats_path=Path("/dev/full")) as watching:
        wait_until(lambda: bool(session.notices.since()))
        assert watching.vitals()["cores"] == 4
    assert "/dev/full: No space left on device; figures are no longer written" in session.notices.since()[0].text


def test_a_rate_that_is_missed_makes_the_picture_smaller_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_app.control.governor.SETTLE_S", 0.0)
    session = make_session(tmp_path)
    stop_at_s = time.monotonic() + 5

    with watch(session, target_fps=20.0) as watching:
        while session.controls.view.size_wh == (64, 48) and time.monotonic() < stop_at_s:
            session.stats.drawn(200.0, ("negative", (64, 48)))  # five a second
            time.sleep(0.2)
        assert session.controls.view.size_wh == (32, 24)
        assert "20 fps wanted" in session.notices.since()[0].text
        for _ in range(3):
            session.stats.drawn(20.0, ("negative", (32, 24)))
            time.sleep(0.02)
        wait_until(lambda: "sustained" in watching.summary()[-1])
        assert "with negative at 32x24, 1 change" in watching.summary()[-1]
        assert "peak memory 95 MB" in watching.summary()[0]
        session.controls.change(size_wh=(96, 72))  # a viewer chooses: the governor starts again from there
        wait_until(lambda: "32x24" not in watching.summary()[-1])
