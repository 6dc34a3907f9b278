from __future__ import annotations

import errno
import itertools
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from celcam.errors import UnwritableError
from edge_app.flow.pipeline import Pipeline
from edge_app.frames import Frame
from edge_app.session import Session
from edge_app.sinks.disk import Syncer
from edge_app.sinks.recorder import Recorder
from tests.edge_app.fakes import CountingSource
from tests.edge_app.sinks.films import grey_frame, grey_frames, largest_file, read_film
from tests.edge_app.sinks.recordings import at_noon, feed, messages, numbers_of, switch, ticking

ROOT = Path(__file__).parents[3]


def test_with_too_little_space_no_recording_starts_and_the_camera_continues(session: Session) -> None:
    switch(session, True)
    with Recorder(session, reserve_mb=200, free=lambda folder: 150_000_000) as recorder:
        feed(recorder, grey_frames(5))
        assert not session.controls.view.recording
    assert messages(session) == [
        f"recording is off: {session.folder}: 150 MB are free, and 200 MB are reserved for the system; free some space"
    ]
    assert not session.folder.exists()


def test_a_recording_stops_while_there_is_room_left_for_the_system(session: Session) -> None:
    room_mb = itertools.chain([203, 202, 201], itertools.repeat(199))
    switch(session, True)
    with Recorder(session, now=at_noon, free=lambda folder: next(room_mb) * 1_000_000) as recorder:
        feed(recorder, grey_frames(40))
        assert not session.controls.view.recording
        assert read_film(session.folder / "celcam-20261125-153000.mp4").numbers == list(range(30))  # whole, at once
    said = messages(session)[-1]
    assert "199 MB are free, and 200 MB are reserved for the system; the recording so far is kept" in said


def test_a_recording_can_start_once_there_is_space_again(session: Session) -> None:
    room_mb = [150]
    with Recorder(session, now=at_noon, free=lambda folder: room_mb[0] * 1_000_000) as recorder:
        switch(session, True)
        feed(recorder, grey_frames(5))
        room_mb[0] = 900
        switch(session, True)
        feed(recorder, grey_frames(5))
    assert read_film(session.folder / "celcam-20261125-153000.mp4").numbers == list(range(5))


def test_a_write_that_fails_stops_the_recording_and_not_the_camera(session: Session) -> None:
    switch(session, True)
    recorder = Recorder(session, now=at_noon)
    with recorder, largest_file(30_000):
        feed(recorder, grey_frames(400, noise=True))  # each is taken
    assert not session.controls.view.recording
    path = session.folder / "celcam-20261125-153000.mp4"
    film = read_film(path)
    assert len(film.numbers) >= 10
    assert film.numbers == list(range(len(film.numbers)))
    assert messages(session)[1:] == [
        f"recording is off: {path}: can't be written: File too large; the frames before are kept; "
        "the disk allows no larger file, choose a smaller limit"
    ]


def test_a_full_device_is_reported_with_the_remedy(session: Session, tmp_path: Path) -> None:
    (tmp_path / "party.mp4").symlink_to("/dev/full")
    with Recorder(session, path=tmp_path / "party.mp4", overwrite=True) as recorder:
        feed(recorder, grey_frames(5))
        assert not session.controls.view.recording
    assert "No space left on device; nothing is kept; free some space" in messages(session)[-1]


def test_a_failed_recording_without_other_sinks_ends_the_run(session: Session, tmp_path: Path) -> None:
    (tmp_path / "party.mp4").symlink_to("/dev/full")
    stop = threading.Event()
    recorder = Recorder(session, path=tmp_path / "party.mp4", overwrite=True, ends_run=True)
    source = CountingSource(2000, is_live=True)
    with recorder, pytest.raises(UnwritableError, match="No space left on device"):
        Pipeline(source, enlarged, [recorder], stop=stop, stats=session.stats, notices=session.notices).run()
    assert stop.is_set()


