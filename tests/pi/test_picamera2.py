"""The source ``picamera:0`` over the real picamera2 and a fake libcamera: ``make test-pi-quick``."""

from __future__ import annotations

import gc
import itertools
import os
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celcam.errors import CameraError
from edge_app.flow.notices import Notices
from edge_app.sources import open_source
from edge_app.sources.picamera import PicameraSource, ribbon_cameras
from tests.pi.conftest import largest_error

pytestmark = [
    pytest.mark.picamera2,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:picamera2.*"),
]

SIZES = [
    ((640, 480), None),
    ((640, 480), (212, 160)),
    ((1280, 720), (428, 240)),
    ((1280, 720), (640, 360)),
    ((800, 600), (316, 236)),  # rows with padding
    ((1920, 1080), (428, 240)),
    ((642, 482), (320, 240)),
    ((641, 479), None),
]


def take(source: PicameraSource, count: int) -> list[Any]:
    return list(itertools.islice(source.frames(), count))


def memory_mb() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_the_camera_on_the_ribbon_is_found(camera: Any) -> None:
    assert ribbon_cameras() == [0]


@pytest.mark.parametrize(("size_wh", "small_wh"), SIZES)
def test_red_is_red_at_every_size(isp: str, camera: Any, size_wh: Any, small_wh: Any) -> None:
    with PicameraSource(0, size_wh, small_wh) as source:
        frame = take(source, 2)[-1]
        granted_wh = source.info.size_wh
    assert frame.rgb_u8.shape == (granted_wh[1], granted_wh[0], 3)
    assert all(abs(granted - asked) <= 1 for granted, asked in zip(granted_wh, size_wh, strict=True))
    assert largest_error(frame.rgb_u8) <= 1
    assert np.abs(frame.rgb_u8[:, -1].astype(int) - 128).max() <= 1  # no padding at the right edge
    if frame.small_u8 is not None:
        assert largest_error(frame.small_u8) <= (1 if isp == "PISP" else 4)
        assert np.abs(frame.small_u8[:, -1].astype(int) - 128).max() <= 4
        assert frame.small_u8.shape[:2] == ((small_wh or (320, 240))[1], (small_wh or (320, 240))[0])


def test_the_camera_makes_the_small_picture_and_it_shows_what_the_main_one_shows(isp: str, camera: Any) -> None:
    with PicameraSource(0, (1280, 720), (428, 240)) as source:
        assert take(source, 1)[0].small_u8 is not None
    main, small = camera.values["ScalerCrops"]
    assert vars(main) == vars(small)


@pytest.mark.parametrize("fps", [None, 10.0, 20.0, 60.0])
def test_the_camera_gets_the_frame_rate(camera: Any, fps: float | None) -> None:
    camera.duration_us = 0
    with PicameraSource(0, fps=fps) as source:
        take(source, 2)
    assert camera.duration_us == (int(1e6 / fps) if fps else 33_333)


def test_frames_are_stamped_with_the_time_of_their_capture(camera: Any) -> None:
    with PicameraSource(0) as source:
        ages = [time.monotonic() - frame.captured_s for frame in itertools.islice(source.frames(), 10)]
    assert min(ages) >= 0
    assert max(ages) < 1


def test_held_frames_do_not_starve_the_camera(camera: Any) -> None:
    with PicameraSource(0) as source:
        assert len(take(source, 13)) == 13  # more than picamera2 has buffers


def test_500_frames_leak_no_memory(camera: Any) -> None:
    with PicameraSource(0, fps=60) as source:
        frames = source.frames()
        for _ in range(30):
            next(frames)
        before_mb = memory_mb()
        for _ in range(500):  # of 0.9 MB each
            next(frames)
        assert memory_mb() - before_mb < 20


def test_ten_openings_leak_no_files_and_no_threads(camera: Any) -> None:
    with PicameraSource(0) as source:
        take(source, 1)
    gc.collect()
    files, threads = open_files(), threading.active_count()
    for _ in range(10):
        with PicameraSource(0) as source:
            take(source, 1)
    gc.collect()
    assert open_files() <= files + 1
    assert threading.active_count() <= threads


def test_ten_failed_openings_leak_no_files(camera: Any) -> None:
    camera.gone_until_s = time.monotonic() + 600
    files = open_files()
    for _ in range(10):
        with pytest.raises(CameraError):
            PicameraSource(0)
    gc.collect()
    assert open_files() <= files + 1


def test_a_second_opening_is_refused_and_the_first_goes_on(camera: Any) -> None:
    with PicameraSource(0) as source:
        with pytest.raises(CameraError, match="is another program using it"):
            PicameraSource(0)
        assert take(source, 1)


def test_a_camera_that_is_not_there_is_an_error(camera: Any) -> None:
    with pytest.raises(CameraError, match="no camera there"):
        PicameraSource(3)


def test_a_stall_is_an_error_and_the_camera_opens_again(camera: Any) -> None:
    with PicameraSource(0) as source:
        frames = source.frames()
        next(frames)
        camera.stalled = True
        with pytest.raises(CameraError, match="gives no more pictures"):
            for _ in range(9):
                next(frames)
    assert not camera.acquired
    assert not camera.running
    camera.stalled = False
    with PicameraSource(0) as source:
        assert take(source, 1)


def test_a_lost_camera_comes_back_with_two_notices(camera: Any) -> None:
    notices = Notices()
    with open_source("picamera:0", notices=notices) as source:
        frames = source.frames()
        stamps = [next(frames).media_s]
        camera.gone_until_s = time.monotonic() + 5
        stamps += [next(frames).media_s for _ in range(5)]
    assert stamps == sorted(stamps)
    texts = [notice.text for notice in notices.since()]
    assert len(texts) == 2
    assert "is gone" in texts[0]
    assert "is back" in texts[1]
    _wait_until_closed(camera)


def test_a_camera_that_stays_away_prints_nothing(camera: Any, capfd: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()
    with open_source("picamera:0", notices=Notices(write=lambda text: None), stop=stop) as source:
        frames = source.frames()
        next(frames)
        camera.gone_until_s = time.monotonic() + 600
        threading.Timer(9, stop.set).start()  # after some attempts to open it
        assert len(list(frames)) <= 1  # the newest frame of before
    output = capfd.readouterr()
    assert not output.out
    assert not output.err
    _wait_until_closed(camera)


def _wait_until_closed(camera: Any) -> None:
    until_s = time.monotonic() + 5
    while camera.acquired and time.monotonic() < until_s:
        time.sleep(0.05)
