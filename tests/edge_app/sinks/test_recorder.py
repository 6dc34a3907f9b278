from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edge_app.frames import Frame
from edge_app.session import Session
from edge_app.sinks.recorder import Recorder
from tests.edge_app.sinks.films import grey_frame, grey_frames, read_film
from tests.edge_app.sinks.recordings import at_noon, feed, messages, names, numbers_of, switch, ticking


def test_nothing_is_written_before_the_recording_starts(session: Session) -> None:
    with Recorder(session) as recorder:
        feed(recorder, grey_frames(10))
        assert recorder.idle()
    assert not session.folder.exists()


def test_shown_frames_are_recorded_while_the_switch_is_on(session: Session) -> None:
    with Recorder(session, now=at_noon) as recorder:
        frames = list(grey_frames(40))
        feed(recorder, frames[:5])
        switch(session, True)
        feed(recorder, frames[5:25])
        switch(session, False)
        feed(recorder, frames[25:])
    path = session.folder / "celcam-20261125-153000.mp4"
    film = read_film(path)
    assert film.numbers == list(range(5, 25))
    assert film.times_s[0] == 0.0
    assert messages(session) == [f"recording to {path}", f"recorded {path}, 2 s"]


def test_irregular_frames_keep_their_times_and_the_film_plays_at_true_speed(session: Session) -> None:
    steps_s = np.random.default_rng(5).choice([0.02, 0.033, 0.2, 0.7], 40)
    times_s = 100.0 + np.cumsum(steps_s)
    switch(session, True)
    with Recorder(session, now=at_noon) as recorder:
        feed(recorder, (grey_frame(number, float(time_s)) for number, time_s in enumerate(times_s)))
    film = read_film(session.folder / "celcam-20261125-153000.mp4")
    assert np.allclose(film.times_s, times_s - times_s[0], atol=1e-3)
    assert film.duration_s == pytest.approx(times_s[-1] - times_s[0], abs=0.75)


def test_toggling_the_switch_quickly_leaves_complete_films_with_different_names(session: Session) -> None:
    with Recorder(session, now=at_noon) as recorder:
        for number, frame in enumerate(grey_frames(30)):
            switch(session, number % 10 != 9)
            recorder.show(frame)
            switch(session, False)
            switch(session, True)  # within one frame: nothing has happened
    assert names(session.folder) == [f"celcam-20261125-153000{part}.mp4" for part in ("-2", "-3", "")]
    paths = [session.folder / f"celcam-20261125-153000{part}.mp4" for part in ("", "-2", "-3")]
    assert numbers_of(paths) == [number for number in range(30) if number % 10 != 9]


def test_switching_off_before_the_first_frame_leaves_no_file(session: Session) -> None:
    with Recorder(session) as recorder:
        switch(session, True)
        recorder.idle()
        switch(session, False)
        recorder.idle()
        feed(recorder, grey_frames(2))
    assert not session.folder.exists()


def test_switching_off_between_frames_finishes_the_film_immediately(session: Session) -> None:
    switch(session, True)
    with Recorder(session, now=at_noon) as recorder:
        feed(recorder, grey_frames(5))
        switch(session, False)
        recorder.idle()
        assert read_film(session.folder / "celcam-20261125-153000.mp4").numbers == list(range(5))


def test_an_existing_file_is_never_overwritten(session: Session) -> None:
    session.folder.mkdir()
    (session.folder / "celcam-20261125-153000.mp4").write_text("precious")
    switch(session, True)
    with Recorder(session, now=at_noon) as recorder:
        feed(recorder, grey_frames(3))
    assert (session.folder / "celcam-20261125-153000.mp4").read_text() == "precious"
    assert read_film(session.folder / "celcam-20261125-153000-2.mp4").numbers == [0, 1, 2]


def test_a_path_is_recorded_from_the_start_in_numbered_parts_and_the_switch_shows_it(
    session: Session, tmp_path: Path
) -> None:
    with Recorder(session, path=tmp_path / "new" / "party.mp4", limit_minutes=1 / 60) as recorder:
        assert session.controls.view.recording
        feed(recorder, grey_frames(45))
    parts = names(tmp_path / "new")
    assert parts == ["party-002.mp4", "party-003.mp4", "party-004.mp4", "party-005.mp4", "party.mp4"]
    in_order = [tmp_path / "new" / name for name in parts[-1:] + parts[:-1]]
    assert numbers_of(in_order) == list(range(45))  # not one is lost at a cut
    assert [len(read_film(path).numbers) for path in in_order] == [11, 11, 11, 11, 1]
    assert read_film(in_order[1]).times_s[0] == 0.0


