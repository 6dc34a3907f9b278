from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from edge_app.frames import Frame
from edge_app.web.jpeg import encode_jpeg
from edge_app.web.limits import Limits
from tests.edge_app.web.stage import GENEROUS, Served, frame, make_session, noise, running, served, until

FPS = 50


@contextmanager
def watching(page: Served, *, buffer_bytes: int | None = None) -> Iterator[socket.socket]:
    """A viewer of the live picture."""
    with closing(socket.socket()) as viewer:
        if buffer_bytes is not None:
            viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        viewer.settimeout(10)
        viewer.connect(("127.0.0.1", page.sink.port))
        viewer.sendall(f"GET /live.mjpg HTTP/1.1\r\nHost: {page.host}\r\n\r\n".encode())
        try:
            yield viewer
        finally:
            with suppress(OSError):
                viewer.shutdown(socket.SHUT_RDWR)  # a file made of it may still hold it open


def pictures(viewer: socket.socket) -> Iterator[bytes]:
    """The JPEGs that a viewer gets, without HTTP chunks and boundaries."""
    with viewer.makefile("rb") as stream:
        while stream.readline().strip():
            pass
        content = b""
        while size := int(stream.readline() or b"0", 16):
            content += stream.read(size)
            stream.readline()
            while (found := content.find(b"Content-Length: ")) >= 0 and b"\r\n\r\n" in content[found:]:
                length = int(content[found + 16 :].split(b"\r\n", 1)[0])
                begins = content.index(b"\r\n\r\n", found) + 4
                if len(content) < begins + length:
                    break
                yield content[begins : begins + length]
                content = content[begins + length :]


def noisy_frames() -> Iterator[Frame]:
    """Frames like a camera's, with the largest possible JPEGs."""
    kept = [noise(seed) for seed in range(3)]
    for number in range(100_000):
        time.sleep(1 / FPS)
        yield Frame(kept[number % 3].rgb_u8, f"{number}", number / FPS, time.monotonic())


