from __future__ import annotations

import pytest

from celcam.errors import CameraError
from edge_app.addresses import is_address, shown_address, without_secret


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://192.168.1.20/stream", "rtsp://192.168.1.20"),
        ("rtsp://me:secret@192.168.1.20:554/stream", "rtsp://192.168.1.20:554"),
        ("RTSP://me:secret@cam.local", "rtsp://cam.local"),
        ("rtsp://me:sec%40ret@cam/", "rtsp://cam"),
        ("rtsp://me:sec@ret@cam/", "rtsp://cam"),
        ("http://cam:8080/video?user=me&password=secret", "http://cam:8080"),
        ("http://cam?pwd=secret", "http://cam"),
        ("rtsp://cam:554/user=me_password=secret_channel=1.sdp", "rtsp://cam:554"),
        ("rtsps://me:secret@[fe80::1%25eth0]:7441/secret", "rtsps://[fe80::1%25eth0]:7441"),
        ("https://me:secret@cam/live.m3u8#secret", "https://cam"),
        ("rtsp://cam/user@domain:secret", "rtsp://..."),
        ("rtsp://me:12/secret@cam/", "rtsp://..."),  # a password with a / in it
    ],
)
def test_no_more_than_scheme_host_and_port_is_shown(url: str, shown: str) -> None:
    assert shown_address(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://me:sec/ret@cam/",
        "rtsp://me:sec?ret@cam/",
        "rtsp://me:sec ret/",
        "rtsp://",
        "rstp://me:secret@cam/stream",
        "ftp://me:secret@cam/clip.mp4",
        "rtsp://me:secret@/stream",
        "rtsp://me:secret@cam:99999999/",
    ],
)
def test_an_impossible_address_is_not_repeated_in_the_error(url: str) -> None:
    with pytest.raises(CameraError, match=r"expected .*user:password@host") as caught:
        shown_address(url)
    assert "sec" not in str(caught.value)
    assert "ret" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("rtsp://cam", True),
        ("x-y+1://", True),
        ("usb:0", False),
        ("a/b:c//d", False),
        ("clip.mp4", False),
        ("://", False),
    ],
)
def test_an_address_is_distinguished_from_other_sources(spec: str, expected: bool) -> None:
    assert is_address(spec) is expected


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        ("rtsp://user:secret@host:8554/celcam", "rtsp://host:8554"),
        ("party.mp4", "party.mp4"),
        ("camera", "camera"),
    ],
)
def test_a_spec_is_shown_without_its_secret(spec: str, shown: str) -> None:
    assert without_secret(spec) == shown
