from __future__ import annotations

import asyncio
import io
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web_protocol

from celcam.errors import CelcamError, UsageError
from celcam.media.photos import decode_image
from edge_app.drawing.painter import Painter
from edge_app.web.server import listen
from edge_app.web.sink import WebSink
from tests.edge_app.web.stage import Served, frame, make_session, served, until

ROOT = Path(__file__).parents[3]
TOKEN = "a-token_of-tests"


def handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(("web", "thumb", "asyncio"))]


def test_nothing_is_left_open_after_any_activity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    transports, made = [], web_protocol.RequestHandler.connection_made

    def keep(handler: web_protocol.RequestHandler, transport: asyncio.BaseTransport) -> None:
        transports.append(transport)  # keep a reference, so it is not collected
        made(handler, transport)

    monkeypatch.setattr(web_protocol.RequestHandler, "connection_made", keep)
    (tmp_path / "celcam-1.mp4").write_bytes(b"x" * 40_000_000)  # more than fits on the way
    with served(make_session(tmp_path)) as page:  # what is loaded and opened once
        page.sink.show(frame())
        page.ask("/frame.jpg")
    handles_before, threads_before = handles(), threading.active_count()
    for _ in range(3):
        with ExitStack() as stack:
            page = stack.enter_context(served(make_session(tmp_path)))
            page.sink.show(frame())
            for path in ("/live.mjpg", "/files/celcam-1.mp4", "/frame.jpg", "/api/state"):
                asker = stack.enter_context(closing(socket.create_connection(("127.0.0.1", page.sink.port))))
                asker.sendall(f"GET {path} HTTP/1.1\r\nHost: {page.host}\r\n\r\n".encode())
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", page.sink.port))))
            until(lambda page=page: page.state()["viewers"] == 1)  # type: ignore[misc]  # bound to this round
            time.sleep(0.2)  # until nothing more fits on the way of the file
            started_s = time.monotonic()
            page.sink.__exit__()
            assert time.monotonic() - started_s < 3
            assert not our_threads()
            assert {transport.get_extra_info("socket").fileno() for transport in transports} == {-1}
    assert (handles(), threading.active_count()) == (handles_before, threads_before)


