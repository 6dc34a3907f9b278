from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celcam import __version__
from celcam.media.photos import decode_image
from edge_app.web import handlers
from edge_app.web.limits import Limits
from tests.edge_app.web.stage import Served, frame, make_session, served

TOKEN = "a-token_of-tests"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    """A page that has shown one grey picture."""
    vitals = {"temperature_c": 51.0, "memory_mb": None}
    with served(make_session(tmp_path / "kept"), read_vitals=lambda: vitals) as page:
        page.sink.show(frame(100))
        yield page


def test_the_page_and_its_files_come_with_strict_headers(page: Served) -> None:
    for path, kind in (
        ("/", "text/html; charset=utf-8"),
        ("/app.js", "text/javascript; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/icon.svg", "image/svg+xml; charset=utf-8"),
    ):
        answer = page.ask(path)
        assert (answer.status, answer.headers["content-type"]) == (200, kind)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["server"] == "Celcam"


def test_the_page_is_small_on_its_way(page: Served) -> None:
    total = 0
    for name in handlers.PAGE_TYPES:
        plain = page.ask(f"/{name}" if name != "index.html" else "/")
        packed = page.ask(f"/{name}" if name != "index.html" else "/", headers={"Accept-Encoding": "br, gzip"})
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["content-type"] == plain.headers["content-type"]
        assert gzip.decompress(packed.body) == plain.body == (handlers.PAGE / name).read_bytes()
        total += len(packed.body)
    assert total < 18 * 1024


def test_the_page_loads_nothing_from_other_servers() -> None:
    contents = [(handlers.PAGE / name).read_text(encoding="utf-8") for name in handlers.PAGE_TYPES]
    for content in contents:
        rest = content.replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in rest
        assert "https:" not in rest
        assert "//" not in rest.replace("// ", "")
    assert "<script>" not in contents[0]
    assert "style=" not in contents[0]
    assert "onclick=" not in contents[0]


def test_a_picture_is_the_one_that_is_shown(page: Served) -> None:
    answer = page.ask("/frame.jpg")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    shown = decode_image(answer.body, Path("frame.jpg"))
    assert shown.shape == (48, 64, 3)
    assert np.abs(shown.astype(int) - 100).max() <= 2
    page.sink.show(frame(200))
    assert abs(int(decode_image(page.ask("/frame.jpg").body, Path("frame.jpg")).mean()) - 200) <= 2


def test_a_request_before_the_first_picture_waits_and_then_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "FIRST_PICTURE_S", 0.1)
    with served(make_session(tmp_path)) as page:
        answer = page.ask("/frame.jpg")
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert b"no picture yet" in answer.body
        assert page.post("/api/snapshot", {}).status == 409
        assert page.state()["frame"] == 0


def test_the_state_holds_all_that_the_page_shows(page: Served) -> None:
    page.session.notices.add("usb:0 is gone: unplugged; trying again")
    state = page.state()
    assert state["view"] == {
        "look": "negative",
        "size_wh": [64, 48],
        "strength": 1.0,
        "wipe": 0.0,
        "sharp": False,
        "calm": False,
        "auto_levels": False,
        "recording": False,
    }
    assert state["version"] == __version__
    assert state["looks"] == ["negative", "plain"]
    assert state["sizes"] == [[32, 24], [64, 48], [96, 72]]
    assert state["vitals"] == {"temperature_c": 51.0, "memory_mb": None}
    assert state["source"] == {"name": "party.mp4", "size_wh": [64, 48], "is_live": True, "is_still": False}
    assert (state["frame"], state["viewers"], state["files"]) == (1, 0, 0)
    assert (state["can_record"], state["recording"], state["smooth"]) == (True, False, False)
    assert [notice["text"] for notice in state["notices"]] == ["usb:0 is gone: unplugged; trying again"]
    assert page.ask(f"/api/state?since={state['notices'][-1]['number']}").json()["notices"] == []
    assert page.ask("/api/state?since=x").status == 400
    assert 0 <= state["age_s"] < 5
    assert abs(state["time_s"] - time.time()) < 5


