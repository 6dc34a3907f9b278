"""Conversions that the user, the clock or an error ends early."""

from __future__ import annotations

import dataclasses
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from celcam.errors import ModelError
from edge_app import batch
from edge_app.__main__ import main
from edge_app.frames import Frame
from edge_app.stopping import Stop
from tests.edge_app.conversions import SIZE, written
from tests.edge_app.sinks.films import read_film


def interrupting(at: int, times: int = 1) -> Callable[..., SimpleNamespace]:
    """In place of the painter: draws nothing, and presses Ctrl-C at a frame, once or several times."""
    count = 0

    def make_painter(*_: object) -> SimpleNamespace:
        def paint(frame: Frame) -> Frame:
            nonlocal count
            count += 1
            press_ctrl_c = signal.getsignal(signal.SIGINT)  # called at once; the signal itself would arrive later
            assert callable(press_ctrl_c)
            for _ in range(times if count == at else 0):
                press_ctrl_c(signal.SIGINT, None)
            return dataclasses.replace(frame, small_u8=None)

        return painter_of(paint)

    return make_painter


def painter_of(paint: Callable[[Frame], Frame]) -> SimpleNamespace:
    """A painter that draws with ``paint`` and finishes nothing."""
    return SimpleNamespace(draw=paint, finish=lambda frame: frame)


def test_ctrl_c_keeps_the_finished_pictures(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(batch, "Painter", interrupting(2))
    (photo_folder / "broken.jpg").unlink()
    assert main([str(photo_folder), "--to", f"{tmp_path}/out/"]) == 130
    assert written(tmp_path / "out") == ["a.png", "b.png"]
    printed = capsys.readouterr()
    end = f"2 pictures written to {tmp_path}/out/, 1 other file ignored, 2 not drawn"
    assert printed.out.splitlines()[-1] == end
    assert printed.err.splitlines()[-1] == "python -m edge_app: stopped"


def test_ctrl_c_in_a_clip_leaves_a_partial_one_under_another_name(
    small_clip: Path,
    photo_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr(batch, "Painter", interrupting(12))
    assert main([str(photo_folder / "a.jpg"), str(small_clip), "--to", f"{out}/"]) == 130
    assert written(out) == ["a.png", "clip.partial.mp4"]
    assert 11 <= len(read_film(out / "clip.partial.mp4").times_s) <= 12
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == f"1 picture written to {out}/, 1 not drawn"
    assert f"{out}/clip.partial.mp4: partial, the first 0." in printed.err
    monkeypatch.undo()
    assert main([str(photo_folder / "a.jpg"), str(small_clip), "--to", f"{out}/", "--skip-existing"]) == 0
    assert written(out) == ["a.png", "clip.mp4", "clip.partial.mp4"]


def test_a_second_ctrl_c_stops_immediately_and_leaves_no_partial_file(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "Painter", interrupting(2, times=2))
    assert main([str(photo_folder), "--to", f"{tmp_path}/out/"]) == 130
    assert written(tmp_path / "out") == ["a.png"]


def test_a_run_that_stops_after_the_requested_time_is_complete(
    small_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    count = 0

    @contextmanager
    def stop_at_frame_40(seconds: float, stop: Stop) -> Iterator[None]:
        def paint(frame: Frame) -> Frame:
            nonlocal count
            count += 1
            if count == 40:
                stop.set()
            return frame

        assert seconds == 2.5
        monkeypatch.setattr(batch, "Painter", lambda *_: painter_of(paint))
        yield

    monkeypatch.setattr(batch, "stop_after", stop_at_frame_40)
    out = tmp_path / "looped.mp4"
    assert main([str(small_clip), "--to", str(out), "--loop", "--seconds", "2.5"]) == 0
    assert written(tmp_path) == ["looped.mp4"]
    assert len(read_film(out).times_s) == 40
    assert f"1 clip written to {out}, 40 frames" in capsys.readouterr().out


def test_a_full_disk_ends_the_run(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    assert main([str(photo_folder / "a.jpg"), "--to", f"{tmp_path}/out/", *SIZE]) == 0
    monkeypatch.setattr(Path, "replace", full)
    assert main([str(photo_folder), "--to", f"{tmp_path}/out/", "--skip-existing", *SIZE]) == 2
    printed = capsys.readouterr()
    assert "No space left on device" in printed.err
    assert printed.out.splitlines()[-1].startswith(f"nothing written to {tmp_path}/out/, 1 skipped, 1 other file")
    assert printed.out.splitlines()[-1].endswith("4 not drawn")
    assert written(tmp_path / "out") == ["a.png"]


def test_a_look_that_can_not_draw_stops_the_run(
    photo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ModelError("the model draws nothing")

    monkeypatch.setattr(batch, "Painter", fail)
    assert main([str(photo_folder), "--to", f"{tmp_path}/out/"]) == 2
    printed = capsys.readouterr()
    assert printed.err.splitlines()[-1] == "python -m edge_app: the model draws nothing"
    assert "5 not drawn" in printed.out