def test_a_port_in_use_is_reported_with_the_remedy_before_anything_starts(tmp_path: Path) -> None:
    with closing(listen("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sink = WebSink(make_session(tmp_path), port=port, thumb_choices={})
        with pytest.raises(UsageError, match=f"--port {port}: another program uses it; use .*--port 0") as error:
            sink.__enter__()
    assert "\n" not in str(error.value)
    assert not our_threads()


def test_a_port_can_be_reused_immediately(tmp_path: Path) -> None:
    port = 0
    for _ in range(3):
        with served(make_session(tmp_path), port=port) as page:
            port = page.sink.port
            assert page.ask("/").status == 200


@pytest.mark.parametrize("address", ["203.0.113.7", "no.such.name.invalid", "300.1.1.1", "", "a" * 300])
def test_an_address_of_another_machine_is_reported_with_the_remedy(address: str) -> None:
    with pytest.raises(UsageError, match=r"--web-address .*: not an address of this machine; use --web-address 127"):
        listen(address, 0)


def test_a_failure_to_print_the_link_leaves_no_server_running(tmp_path: Path) -> None:
    def fail(text: str) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        WebSink(make_session(tmp_path), port=0, thumb_choices={}, write=fail).__enter__()
    assert not our_threads()


def test_a_terminal_without_blocks_gets_the_link_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        encoding = "ascii"

        def isatty(self) -> bool:
            return True

    with served(make_session(tmp_path), address="0.0.0.0") as page:
        monkeypatch.setattr(sys, "stdout", Terminal())
        assert page.sink.announcement().isascii()
        monkeypatch.setattr(Terminal, "encoding", "utf-8")
        assert "█" in page.sink.announcement()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) < 81,
    reason="every port may be had here",
)
def test_a_port_that_is_forbidden_is_reported_with_the_remedy() -> None:
    code = (
        "import os\n"
        "from edge_app.web.server import listen\n"
        "from celcam.errors import UsageError\n"
        "listen('127.0.0.1', 0).close()\n"  # loads what the new user may not read
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "try:\n    listen('127.0.0.1', 80)\n"
        "except UsageError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "--port 80: only the administrator may use it; use --port 8000" in done.stdout


def test_a_token_is_required_if_others_can_connect_and_a_terminal_gets_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages: list[str] = []
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with served(make_session(tmp_path), address="0.0.0.0", write=messages.append) as page:
        assert page.ask("/").status == 403
        (links,) = messages
        token = links.partition("?token=")[2].split()[0]
        assert len(token) >= 32
        assert page.ask(f"/?token={token}").status == 303


def test_the_token_is_in_nothing_that_is_printed(tmp_path: Path) -> None:
    code = rf"""
import sys, socket
from pathlib import Path
from tests.edge_app.web.stage import *
messages = []
session = make_session(Path({str(tmp_path)!r}))
session.notices._write = lambda text: print(text, file=sys.stderr)
broken = lambda: 1 / 0
with served(session, token={TOKEN!r}, write=messages.append, read_vitals=broken) as page:
    page.sink.show(frame())
    for path in ("/?token={TOKEN}", "/?token={TOKEN}x", "/nothing?token={TOKEN}", "/api/state?token={TOKEN}"):
        page.ask(path)
        page.ask(path, headers={{"Authorization": "Bearer {TOKEN}"}})
    for raw in ("GET /?token={TOKEN} HTTP/9.9", "{TOKEN}", "GET /?token={TOKEN} HTTP/1.1\r\nbad {TOKEN}"):
        with socket.create_connection(("127.0.0.1", page.sink.port)) as asker:
            asker.sendall(raw.encode() + b"\r\n\r\n")
            asker.recv(4096)
assert "{TOKEN}" not in messages[0]
"""
    command = [sys.executable, "-X", "dev", "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert TOKEN not in done.stdout + done.stderr
    assert "web: GET '/api/state' failed: ZeroDivisionError" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_looped_clip_is_shown_at_its_own_pace(tmp_path: Path) -> None:
    with served(make_session(tmp_path, is_live=False)) as page:
        started_s = time.monotonic()
        for media_s in (5.0, 5.1, 5.2, 0.0, 0.1):
            page.sink.show(frame(1, media_s))
        assert 0.28 < time.monotonic() - started_s < 1.0


def test_showing_a_frame_never_waits_for_viewers(tmp_path: Path) -> None:
    with served(make_session(tmp_path)) as page:
        started_s = time.monotonic()
        for number in range(100):
            page.sink.show(frame(number, float(number)))
        assert time.monotonic() - started_s < 0.5


def test_the_last_still_image_stays_up_until_the_run_is_stopped(tmp_path: Path) -> None:
    stop = threading.Event()
    with served(make_session(tmp_path, is_live=False, still=1), stop=stop) as page:
        showing = threading.Thread(target=page.sink.show, args=(frame(100),))
        showing.start()
        until(lambda: page.state()["frame"] == 1)
        assert page.ask("/frame.jpg").status == 200
        assert page.state()["source"]["is_still"] is True
        showing.join(0.1)
        assert showing.is_alive()
        stop.set()
        showing.join(5)
        assert not showing.is_alive()


def test_a_still_image_on_show_follows_what_its_viewer_changes(tmp_path: Path) -> None:
    stop, session = threading.Event(), make_session(tmp_path, is_live=False, still=1)
    painter = Painter(session.looks, session.controls, session.notices, session.source)
    with served(replace(session, paint=painter), stop=stop) as page:
        showing = threading.Thread(target=page.sink.show, args=(painter(frame(100)),))
        showing.start()
        try:
            until(lambda: page.state()["frame"] == 1)
            assert level(page) == 155
            assert page.post("/api/view", {"look": "plain"}).status == 200
            until(lambda: level(page) == 100)
            assert page.post("/api/view", {"look": "negative"}).status == 200
            until(lambda: level(page) == 155)
            assert page.post("/api/view", {"strength": 0.0}).status == 200
            until(lambda: level(page) == 100)
        finally:
            stop.set()
            showing.join(5)


def level(page: Served) -> int:
    """The brightness of the middle of the picture, rounded because of JPEG."""
    return round(int(decode_image(page.ask("/frame.jpg").body, Path("page"))[24, 32, 0]) / 5) * 5


def test_a_stopped_server_ends_the_run(tmp_path: Path) -> None:
    with served(make_session(tmp_path)) as page:
        page.sink.__exit__()
        with pytest.raises(CelcamError, match="the web server has ended"):
            page.sink.show(frame())