@pytest.mark.parametrize(
    "changes",
    [
        {"look": "plain"},
        {"size_wh": [32, 24]},
        {"strength": 0.25},
        {"wipe": 0.5, "sharp": True},
        {"calm": True},
        {"recording": True},
        {},
    ],
)
def test_every_control_can_be_changed(page: Served, changes: dict[str, Any]) -> None:
    before = page.state()["view"]
    answer = page.post("/api/view", changes)
    assert (answer.status, answer.json()["view"]) == (200, before | changes)
    assert page.state()["view"] == before | changes


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"look": "cubist"}', "unknown look 'cubist'; known: negative, plain"),
        (b'{"look": ["plain"]}', "unknown look"),
        (b'{"strength": 2}', "strength 2: expected a number from 0 to 1"),
        (b'{"strength": NaN}', "strength nan: expected"),
        (b'{"wipe": "half"}', "wipe 'half': expected"),
        (b'{"sharp": 1}', "sharp 1: expected true or false"),
        (b'{"size_wh": [33, 24]}', "size [33, 24]: expected one of 32x24, 64x48, 96x72"),
        (b'{"size_wh": {"w": 3}}', "expected one of"),
        (b'{"self": 1}', "unknown control 'self'; known: auto_levels, calm, look,"),
        (b'{"__class__": 1}', "unknown control"),
        (b"[]", "expected a JSON object"),
        (b"null", "expected a JSON object"),
        (b"", "expected JSON"),
        (b"{", "expected JSON"),
        (b"\xff\xfe", "expected JSON"),
        (b"[" * 4000, "expected JSON"),
        (b'{"strength": ' + b"9" * 4000 + b"}", "strength 9999"),
    ],
)
def test_an_invalid_change_is_refused_with_the_reason(page: Served, content: bytes, reason: str) -> None:
    before = page.state()["view"]
    headers = {"Origin": f"http://{page.host}", "Content-Type": "application/json"}
    answer = page.ask("/api/view", method="POST", body=content, headers=headers)
    assert answer.status == 400
    assert reason in answer.json()["error"]
    assert len(answer.json()["error"]) <= 300
    assert page.state()["view"] == before


def test_still_images_can_not_be_recorded_from_the_page(tmp_path: Path) -> None:
    with served(make_session(tmp_path, is_live=False, still=1)) as page:
        assert page.state()["can_record"] is False
        assert page.post("/api/view", {"recording": True}).status == 400
        assert page.post("/api/view", {"recording": False}).status == 200


def test_large_bodies_wrong_methods_and_unknown_paths_get_plain_errors(page: Served) -> None:
    assert page.post("/api/view", {"look": "x" * 5000}).status == 413
    assert page.ask("/api/view").status == 405
    assert page.ask("/live.mjpg", method="HEAD").status == 405
    assert page.ask("/nothing").status == 404
    assert page.post("/nothing", {}).status == 404
    assert page.ask("/api/nothing").json() == {"error": "Not Found"}


def test_a_change_without_an_origin_is_always_refused(page: Served) -> None:
    for headers in ({}, {"Content-Type": "application/json"}, {"Origin": "http://evil.example"}):
        answer = page.ask("/api/view", method="POST", body=b'{"look": "plain"}', headers=headers)
        assert answer.status == 403
    assert page.state()["view"]["look"] == "negative"


def test_a_request_for_another_host_name_gets_nothing(page: Served) -> None:
    for path in ("/", "/frame.jpg", "/api/state", "/nothing"):
        answer = page.ask(path, headers={"Host": f"evil.example:{page.sink.port}"})
        assert answer.status == 421
        assert page.ask(path, headers={"Host": f"localhost:{page.sink.port}"}).status != 421


def test_too_many_requests_are_limited(tmp_path: Path) -> None:
    with served(make_session(tmp_path), limits=Limits(requests_per_s=1.0, requests_at_once=5)) as page:
        answers = [page.ask("/api/state") for _ in range(7)]
        assert [answer.status for answer in answers] == [200] * 5 + [429] * 2
        assert answers[-1].headers["retry-after"] == "1"
        assert "too many" in answers[-1].json()["error"]


def test_an_unexpected_error_is_reported_in_the_app_and_not_to_the_client(tmp_path: Path) -> None:
    messages: list[str] = []

    def broken() -> dict[str, Any]:
        raise ZeroDivisionError("at the secret place")

    with served(make_session(tmp_path, messages=messages), read_vitals=broken) as page:
        answer = page.ask("/api/state")
        assert answer.status == 500
        assert b"secret" not in answer.body
        assert b"Traceback" not in answer.body
        assert page.ask("/").status == 200
    assert messages == ["web: GET '/api/state' failed: ZeroDivisionError: at the secret place"]


def test_the_state_is_valid_json_for_browsers(page: Served) -> None:
    assert json.loads(page.ask("/api/state").body, parse_constant=lambda name: pytest.fail(name))
