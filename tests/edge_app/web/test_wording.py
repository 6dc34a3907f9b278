from __future__ import annotations

from pathlib import Path

import pytest

from edge_app.web.wording import short_name, without_folders

FOLDER = Path("/var/lib/celcam/My Films")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("saved /var/lib/celcam/My Films/celcam-1.png", "saved celcam-1.png"),
        ("/var/lib/celcam/My Films: 3 MB are free", "My Films: 3 MB are free"),
        ("recording to /home/anna/party.mp4", "recording to party.mp4"),
        ("recording to ~/party.mp4", "recording to party.mp4"),
        (r"recording to C:\Users\anna\party.mp4", "recording to party.mp4"),
        ("'/home/anna/a.png' and (/b/c.png)", "'a.png' and (c.png)"),
        ("rtsp://host:8554 gives nothing; trying again", "rtsp://host:8554 gives nothing; trying again"),
        ("recorded party.mp4, 3 s at 5 MB/s and/or less", "recorded party.mp4, 3 s at 5 MB/s and/or less"),
        ("usb:0 is gone", "usb:0 is gone"),
        ("<b>usb:0</b> is gone", "<b>usb:0</b> is gone"),
    ],
)
def test_a_message_has_no_folders(text: str, plain: str) -> None:
    assert without_folders(text, FOLDER) == plain


def test_a_relative_folder_is_left_out_too() -> None:
    assert without_folders("saved out/camera/celcam-1.png", Path("out/camera")) == "saved celcam-1.png"
    assert without_folders("saved celcam-1.png", Path()) == "saved celcam-1.png"


def test_an_address_keeps_its_name() -> None:
    assert short_name("rtsp://host:8554") == "rtsp://host:8554"
    assert short_name("/home/anna/party.mp4") == "party.mp4"
    assert short_name("usb:0") == "usb:0"