class Counting:
    """An encoder that counts."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, rgb_u8: Uint8Array) -> bytes:
        self.count += 1
        return encode_jpeg(rgb_u8)


def test_a_frame_is_encoded_once_for_all_viewers_and_never_without_one(tmp_path: Path) -> None:
    encode = Counting()
    with served(make_session(tmp_path), encode=encode) as page, ExitStack() as stack:
        for level in range(20):
            page.sink.show(frame(level))
        assert encode.count == 0
        viewers = [pictures(stack.enter_context(watching(page))) for _ in range(5)]
        first = [next(viewer) for viewer in viewers]
        assert len(set(first)) == 1
        assert encode.count == 1
        for level in range(20, 30):
            page.sink.show(frame(level))
            assert len({next(viewer) for viewer in viewers}) == 1
        assert encode.count == 11
        assert page.ask("/frame.jpg").status == 200
        assert encode.count == 11
        assert page.state()["viewers"] == 5
        stack.close()
        until(lambda: page.state()["viewers"] == 0)
        page.sink.show(frame(77))
        time.sleep(0.05)
        assert encode.count == 11
    assert page.session.stats.snapshot()["stages_ms"]["encode web"]["median"] > 0


def test_the_stream_is_multipart_jpeg_as_browsers_expect(tmp_path: Path) -> None:
    with served(make_session(tmp_path)) as page, watching(page) as viewer:
        page.sink.show(frame())
        until(lambda: b"\r\n\r\n" in viewer.recv(4096, socket.MSG_PEEK))
        head = viewer.recv(4096).decode("latin1")
        assert "HTTP/1.1 200 OK" in head
        assert "multipart/x-mixed-replace; boundary=celcam-frame" in head
        assert "Cache-Control: no-store" in head


def test_a_slow_viewer_skips_and_delays_nobody(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    with served(session) as page, running(session, noisy_frames, lambda frame: frame, page.sink):
        with watching(page, buffer_bytes=4096) as slow, watching(page) as quick:
            got: list[int] = []
            over = threading.Event()

            def sip() -> None:
                while not over.wait(0.05):
                    got.append(len(slow.recv(20_000)))

            sipping = threading.Thread(target=sip)
            sipping.start()
            shown, stream, started_s = session.stats.frames, pictures(quick), time.monotonic()
            seen = sum(1 for _ in zip(range(50), stream, strict=False))
            took_s = time.monotonic() - started_s
            over.set()
            sipping.join()
            shown = session.stats.frames - shown
        size = len(page.ask("/frame.jpg").body)
        assert page.session.stats.stage("show web").percentile(95) < 20  # type: ignore[operator]  # not None
    assert seen == 50
    assert took_s < 2.5 * 50 / FPS
    assert shown >= 45
    # A picture is larger than what was sipped in the time of four of them.
    assert sum(got) < 0.5 * size * shown


def test_a_viewer_that_stops_reading_is_dropped_and_the_others_continue(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    limits = Limits(requests_at_once=1000, stalled_s=0.4)
    with (
        served(session, limits=limits) as page,
        running(session, noisy_frames, lambda frame: frame, page.sink),
        watching(page, buffer_bytes=4096),
        watching(page) as quick,
    ):
        stream = pictures(quick)
        next(stream)
        assert page.session.stats is session.stats
        until(lambda: page.state()["viewers"] == 2)
        until(lambda: next(stream) and page.state()["viewers"] == 1)
        assert next(stream)


@pytest.mark.skipif(not hasattr(socket, "TCP_NOTSENT_LOWAT"), reason="the kernel holds what it likes here")
def test_a_slow_viewer_has_little_data_in_transit(tmp_path: Path) -> None:
    kept = [noise(seed, (64, 48)) for seed in range(2)]
    with served(make_session(tmp_path)) as page, watching(page, buffer_bytes=4096) as viewer:
        page.sink.show(kept[0])
        size = len(page.ask("/frame.jpg").body)
        for number in range(200):
            page.sink.show(kept[number % 2])
            time.sleep(0.002)
        viewer.settimeout(0.3)
        got = 0
        with suppress(TimeoutError):
            while piece := viewer.recv(65536):
                got += len(piece)
    assert 200 * size > 500_000
    assert got < 60_000


def test_a_hundred_viewers_do_no_harm(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    with (
        served(session) as page,
        running(session, noisy_frames, lambda frame: frame, page.sink),
        ExitStack() as stack,
    ):
        viewers = [stack.enter_context(watching(page)) for _ in range(100)]
        heads = [viewer.recv(12).decode() for viewer in viewers]
        assert heads.count("HTTP/1.1 200") == GENEROUS.viewers
        assert heads.count("HTTP/1.1 503") == 100 - GENEROUS.viewers
        messages = viewers[heads.index("HTTP/1.1 503")].recv(4096)
        assert b"10 viewers are watching already" in messages
        assert b"Retry-After: 5" in messages
        frames = session.stats.frames
        until(lambda: session.stats.frames > frames + 20)
        assert session.stats.stage("show web").percentile(95) < 20  # type: ignore[operator]  # not None
        stack.close()
        until(lambda: page.state()["viewers"] == 0)


def test_connections_are_limited_and_released(tmp_path: Path) -> None:
    with served(make_session(tmp_path), limits=Limits(connections=20)) as page, ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", page.sink.port))))
        until(lambda: page.ask("/api/state").status == 503)
        stack.close()
        until(lambda: page.ask("/api/state").status == 200)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_missing_request_head_times_out(tmp_path: Path, sent: bytes) -> None:
    with (
        served(make_session(tmp_path), limits=Limits(request_s=0.3)) as page,
        closing(socket.create_connection(("127.0.0.1", page.sink.port), timeout=5)) as slow,
    ):
        for letter in sent.decode():
            slow.sendall(letter.encode())
        assert slow.recv(100) == b""


def test_a_missing_request_body_times_out(tmp_path: Path) -> None:
    with (
        served(make_session(tmp_path), limits=Limits(request_s=0.3)) as page,
        closing(socket.create_connection(("127.0.0.1", page.sink.port), timeout=5)) as slow,
    ):
        head = f"POST /api/view HTTP/1.1\r\nHost: {page.host}\r\nOrigin: http://{page.host}\r\n"
        slow.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{{".encode())
        assert slow.recv(1000).startswith(b"HTTP/1.1 408")


def test_a_stalled_download_is_closed(tmp_path: Path) -> None:
    (tmp_path / "celcam-1.mp4").write_bytes(b"x" * 20_000_000)
    with (
        served(make_session(tmp_path), limits=Limits(downloads=1, stalled_s=0.3)) as page,
        closing(socket.create_connection(("127.0.0.1", page.sink.port), timeout=5)) as idle,
    ):
        idle.sendall(f"GET /files/celcam-1.mp4 HTTP/1.1\r\nHost: {page.host}\r\n\r\n".encode())
        until(lambda: page.ask("/files/celcam-1.mp4", method="HEAD").status == 503)
        until(lambda: page.ask("/files/celcam-1.mp4", method="HEAD").status == 200)


def test_a_picture_that_can_not_be_encoded_is_dropped(tmp_path: Path) -> None:
    messages: list[str] = []

    def encode(rgb_u8: Uint8Array) -> bytes:
        if rgb_u8[0, 0, 0] == 13:
            raise MediaError("13: nobody can encode that")
        return encode_jpeg(rgb_u8)

    with served(make_session(tmp_path, messages=messages), encode=encode) as page, watching(page) as viewer:
        stream = pictures(viewer)
        page.sink.show(frame(1))
        first = next(stream)
        page.sink.show(frame(13))
        until(lambda: messages)
        page.sink.show(frame(200))
        assert next(stream) != first
    assert messages == ["a picture can't be shown in the browser: 13: nobody can encode that"]