@pytest.mark.parametrize("rebuilt", [False, True], ids=["gone", "a file in its place"])
def test_a_folder_that_is_removed_while_recording_is_reported(rebuilt: bool, session: Session) -> None:
    switch(session, True)
    with Recorder(session, now=at_noon) as recorder:
        frames = grey_frames(60)
        feed(recorder, itertools.islice(frames, 15))
        shutil.rmtree(session.folder)
        if rebuilt:
            session.folder.write_text("a file")
        feed(recorder, itertools.islice(frames, 20))
        assert not session.controls.view.recording
        assert "it was deleted while it was written; nothing is kept; choose another place" in messages(session)[-1]
        switch(session, True)
        feed(recorder, frames)
        # A folder that was removed is made again; if that fails, a message says so.
        assert session.controls.view.recording is not rebuilt
    if rebuilt:
        assert messages(session)[-1] == (
            f"recording is off: {session.folder}: can't be written: File exists; choose another place"
        )
    else:
        assert read_film(session.folder / "celcam-20261125-153000.mp4").numbers[0] == 35


READ_ONLY = """
import sys
from pathlib import Path
from edge_app.sinks.recorder import Recorder
from tests.edge_app.fakes import make_session
from tests.edge_app.sinks.films import grey_frames
session = make_session(Path(sys.argv[1]))
session.controls.change(recording=True)
with Recorder(session, limit_minutes=2 / 60) as recorder:
    for frame in grey_frames(40):
        recorder.show(frame)
        if frame.media_s == 1.0:
            session.folder.chmod(0o555)
print(*[notice.text for notice in session.notices.since()], sep="\\n")
"""


def test_a_folder_made_read_only_while_recording_keeps_the_part_begun_and_refuses_the_next(tmp_path: Path) -> None:
    command = [sys.executable, "-c", READ_ONLY, str(tmp_path / "camera")]
    if os.geteuid() == 0:  # root ignores permissions unless it gives up its rights
        if shutil.which("setpriv") is None:
            pytest.skip("root without setpriv may write anywhere")
        command = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override", *command]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    first, whole, off = done.stdout.splitlines()
    path = Path(first.removeprefix("recording to "))
    assert whole == f"recorded {path}, 2 s"
    assert off.startswith("recording is off: ")
    assert off.endswith("can't be written: Permission denied; choose another place")
    assert read_film(path).numbers == list(range(21))


FULL_DISK = """
import sys
from pathlib import Path
from edge_app.sinks.recorder import Recorder
from tests.edge_app.fakes import make_session
from tests.edge_app.sinks.films import grey_frames, read_film
session = make_session(Path(sys.argv[1]) / "camera")
session.controls.change(recording=True)
with Recorder(session, reserve_mb=0) as recorder:
    for frame in grey_frames(400, noise=True):
        recorder.show(frame)
(path,) = session.folder.iterdir()
film = read_film(path)
print(session.notices.since()[-1].text)
print(len(film.numbers), film.numbers == [number % 50 for number in range(len(film.numbers))])
"""


