"""`--to rtsp://...` against a real server over real sockets, and what it does about faults."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from pathlib import Path

import pytest

from celcam.errors import CameraError, MediaError, UsageError
from edge_app.__main__ import main
from edge_app.frames import Frame
from edge_app.session import Session
from edge_app.sinks import SinkOptions, open_sink, rtsp
from edge_app.sinks.rtsp import RtspSink
from edge_app.sources.rtsp import RtspSource
from tests.edge_app.fakes import KeepingSink
from tests.edge_app.sinks.films import grey_frame, level_of
from tests.edge_app.sinks.rtsp_relay import HANGING, MUTE, SILENT, rtsp_relay


def texts(session: Session) -> list[str]:
    return [notice.text for notice in session.notices.since()]


def publish(sink: RtspSink, stop: threading.Event) -> None:
    """Send thirty frames a second until ``stop``."""
    number = 0
    while not stop.wait(1 / 30):
        sink.show(grey_frame(number, number / 30))
        number += 1


def test_a_viewer_of_the_server_sees_the_pictures(session: Session) -> None:
    stop = threading.Event()
    with rtsp_relay() as port, RtspSink(f"rtsp://127.0.0.1:{port}/celcam", session) as sink:
        publisher = threading.Thread(target=publish, args=(sink, stop))
        publisher.start()
        try:
            time.sleep(0.3)
            with RtspSource(f"rtsp://127.0.0.1:{port}/celcam", open_s=20, read_s=20) as source:
                assert source.info.size_wh == (64, 48)
                frames = [frame for frame, _ in zip(source.frames(), range(12), strict=False)]
        finally:
            stop.set()
            publisher.join()
    numbers = [(round(float(frame.rgb_u8.mean())) - level_of(0)) / 4 for frame in frames]
    steps = [round(after - before) % 50 for before, after in itertools.pairwise(numbers)]
    assert steps == [1] * 11
    assert texts(session) == [f"publishing to rtsp://127.0.0.1:{port}"]


def test_the_app_publishes_a_clip_at_its_own_pace(small_clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with rtsp_relay("anna:se%cret") as port:
        url = f"rtsp://anna:se%25cret@127.0.0.1:{port}/celcam"
        started_s = time.monotonic()
        assert main([str(small_clip), "--strength", "0", "--to", url]) == 0
        assert time.monotonic() - started_s >= 29 / 30
    said = capsys.readouterr()
    assert f"-> rtsp://127.0.0.1:{port}\n" in said.out
    assert "cret" not in said.out + said.err


def test_a_wrong_password_ends_the_run_in_one_line(small_clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with rtsp_relay("anna:secret") as port:
        assert main([str(small_clip), "--strength", "0", "--to", f"rtsp://anna:guess@127.0.0.1:{port}/celcam"]) == 2
    said = capsys.readouterr()
    assert f"--to rtsp://127.0.0.1:{port}: refuses the user name and password" in said.err
    assert "guess" not in said.out + said.err


def test_a_server_that_is_not_there_is_named_at_the_start(session: Session) -> None:
    with rtsp_relay() as port:
        pass
    with (
        pytest.raises(MediaError, match=r"Connection refused.*start an RTSP server there"),
        RtspSink(f"rtsp://127.0.0.1:{port}/x", session),
    ):
        pass


def test_a_server_that_says_nothing_is_named_at_the_start(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtsp, "ANSWER_S", 0.3)
    with (
        rtsp_relay(SILENT) as port,
        pytest.raises(MediaError, match=r"gives no answer for 0\.3 s"),
        RtspSink(f"rtsp://127.0.0.1:{port}/x", session),
    ):
        pass


def test_a_server_that_hangs_after_its_options_stops_no_other_thread(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rtsp, "ANSWER_S", 0.5)
    over, turns = threading.Event(), 0

    def count() -> None:
        nonlocal turns
        while not over.wait(0.01):
            turns += 1

    with rtsp_relay(HANGING) as port:
        counter = threading.Thread(target=count)
        counter.start()
        try:
            with (
                pytest.raises(MediaError, match=r"gives no answer for 0\.5 s"),
                RtspSink(f"rtsp://127.0.0.1:{port}/x", session),
            ):
                pass
        finally:
            over.set()
            counter.join()
    assert turns >= 5


def test_a_server_that_stops_to_answer_costs_a_bounded_time(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtsp, "ANSWER_S", 0.3)
    with rtsp_relay(MUTE) as port, RtspSink(f"rtsp://127.0.0.1:{port}/x", session) as sink:
        started_s = time.monotonic()
        with pytest.raises(MediaError, match=f"rtsp://127.0.0.1:{port}: can't be published to"):
            sink.show(grey_frame(0, 0.0))
        assert time.monotonic() - started_s < 10


def test_a_server_that_is_not_rtsp_is_named(session: Session) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(MediaError, match="no RTSP server"), RtspSink(f"rtsp://127.0.0.1:{port}/x", session):
            pass
        thread.join()


def test_the_stream_is_published_again_after_the_server_has_restarted(session: Session) -> None:
    with rtsp_relay() as port:
        sink = RtspSink(f"rtsp://127.0.0.1:{port}/celcam", session, retry_s=0.05)
        sink.__enter__()
        sink.show(grey_frame(0, 0.0))
    lost = f"rtsp://127.0.0.1:{port}: can't be published to"
    for number in range(1, 200):
        sink.show(grey_frame(number, number / 30))
        if lost in texts(session)[-1]:
            break
        time.sleep(0.02)
    assert lost in texts(session)[-1]
    assert texts(session)[-1].endswith("; trying again")
    with rtsp_relay(port=port):
        for number in range(200, 400):
            time.sleep(0.06)
            sink.show(grey_frame(number, number / 30))
            if "publishing" in texts(session)[-1]:
                break
        sink.__exit__()
    assert texts(session)[-1] == f"publishing to rtsp://127.0.0.1:{port}"


def test_a_server_that_stays_away_is_asked_ever_less_often(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [0.0], []

    def refuse(url: str) -> None:
        asked.append(now[0])
        raise ConnectionRefusedError

    with rtsp_relay() as port, RtspSink(f"rtsp://127.0.0.1:{port}/x", session, clock=lambda: now[0]) as sink:
        sink.show(grey_frame(0, 0.0))
        monkeypatch.setattr(rtsp, "_check_server", refuse)
        monkeypatch.setattr(rtsp._Stream, "send", lambda *arguments: refuse(""))
        for second in range(1, 250):
            now[0] = float(second)
            sink.show(grey_frame(second, now[0]))
    assert asked == [1, 6, 16, 36, 76, 136, 196]


def test_while_no_frame_comes_the_last_one_is_sent_again(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    now, sent = [0.0], []
    send = rtsp._Stream.send

    def counted(self: rtsp._Stream, frame: Frame, time_s: float) -> None:
        sent.append(time_s)
        send(self, frame, time_s)

    monkeypatch.setattr(rtsp._Stream, "send", counted)
    with rtsp_relay() as port, RtspSink(f"rtsp://127.0.0.1:{port}/celcam", session, clock=lambda: now[0]) as sink:
        assert sink.idle()  # without a frame yet
        sink.show(grey_frame(0, 0.0))
        for now[0] in (0.1, 0.4, 0.6, 0.7, 1.2):
            assert sink.idle()
    assert sent == [0.0, 0.6, 1.2]


@pytest.mark.parametrize(
    ("spec", "kind", "message"),
    [
        ("rtmp://host/live", UsageError, "--to rtmp://: expected an address such as rtsp://host:8554/celcam"),
        ("rtsp://user:p@ss@word@/x", CameraError, "with @ : / "),
        ("rtsp://host:70000/x", UsageError, "expected a port from 1 to 65535"),
    ],
)
def test_a_bad_address_is_refused_without_its_password(
    spec: str, kind: type[Exception], message: str, session: Session
) -> None:
    options = SinkOptions(web=KeepingSink, overwrite=False, limit_minutes=30, limit_mb=1000)
    with pytest.raises(kind) as error, open_sink(spec, session, options):
        pass
    assert message in str(error.value)
    assert "word" not in str(error.value).replace("user:password", "").replace("user name and password", "")
