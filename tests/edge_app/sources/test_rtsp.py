from __future__ import annotations

import functools
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from types import SimpleNamespace

import av
import pytest

from celcam.errors import CameraError
from edge_app.flow.notices import Notices
from edge_app.frames import Frame
from edge_app.sources import BUNDLED_CLIP, open_source
from edge_app.sources.rtsp import Backlog, RtspSource
from tests.edge_app.sources.cameras import handles, readers, wait_until
from tests.edge_app.sources.streams import (
    FPS,
    HlsCamera,
    LocalServer,
    mjpeg,
    mpegts,
    number_of,
    refusing,
    request_of,
    rtsp,
    silent,
)

Serve = Callable[[socket.socket], object]
LOGIN = "me:secret"
HIDDEN = "hidden?token=hidden"
quick_rtsp = functools.partial(rtsp, fps=3 * FPS)


def everything_said(error: BaseException, capfd: pytest.CaptureFixture[str]) -> str:
    """What was printed, by FFmpeg too, and what a traceback would print."""
    return "".join(traceback.format_exception(error)) + "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("serve", "url"),
    [
        (functools.partial(mpegts, fps=3 * FPS), "http://127.0.0.1:{}/live.ts"),
        (mjpeg, "http://127.0.0.1:{}/video?user=me&password=secret"),
        (functools.partial(quick_rtsp, login=LOGIN), "rtsp://me:secret@127.0.0.1:{}/stream"),
    ],
    ids=["mpegts", "mjpeg", "rtsp"],
)
def test_a_real_stream_gives_red_frames_as_they_come_and_its_name_has_no_password(serve: Serve, url: str) -> None:
    before = handles()
    with LocalServer(serve) as server:
        with RtspSource(url.format(server.port)) as source:
            frames = list(islice(source.frames(), 12))
        assert source.info.is_live
        assert source.info.size_wh == (64, 48)
        assert source.info.name == f"{url.partition(':')[0]}://127.0.0.1:{server.port}"
    for frame in frames:
        red, green, blue = frame.rgb_u8[20, 30].tolist()
        assert red > 40 + max(green, blue)
    assert all(one.captured_s <= other.captured_s for one, other in pairwise(frames))
    # The picture moves at the stream's pace: no frame is repeated, none lags.
    assert number_of(frames[-1].rgb_u8) - number_of(frames[0].rgb_u8) == pytest.approx(11, abs=3)
    assert handles() == before


def test_a_wrong_password_is_reported_without_it(capfd: pytest.CaptureFixture[str]) -> None:
    with (
        LocalServer(functools.partial(rtsp, login="me:right")) as server,
        pytest.raises(CameraError, match="refuses the user name and password") as caught,
    ):
        RtspSource(f"rtsp://{LOGIN}@127.0.0.1:{server.port}/{HIDDEN}")
    everything = everything_said(caught.value, capfd)
    assert "secret" not in everything
    assert "hidden" not in everything


