from __future__ import annotations

import pytest

from edge_app.web import announce
from edge_app.web.announce import announcement, hosts


def test_on_localhost_the_link_has_no_token_and_no_qr_code() -> None:
    messages = announcement("127.0.0.1", 8000, None)
    assert messages.splitlines()[0] == "watch at http://127.0.0.1:8000/"
    assert "--web-address 0.0.0.0" in messages
    assert "█" not in messages


def test_links_and_qr_code_for_other_devices_contain_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce, "own_address", lambda: "192.168.1.20")
    monkeypatch.setattr(announce, "machine_names", lambda: {"localhost", "pi", "pi.local"})
    lines = announcement("0.0.0.0", 8000, "a-token").splitlines()
    assert lines[0] == "watch at http://192.168.1.20:8000/?token=a-token"
    assert lines[1] == "      or http://pi.local:8000/?token=a-token"
    assert sum("▄" in line for line in lines) > 10
    assert "█" not in announcement("0.0.0.0", 8000, "a-token", qr=False)


def test_the_qr_code_decodes_to_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    import cv2
    import numpy as np

    monkeypatch.setattr(announce, "own_address", lambda: "192.168.1.20")
    lines = [line for line in announcement("0.0.0.0", 8000, "k" * 32).splitlines() if set(line) <= set(" ▄▀█")]
    # A block is light: two rows of modules a line.
    halves = {" ": (0, 0), "▄": (0, 255), "▀": (255, 0), "█": (255, 255)}
    rows = [[halves[letter][half] for letter in line] for line in lines for half in (0, 1)]
    modules = np.array(rows, np.uint8).repeat(8, axis=0).repeat(8, axis=1)
    image = np.asarray(np.pad(modules, 32, constant_values=255), np.uint8)
    text, *_ = cv2.QRCodeDetector().detectAndDecode(image)
    assert text == f"http://192.168.1.20:8000/?token={'k' * 32}"


def test_without_a_network_the_name_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce, "own_address", lambda: None)
    monkeypatch.setattr(announce, "machine_names", lambda: {"localhost", "pi", "pi.local"})
    assert hosts("0.0.0.0") == ["pi.local"]
    assert hosts("::") == ["pi.local"]


@pytest.mark.parametrize(
    ("address", "host"), [("192.168.1.20", "192.168.1.20"), ("::1", "[::1]"), ("pi.local", "pi.local")]
)
def test_the_chosen_address_is_the_reported_one(address: str, host: str) -> None:
    assert hosts(address) == [host]
