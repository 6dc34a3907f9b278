from __future__ import annotations

import errno
import io
import subprocess
import sys
from pathlib import Path

import pytest

from edge_app.flow.notices import KEPT, Notices

ROOT = Path(__file__).parents[3]


def test_a_reader_gets_new_messages_only() -> None:
    messages: list[str] = []
    notices = Notices(clock=lambda: 5.0, write=messages.append)
    for text in ("one", "two", "three"):
        notices.add(text)
    assert [notice.text for notice in notices.since(1)] == ["two", "three"]
    assert messages == ["one", "two", "three"]


def test_a_repeated_message_is_shown_once() -> None:
    messages: list[str] = []
    notices = Notices(write=messages.append)
    for text in ("gone", "gone", "back", "gone"):
        notices.add(text)
    assert messages == ["gone", "back", "gone"]


def test_only_the_last_ones_are_kept() -> None:
    notices = Notices(write=lambda text: None)
    for number in range(10 * KEPT):
        notices.add(str(number))
    assert len(notices.since()) == KEPT
    assert notices.since()[-1].number == 10 * KEPT


def test_an_old_message_is_no_longer_the_latest() -> None:
    now_s = [0.0]
    notices = Notices(clock=lambda: now_s[0], write=lambda text: None)
    assert notices.latest(5.0) is None
    notices.add("gone")
    now_s[0] = 4.0
    latest = notices.latest(5.0)
    assert latest is not None
    assert latest.text == "gone"
    now_s[0] = 6.0
    assert notices.latest(5.0) is None


class Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


class Closed(io.StringIO):
    def write(self, text: str) -> int:
        raise ValueError("I/O operation on closed file")


@pytest.mark.parametrize("stream", [Full(), Closed(), None])
def test_a_message_that_can_not_be_printed_is_kept(stream: io.StringIO | None, monkeypatch: pytest.MonkeyPatch) -> None:
    notices = Notices()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        notices.add("the camera is gone")
    assert [notice.text for notice in notices.since()] == ["the camera is gone"]


def test_a_message_during_the_loading_of_a_look_is_printed() -> None:
    code = """
import os, sys, threading
from celcam.native_messages import native_messages_off
from edge_app.flow.notices import Notices
inside, go = threading.Event(), threading.Event()
def load():
    with native_messages_off():
        os.write(2, b"INFO: Created delegate\\n")
        inside.set()
        go.wait()
thread = threading.Thread(target=load)
thread.start()
inside.wait()
Notices().add("usb:0 is gone: no picture for 5 s")
go.set()
thread.join()
Notices().add("usb:0 is back")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines() == ["usb:0 is gone: no picture for 5 s", "usb:0 is back"]