@pytest.mark.parametrize(
    ("serve", "message"),
    [
        (refusing, "refuses the user name and password"),
        (functools.partial(refusing, status="404 Not Found"), "can't be read .*; check the address"),
        (functools.partial(mpegts, frames=0), "can't be read|has no pictures"),
    ],
)
def test_a_refusal_by_an_http_server_is_reported_without_the_address(
    serve: Serve, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with LocalServer(serve) as server, pytest.raises(CameraError, match=message) as caught:
        RtspSource(f"http://{LOGIN}@127.0.0.1:{server.port}/{HIDDEN}")
    everything = everything_said(caught.value, capfd)
    assert "secret" not in everything
    assert "hidden" not in everything


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_an_unreachable_camera_is_reported_without_the_password(scheme: str, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(CameraError, match=f"{scheme}://127.0.0.1:{port}: can't be read .Connection refused.") as caught:
        RtspSource(f"{scheme}://{LOGIN}@127.0.0.1:{port}/stream")
    everything = everything_said(caught.value, capfd)
    assert "secret" not in everything


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_a_camera_that_does_not_answer_times_out(scheme: str) -> None:
    started_s = time.monotonic()
    with (
        LocalServer(silent) as server,
        pytest.raises(CameraError, match=r"gives nothing for 0\.3 s; is it switched on"),
    ):
        RtspSource(f"{scheme}://127.0.0.1:{server.port}/stream", open_s=0.3, read_s=0.3)
    assert time.monotonic() - started_s < 2


def test_a_stream_that_hangs_times_out() -> None:
    with (
        LocalServer(functools.partial(quick_rtsp, hang_after=45)) as server,
        RtspSource(f"rtsp://127.0.0.1:{server.port}/stream", read_s=0.4) as source,
        pytest.raises(CameraError, match=r"gives nothing for 0\.4 s"),
    ):
        for frame in source.frames():
            last_s = frame.captured_s
    assert time.monotonic() - last_s < 2


def test_broken_packets_cost_frames_but_not_the_camera() -> None:
    with (
        LocalServer(functools.partial(quick_rtsp, spoil_every=7)) as server,
        RtspSource(f"rtsp://127.0.0.1:{server.port}/stream") as source,
    ):
        assert len(list(islice(source.frames(), 25))) == 25


def test_a_stream_whose_packets_never_give_a_picture_is_abandoned(monkeypatch: pytest.MonkeyPatch) -> None:
    class Undecodable:
        """A container whose packets hold nothing."""

        duration, format = None, SimpleNamespace(name="rtsp")
        closed = False

        def __init__(self) -> None:
            decoder = SimpleNamespace(flags=0, width=64, height=48, format=None, name="h264", extradata=None)
            self.streams = SimpleNamespace(video=[SimpleNamespace(codec_context=decoder, average_rate=None)])

        def demux(self, stream: object) -> Iterator[object]:
            while True:
                time.sleep(0.005)
                yield SimpleNamespace(is_keyframe=True, decode=list)

        def close(self) -> None:
            self.closed = True

    container = Undecodable()
    monkeypatch.setattr(av, "open", lambda *args, **options: container)
    with pytest.raises(CameraError, match="sends no picture that can be decoded"):
        RtspSource("rtsp://cam/stream", open_s=0.1)
    assert container.closed


def test_the_first_picture_is_that_of_the_first_key_frame_sent() -> None:
    stream = functools.partial(mpegts, key_every=400)
    with LocalServer(stream) as server, RtspSource(f"http://127.0.0.1:{server.port}/live.ts", open_s=2.0) as source:
        assert number_of(next(source.frames()).rgb_u8) == pytest.approx(0, abs=3)


def test_a_stream_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("celcam.media.decoders.MOST_DECODER_BYTES", 10_000)
    with (
        LocalServer(mpegts) as server,
        pytest.raises(CameraError, match=r"its decoder needs .* MB, .*; choose a smaller size in its settings"),
    ):
        RtspSource(f"http://127.0.0.1:{server.port}/live.ts")


def test_a_stream_is_waited_for_up_to_its_next_key_frame() -> None:
    stream = functools.partial(mpegts, key_every=90, joined_at=5)
    with LocalServer(stream) as server, RtspSource(f"http://127.0.0.1:{server.port}/live.ts", open_s=0.5) as source:
        assert number_of(next(source.frames()).rgb_u8) == pytest.approx(90, abs=3)


def test_a_stream_without_key_frames_is_abandoned() -> None:
    stream = functools.partial(mpegts, key_every=10**6, joined_at=5)
    with LocalServer(stream) as server, pytest.raises(CameraError, match="sends no key frame; choose a key frame"):
        RtspSource(f"http://127.0.0.1:{server.port}/live.ts", open_s=0.5, key_frame_s=1.0)


def test_a_page_that_is_not_a_stream_is_reported() -> None:
    def page(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>" + b"Welcome! " * 500)

    with LocalServer(page) as server, pytest.raises(CameraError, match="can't be read"):
        RtspSource(f"http://127.0.0.1:{server.port}/")


def test_a_clip_on_a_web_server_is_refused_with_the_remedy() -> None:
    def clip(connection: socket.socket) -> None:
        data = BUNDLED_CLIP.read_bytes()
        begin = int(request_of(connection).partition("Range: bytes=")[2].partition("-")[0] or 0)
        head = f"HTTP/1.1 206 Partial\r\nContent-Range: bytes {begin}-{len(data) - 1}/{len(data)}\r\n"
        connection.sendall(f"{head}Accept-Ranges: bytes\r\nContent-Length: {len(data) - begin}\r\n\r\n".encode())
        connection.sendall(data[begin:])

    with LocalServer(clip) as server, pytest.raises(CameraError, match="is a clip, not a live stream; download it"):
        RtspSource(f"http://127.0.0.1:{server.port}/clip.mp4")


def test_a_stream_that_is_cut_comes_back_by_itself_and_stop_ends_it() -> None:
    messages: list[str] = []
    before = handles()
    stop = threading.Event()
    taken: list[Frame] = []
    with LocalServer(functools.partial(quick_rtsp, login=LOGIN)) as server:
        url = f"rtsp://{LOGIN}@127.0.0.1:{server.port}/stream"
        with open_source(url, notices=Notices(write=messages.append), stop=stop) as source:
            thread = threading.Thread(target=lambda: taken.extend(source.frames()))
            thread.start()
            assert wait_until(lambda: len(taken) > 5)
            server.drop()
            assert wait_until(lambda: len(messages) == 2)
            stop.set()
            thread.join(3)
            assert not thread.is_alive()
        name = f"rtsp://127.0.0.1:{server.port}"
        assert messages[0].startswith(f"{name} is gone: ")
        assert messages[1].startswith(f"{name} is back after ")
        assert "secret" not in "".join(messages)
    assert all(one.media_s < other.media_s for one, other in pairwise(taken))
    assert wait_until(lambda: not readers())
    assert handles() == before


@pytest.mark.slow  # its parts are tested below
def test_a_slow_viewer_of_a_stream_sees_the_newest_frames() -> None:
    with LocalServer(mpegts) as server, RtspSource(f"http://127.0.0.1:{server.port}/live.ts") as source:
        frames = source.frames()
        started_s, first = time.monotonic(), number_of(next(frames).rgb_u8)
        while (spent_s := time.monotonic() - started_s) < 2.8:
            time.sleep(0.2)  # of a stream of 30 a second
            last = number_of(next(frames).rgb_u8)
    # Taken one by one it would be more than 2 seconds behind.
    assert spent_s - (last - first) / FPS < 1.2


def test_hls_is_shown_at_its_own_pace_though_it_comes_in_pieces(tmp_path: Path) -> None:
    with HlsCamera(tmp_path) as camera:
        assert wait_until(lambda: camera.ready)
        with RtspSource(f"http://127.0.0.1:{camera.server.port}/live.m3u8") as source:
            frames = list(islice(source.frames(), 30))
    gaps_s = sorted(other.captured_s - one.captured_s for one, other in pairwise(frames))
    assert gaps_s[len(gaps_s) // 2] == pytest.approx(1 / FPS, abs=0.012)
    assert number_of(frames[-1].rgb_u8) - number_of(frames[0].rgb_u8) > 15


def test_a_backlog_is_dropped_up_to_the_next_key_frame() -> None:
    backlog = Backlog(behind_s=1.0, sign_of_life_s=0.25)
    now_s = 0.0

    def drops(waited_s: float, busy_s: float, *, is_key: bool = False) -> bool:
        nonlocal now_s
        now_s += waited_s + busy_s
        return backlog.drops(waited_s, now_s, is_key=is_key)

    assert not any(drops(0.03, 0.0) for _ in range(100))  # at the newest
    assert not any(drops(0.0, 0.1) for _ in range(9))  # a slow second
    assert drops(0.0, 0.2)  # no wait for more than a second
    assert not drops(0.0, 0.3, is_key=True)  # a sign of life
    assert drops(0.0, 0.01, is_key=True)  # not another one so soon
    assert drops(0.03, 0.0)  # at the newest again, but in the middle of a group
    assert drops(0.03, 0.0)
    assert not drops(0.03, 0.0, is_key=True)
    assert not drops(0.03, 0.0)


def test_a_stream_without_marked_key_frames_continues_after_a_backlog() -> None:
    backlog = Backlog(behind_s=1.0, longest_s=5.0)
    assert not backlog.drops(1.0, 0.0, is_key=False)
    assert backlog.drops(0.0, 2.0, is_key=False)
    assert backlog.drops(0.1, 2.1, is_key=False)
    assert not backlog.drops(0.1, 7.2, is_key=False)
    assert not backlog.drops(0.1, 7.3, is_key=False)