def test_a_new_part_begins_at_the_limit_of_size(session: Session, tmp_path: Path) -> None:
    with Recorder(session, path=tmp_path / "party.mp4", limit_mb=0.02) as recorder:
        feed(recorder, grey_frames(50, noise=True))
    paths = [tmp_path / name for name in ("party.mp4", "party-002.mp4", "party-003.mp4")]
    assert names(tmp_path)[:2] == ["party-002.mp4", "party-003.mp4"]
    assert numbers_of(paths)[:30] == list(range(30))
    fragment = max(path.stat().st_size for path in paths) - 20_000
    assert fragment < 20_000  # the limit is passed by less than a second's worth


def test_parts_skip_existing_names_and_only_the_first_may_be_replaced(session: Session, tmp_path: Path) -> None:
    for name in ("party.mp4", "party-002.mp4"):
        (tmp_path / name).write_text("precious")
    with Recorder(session, path=tmp_path / "party.mp4", overwrite=True, limit_minutes=1 / 60) as recorder:
        feed(recorder, grey_frames(15))
    assert (tmp_path / "party-002.mp4").read_text() == "precious"
    assert numbers_of([tmp_path / "party.mp4", tmp_path / "party-003.mp4"]) == list(range(15))


def test_the_switch_stops_a_recording_to_a_path_and_begins_the_next_part(session: Session, tmp_path: Path) -> None:
    with Recorder(session, path=tmp_path / "party.mp4") as recorder:
        for number, frame in enumerate(grey_frames(30)):
            switch(session, not 10 <= number < 20)
            recorder.show(frame)
    assert numbers_of([tmp_path / "party.mp4", tmp_path / "party-002.mp4"]) == [*range(10), *range(20, 30)]


def test_a_new_size_is_fitted_into_this_film_and_used_by_the_next(session: Session) -> None:
    with Recorder(session, now=at_noon) as recorder:
        for number in range(20):
            switch(session, number != 15)
            recorder.show(grey_frame(number, number / 10, size_wh=(64, 48) if number < 10 else (128, 96)))
    first = read_film(session.folder / "celcam-20261125-153000.mp4")
    second = read_film(session.folder / "celcam-20261125-153000-2.mp4")
    assert (first.size_wh, first.numbers) == ((64, 48), list(range(15)))
    assert (second.size_wh, second.numbers) == ((128, 96), [16, 17, 18, 19])


def test_a_frame_that_comes_after_the_end_is_not_recorded(session: Session) -> None:
    switch(session, True)
    with Recorder(session, now=at_noon) as recorder:
        feed(recorder, grey_frames(3))
    feed(recorder, grey_frames(3))
    assert recorder.idle()
    assert names(session.folder) == ["celcam-20261125-153000.mp4"]


def test_nothing_is_left_over_after_many_recordings(session: Session) -> None:
    def handles() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - its own handle is closed again at once

    threads, before = threading.active_count(), handles()
    with Recorder(session, now=ticking()) as recorder:
        for number in range(100):
            switch(session, number % 2 == 0)
            recorder.show(grey_frame(number, float(number)))
    assert (threading.active_count(), handles()) == (threads, before)
    assert len(names(session.folder)) == 50


def test_switching_and_showing_in_parallel_leaves_films_that_play(session: Session) -> None:
    over = threading.Event()

    def toggle() -> None:
        for on in itertools.cycle([True, False]):
            if over.wait(0.003):
                return
            switch(session, on)

    thread = threading.Thread(target=toggle)
    thread.start()
    with Recorder(session, now=ticking()) as recorder:
        for frame in _paced(200):
            recorder.show(frame)
    over.set()
    thread.join()
    films = [read_film(path) for path in session.folder.iterdir()]
    assert films
    assert all(film.times_s for film in films)


def _paced(count: int) -> Iterator[Frame]:
    for number in range(count):
        time.sleep(0.001)
        yield grey_frame(number, number / 30)