def test_a_disk_that_is_really_full_leaves_a_film_that_plays(tmp_path: Path) -> None:
    mount = f"mount -t tmpfs -o size=256k tmpfs {shlex.quote(str(tmp_path))}"
    if subprocess.run(["sh", "-c", f"unshare -rm {mount}"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody make a small disk")
    child = shlex.join([sys.executable, "-c", FULL_DISK, str(tmp_path)])
    command = ["unshare", "-rm", "sh", "-c", f"{mount} && {child}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    notice, film = done.stdout.splitlines()
    assert "No space left on device; the frames before are kept; free some space" in notice
    count, whole = film.split()
    assert int(count) > 50
    assert whole == "True"


@pytest.mark.parametrize("place", ["/proc/celcam/party.mp4", "/proc/party.mp4"])
def test_a_path_that_can_not_be_written_is_an_error_at_the_start(place: str, session: Session) -> None:
    threads = threading.active_count()
    with pytest.raises(UnwritableError, match="can't be written"), Recorder(session, path=Path(place)):
        pass
    assert not session.controls.view.recording
    assert threading.active_count() == threads


def test_a_recorder_slower_than_the_camera_drops_frames_and_the_film_keeps_the_time(
    session: Session, tmp_path: Path
) -> None:
    class Slow(Recorder):
        def show(self, frame: Frame) -> bool:
            time.sleep(0.02)
            return super().show(frame)

    source = CountingSource(300, is_live=True)
    with Slow(session, path=tmp_path / "party.mp4") as recorder:
        Pipeline(
            source, enlarged, [recorder], stop=threading.Event(), stats=session.stats, notices=session.notices
        ).run()
    film = read_film(tmp_path / "party.mp4")
    assert session.stats.frames + session.stats.dropped == 300
    assert session.stats.dropped_by["recording"] == session.stats.frames - len(film.times_s) > 100
    assert film.times_s[-1] > 250  # its frames are a second apart


def enlarged(frame: Frame) -> Frame:
    """A larger copy of a fake frame, which is too small for a film."""
    return Frame(np.repeat(np.repeat(frame.rgb_u8, 8, 0), 8, 1), frame.name, frame.media_s, frame.captured_s)


def is_open(path: Path) -> bool:
    """Whether this process holds the file."""
    links = Path("/proc/self/fd").iterdir()
    return str(path) in [str(link.readlink()) for link in links if link.is_symlink()]


def test_a_recording_is_flushed_every_second_and_at_its_end(session: Session) -> None:
    sizes: list[int] = []
    asked = threading.Event()

    def sync(number: int) -> None:
        sizes.append(os.fstat(number).st_size)
        asked.set()

    switch(session, True)
    with Recorder(session, now=at_noon, syncer=Syncer(sync=sync)) as recorder:
        for frame in grey_frames(60, noise=True):
            recorder.show(frame)
            if frame.media_s >= 1.0 and frame.media_s % 1.0 < 0.05:  # a fragment has just been written
                assert asked.wait(5)
                asked.clear()
        grown = [size for size, _ in itertools.groupby(sizes)]
        assert len(grown) >= 5
        assert grown == sorted(grown)
        switch(session, False)
        recorder.idle()
        path = session.folder / "celcam-20261125-153000.mp4"
        deadline_s = time.monotonic() + 5
        while is_open(path) and time.monotonic() < deadline_s:
            time.sleep(0.005)
        assert sizes[-1] == path.stat().st_size  # the index too
        assert not is_open(path)  # a stick can be pulled out now


def test_a_disk_that_loses_data_stops_the_recording(session: Session) -> None:
    failed = threading.Event()

    def sync(number: int) -> None:
        failed.set()
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    switch(session, True)
    with Recorder(session, syncer=Syncer(sync=sync)) as recorder:
        recorder.show(grey_frame(0, 0.0))
        recorder.show(grey_frame(1, 1.5))
        assert failed.wait(5)
        deadline_s = time.monotonic() + 5
        while session.controls.view.recording and time.monotonic() < deadline_s:
            recorder.show(grey_frame(2, 1.6 + time.monotonic() % 1))
    assert messages(session)[-1] == (
        f"recording is off: {session.folder}: can't be written: Input/output error; "
        "the disk may be broken, choose another"
    )


def test_a_finished_film_that_the_disk_lost_is_reported_too(session: Session) -> None:
    def sync(number: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    switch(session, True)
    with Recorder(session, syncer=Syncer(sync=sync)) as recorder:
        recorder.show(grey_frame(0, 0.0))
    assert "Input/output error" in messages(session)[-1]


def test_a_disk_that_flushes_for_seconds_delays_no_frame(session: Session) -> None:
    release = threading.Event()

    def sync(number: int) -> None:
        release.wait(20)

    switch(session, True)
    with Recorder(session, now=ticking(), limit_minutes=2 / 60, syncer=Syncer(sync=sync)) as recorder:
        started_s = time.monotonic()
        feed(recorder, grey_frames(50))  # with two changes of file
        assert time.monotonic() - started_s < 5
        release.set()
    assert len(numbers_of(sorted(session.folder.iterdir()))) == 50
