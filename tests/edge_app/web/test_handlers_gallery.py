from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celcam.errors import UnwritableError
from celcam.media.photos import read_image
from edge_app.web import handlers
from edge_app.web.limits import Limits
from tests.edge_app.web.stage import Served, frame, make_session, picture, served


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    """A page that has shown one grey picture."""
    with served(make_session(tmp_path / "kept")) as page:
        page.sink.show(frame(100))
        yield page


def test_a_snapshot_is_the_picture_itself_and_can_be_fetched(page: Served) -> None:
    answer = page.post("/api/snapshot", {})
    name = answer.json()["name"]
    assert np.array_equal(read_image(page.session.folder / name), picture(100))
    (kept,) = page.ask("/api/files").json()["files"]
    assert kept["name"] == name
    fetched = page.ask(f"/files/{name}")
    assert fetched.body == (page.session.folder / name).read_bytes()
    assert len(fetched.body) == kept["size_bytes"]
    assert fetched.headers["content-type"] == "image/png"
    assert fetched.headers["content-disposition"] == f'attachment; filename="{name}"'
    state = page.state()
    assert state["files"] == 1
    assert state["notices"][-1]["text"].endswith(name)


def test_a_snapshot_on_a_full_disk_is_reported_in_one_line(page: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: Path, rgb_u8: Any, *, now: datetime.datetime) -> Path:
        raise UnwritableError("celcam.png: can't be written: No space left on device; choose another place")

    monkeypatch.setattr(handlers, "snapshot", full)
    answer = page.post("/api/snapshot", {})
    assert answer.status == 409
    assert "No space left" in answer.json()["error"]
    assert "No space left" in page.state()["notices"][-1]["text"]


def test_snapshots_are_rate_limited(tmp_path: Path) -> None:
    with served(make_session(tmp_path), limits=Limits(snapshots_at_once=2)) as page:
        page.sink.show(frame())
        assert [page.post("/api/snapshot", {}).status for _ in range(3)] == [200, 200, 429]


def test_a_download_of_a_recording_can_be_resumed(page: Served) -> None:
    data = bytes(range(256)) * 1000
    page.session.folder.mkdir()
    path = page.session.folder / "celcam-20261125-153000.mp4"
    path.write_bytes(data)
    url = f"/files/{path.name}"
    whole = page.ask(url)
    assert (whole.status, whole.body, whole.headers["accept-ranges"]) == (200, data, "bytes")
    part = page.ask(url, headers={"Range": "bytes=1000-1999"})
    assert (part.status, part.body) == (206, data[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(data)}"
    rest = page.ask(url, headers={"Range": "bytes=255000-", "If-Range": whole.headers["etag"]})
    assert (rest.status, rest.body) == (206, data[255000:])
    beyond = page.ask(url, headers={"Range": f"bytes={len(data)}-"})
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(data)}")
    head = page.ask(url, method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(data)))
    os.utime(path, (1, 1))
    changed = page.ask(url, headers={"Range": "bytes=1000-", "If-Range": whole.headers["etag"]})
    assert (changed.status, len(changed.body)) == (200, len(data))


@pytest.mark.parametrize(
    "path",
    [
        "/files/../secret.png",
        "/files/%2e%2e/secret.png",
        "/files/..%2fsecret.png",
        "/files/%2e%2e%2fsecret.png",
        "/files/..%5csecret.png",
        "/files//etc/passwd",
        "/files/%2fetc%2fpasswd",
        "/files/celcam-1.png%00",
        "/files/celcam-%00.png",
        "/files/celcam-1.png%0a",
        "/files/celcam-link.png",
        "/files/celcam-1.png/../../secret.png",
        "/files/celcam-%c0%ae.png",
        "/files/celcam-%ff%fe.png",
        "/files/" + "celcam-" + "1" * 6000 + ".png",
        "/files/",
        "/../secret.png",
        "/%2e%2e/handlers.py",
        "/page/index.html",
        "/thumbs/../../secret.jpg",
        "/thumbs/%2e%2e%2fsecret.jpg",
        "/thumbs/nothing.jpg",
    ],
)
def test_no_path_leads_out_of_the_folder(page: Served, path: str) -> None:
    secret = page.session.folder.parent / "secret.png"
    secret.write_bytes(b"secret")
    page.session.folder.mkdir(exist_ok=True)
    (page.session.folder / "celcam-link.png").symlink_to(secret)
    answer = page.ask(path)
    assert answer.status in (400, 404)
    assert b"secret" not in answer.body.replace(path.encode(), b"")
